/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection and its signals. systemd sends more signals than changes: each state change twice,
 * everything again after a reload, and each unit that was merely read as new and removed. So names are
 * gathered for 100 ms, and signals caused by our own reads are dropped: a screen that reloads a unit on a
 * change would otherwise never stop. */

#include "backend/systemd/internal.h"

#include <time.h>

#include "base/clock.h"

#define REPORT_USEC (100U * 1000)
#define RELOAD_USEC (5U * 1000 * 1000)
#define ECHO_USEC (3U * 1000 * 1000)
#define PAUSE_MAX 60U

void units_forget_verdict(struct units *units, const char *name) {
        for (size_t i = units->n_verdicts; i > 0; i--)
                if (!name || str_equal(units->verdicts[i - 1].name, name)) {
                        free(units->verdicts[i - 1].name);
                        units->verdicts[i - 1] = units->verdicts[--units->n_verdicts];
                }
}

static int connection_on_report(sd_event_source *source, uint64_t usec, void *userdata) {
        struct units *units = userdata;
        units->report = sd_event_source_disable_unref(units->report);
        _cleanup_strv_ char **names = TAKE(units->names);
        bool many = units->many;
        units->many = false;
        if (units->changed)
                units->changed(many ? NULL : names, units->userdata);
        return 0;
}

static void connection_report_in(struct units *units, uint64_t usec) {
        if (units->changed && !units->report)
                sd_event_add_time_relative(units->event, &units->report, CLOCK_MONOTONIC, usec, 10 * 1000,
                                           connection_on_report, units);
}

static void connection_report(struct units *units, const char *name) {
        units_forget_verdict(units, name);
        if (!units->changed)
                return;
        units->many |= !name || strv_length(units->names) >= CHANGED_NAMES_MAX;
        if (!units->many && !strv_contains(units->names, name))
                strv_add(&units->names, name);
        connection_report_in(units, REPORT_USEC);
}

void units_report_all(struct units *units) {
        units->many = true;
        connection_report_in(units, 0);
}

void units_expect_echo(struct units *units, const char *name) {
        unsigned i = units->echo++ % ELEMENTS(units->echoes);
        str_replace(&units->echoes[i].name, name);
        units->echoes[i].until = usec_now(CLOCK_MONOTONIC) + ECHO_USEC;
}

static bool connection_is_echo(const struct units *units, const char *name) {
        for (size_t i = 0; i < ELEMENTS(units->echoes); i++)
                if (str_equal(units->echoes[i].name, name) &&
                    units->echoes[i].until >= usec_now(CLOCK_MONOTONIC))
                        return true;
        return false;
}

static int connection_on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        _cleanup_free_ char *name = NULL;
        if (sd_bus_path_decode(sd_bus_message_get_path(m), SYSTEMD_UNITS, &name) > 0)
                connection_report(units, name);
        return 0;
}

static int connection_on_unit(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        const char *name;
        if (sd_bus_message_has_signature(m, "so") && sd_bus_message_read(m, "so", &name, NULL) >= 0 &&
            !connection_is_echo(units, name))
                connection_report(units, name);
        return 0;
}

static int connection_on_files(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        units->files_stale = true;
        connection_report(units, NULL);
        return 0;
}

static int connection_on_reloading(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        int active;
        if (!sd_bus_message_has_signature(m, "b") || sd_bus_message_read(m, "b", &active) < 0)
                return 0;
        units->files_stale = true;
        units_forget_verdict(units, NULL);
        if (units->changed) {
                /* a reload sends everything again: one "many" at its end, or, if that is lost, soon after */
                units->many = true;
                units->report = sd_event_source_disable_unref(units->report);
                connection_report_in(units, active ? RELOAD_USEC : REPORT_USEC);
        }
        if (!active)
                units->resync(units);
        return 0;
}

/* AddMatch and Subscribe may fail on a bus at its limits: the wait then falls back to polling. A callback,
 * because without one sd-bus ends the whole connection. */
int units_ignore(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return 0;
}

void units_match(struct units *units, sd_bus_slot **slot, const char *signal,
                 sd_bus_message_handler_t callback) {
        if (!*slot)
                sd_bus_match_signal_async(units->bus, slot, bus_systemd(units->bus), SYSTEMD_PATH,
                                          SYSTEMD_MANAGER, signal, callback, units_ignore, units);
}

void units_subscribe(struct units *units) {
        sd_bus_call_method_async(units->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe",
                                 units_ignore, NULL, "");
        units_match(units, &units->reload_began, "Reloading", connection_on_reloading);
}

void units_follow(struct units *units) {
        const char *sender = bus_systemd(units->bus);
        _cleanup_free_ char *properties =
                str_printf("type='signal',%s%s%sinterface='" BUS_PROPERTIES "',member='PropertiesChanged',"
                           "path_namespace='" SYSTEMD_UNITS "',arg0='" SYSTEMD_NAME ".Unit'",
                           sender ? "sender='" : "", sender ? sender : "", sender ? "'," : "");
        sd_bus_add_match_async(units->bus, &units->follow[0], properties, connection_on_properties,
                               units_ignore, units);
        units_match(units, &units->follow[1], "UnitNew", connection_on_unit);
        units_match(units, &units->follow[2], "UnitRemoved", connection_on_unit);
        units_match(units, &units->follow[3], "UnitFilesChanged", connection_on_files);
        units_subscribe(units);
}

void units_unfollow(struct units *units) {
        for (size_t i = 0; i < ELEMENTS(units->follow); i++)
                units->follow[i] = sd_bus_slot_unref(units->follow[i]);
}

static int connection_on_reconnect(sd_event_source *source, uint64_t usec, void *userdata);

void units_reconnect(struct units *units) {
        units->pause = units->pause ? units->pause * 2 : 1;
        if (units->pause > PAUSE_MAX)
                units->pause = PAUSE_MAX;
        units->reconnect = sd_event_source_disable_unref(units->reconnect);
        sd_event_add_time_relative(units->event, &units->reconnect, CLOCK_MONOTONIC,
                                   units->pause * 1000000ULL, 100 * 1000, connection_on_reconnect, units);
}

static int connection_on_reconnect(sd_event_source *source, uint64_t usec, void *userdata) {
        struct units *units = userdata;
        units->reconnect = sd_event_source_disable_unref(units->reconnect);
        if (units_connect(units, NULL) < 0)
                units_reconnect(units);
        else
                connection_report(units, NULL);
        return 0;
}

void units_disconnect(struct units *units) {
        units_unfollow(units);
        units->disconnected = sd_bus_slot_unref(units->disconnected);
        units->job_removed = sd_bus_slot_unref(units->job_removed);
        units->reload_began = sd_bus_slot_unref(units->reload_began);
        if (!units->given)
                units->bus = bus_close(units->bus);
}

/* sd-bus has already failed the pending calls; acts that wait for a job poll again. */
static int connection_on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        units->files_stale = true;
        units->resync(units);
        if (units->changed) {
                connection_report(units, NULL);
                if (!units->given)
                        units_reconnect(units);
        }
        return 0;
}

int units_connect(struct units *units, struct error **reterr) {
        if (units->bus && (units->given || sd_bus_is_open(units->bus) > 0))
                return 0;
        units_disconnect(units);
        int r = units->socket ? bus_open_user(units->event, units->socket, &units->bus, reterr)
                              : bus_open(units->event, &units->bus, reterr);
        if (r < 0)
                return r;
        units->pause = 0;
        sd_bus_match_signal(units->bus, &units->disconnected, "org.freedesktop.DBus.Local",
                            "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local", "Disconnected",
                            connection_on_disconnected, units);
        if (units->changed)
                units_follow(units);
        return 0;
}
