/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection and what comes by itself. systemd tells subscribers a lot more than happened: each state
 * change twice, everything again after a reload, and each unit that somebody merely looked at as new and
 * removed. So names are gathered for a tenth of a second, and what our own looking caused is dropped: else a
 * screen that reloads a unit on a change would be its own cause for ever. */

#include "backend/systemd/internal.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define TELL_USEC (100U * 1000)
#define RELOAD_HOLD_USEC (5U * 1000 * 1000)
#define ECHO_USEC (3U * 1000 * 1000)
#define PAUSE_MAX 60U

/* ---- telling ---- */

static int units_on_tell(sd_event_source *source, uint64_t usec, void *userdata) {
        struct units *units = userdata;
        units->tell = sd_event_source_disable_unref(units->tell);
        char *names[CHANGED_NAMES_MAX + 1];
        memcpy(names, units->names, sizeof names);
        bool many = units->many;
        memset(units->names, 0, sizeof units->names);
        units->n_names = 0;
        units->many = false;
        if (units->changed)
                units->changed(many ? NULL : names, units->userdata);
        for (size_t i = 0; names[i]; i++)
                free(names[i]);
        return 0;
}

static void tell_in(struct units *units, uint64_t usec) {
        if (!units->changed)
                return;
        if (!units->tell)
                sd_event_add_time_relative(units->event, &units->tell, CLOCK_MONOTONIC, usec, 10 * 1000,
                                           units_on_tell, units);
}

static void units_tell(struct units *units, const char *name) {
        if (!units->changed)
                return;
        bool fits = name && units->n_names < CHANGED_NAMES_MAX;
        if (fits && !units->many && !strv_contains(units->names, name)) {
                units->names[units->n_names] = strdup(name);
                if (units->names[units->n_names])
                        units->n_names++;
                else
                        units->many = true;
        } else if (!fits)
                units->many = true;
        tell_in(units, TELL_USEC);
}

void units_tell_all(struct units *units) {
        units->many = true;
        tell_in(units, 0);
}

void units_expect_echo(struct units *units, const char *name) {
        unsigned i = units->echo++ % ELEMENTS(units->echoes);
        str_replace(&units->echoes[i].name, name);
        units->echoes[i].until = (uint64_t) usec_now(CLOCK_MONOTONIC) + ECHO_USEC;
}

static bool is_echo(const struct units *units, const char *name) {
        for (size_t i = 0; i < ELEMENTS(units->echoes); i++)
                if (str_equal(units->echoes[i].name, name) &&
                    units->echoes[i].until >= (uint64_t) usec_now(CLOCK_MONOTONIC))
                        return true;
        return false;
}

/* ---- signals ---- */

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        _cleanup_free_ char *name = NULL;
        if (sd_bus_path_decode(sd_bus_message_get_path(m), SYSTEMD_UNITS, &name) > 0)
                units_tell(units, name);
        return 0;
}

static int on_unit(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        const char *name;
        if (sd_bus_message_has_signature(m, "so") && sd_bus_message_read(m, "so", &name, NULL) >= 0 &&
            !is_echo(units, name))
                units_tell(units, name);
        return 0;
}

static int units_on_files(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        units->files_stale = true;
        units_tell(units, NULL);
        return 0;
}

static int on_reloading(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        int active;
        if (!sd_bus_message_has_signature(m, "b") || sd_bus_message_read(m, "b", &active) < 0)
                return 0;
        units->files_stale = true;
        if (units->changed) {
                /* a reload tells everything anew: one "many" at its end, or, should that be lost, a little
                 * later */
                units->many = true;
                units->tell = sd_event_source_disable_unref(units->tell);
                tell_in(units, active ? RELOAD_HOLD_USEC : TELL_USEC);
        }
        if (!active)
                acts_look_soon(units);
        return 0;
}

/* AddMatch and Subscribe may fail on a bus that is at its limits: then waiting falls back to looking. A
 * callback that says so, because without one sd-bus ends the whole connection. */
static int units_ignore(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return 0;
}

void units_subscribe(struct units *units) {
        sd_bus_call_method_async(units->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe",
                                 units_ignore, NULL, "");
        if (!units->reload_began)
                sd_bus_match_signal_async(units->bus, &units->reload_began, bus_systemd(units->bus),
                                          SYSTEMD_PATH, SYSTEMD_MANAGER, "Reloading", on_reloading,
                                          units_ignore, units);
}

static void follow_begin(struct units *units) {
        const char *sender = bus_systemd(units->bus);
        _cleanup_free_ char *properties =
                str_printf("type='signal',%s%s%sinterface='" BUS_PROPERTIES "',member='PropertiesChanged',"
                           "path_namespace='" SYSTEMD_UNITS "',arg0='" SYSTEMD_NAME ".Unit'",
                           sender ? "sender='" : "", sender ? sender : "", sender ? "'," : "");
        if (!properties)
                return;
        sd_bus *bus = units->bus;
        sd_bus_add_match_async(bus, &units->follow[0], properties, on_properties, units_ignore, units);
        sd_bus_match_signal_async(bus, &units->follow[1], sender, SYSTEMD_PATH, SYSTEMD_MANAGER, "UnitNew",
                                  on_unit, units_ignore, units);
        sd_bus_match_signal_async(bus, &units->follow[2], sender, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                  "UnitRemoved", on_unit, units_ignore, units);
        sd_bus_match_signal_async(bus, &units->follow[3], sender, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                  "UnitFilesChanged", units_on_files, units_ignore, units);
        units_subscribe(units);
}

static void follow_end(struct units *units) {
        for (size_t i = 0; i < ELEMENTS(units->follow); i++)
                units->follow[i] = sd_bus_slot_unref(units->follow[i]);
}

/* ---- the connection ---- */

static int on_reconnect(sd_event_source *source, uint64_t usec, void *userdata);

static void reconnect_later(struct units *units) {
        units->pause = units->pause ? units->pause * 2 : 1;
        if (units->pause > PAUSE_MAX)
                units->pause = PAUSE_MAX;
        units->reconnect = sd_event_source_disable_unref(units->reconnect);
        sd_event_add_time_relative(units->event, &units->reconnect, CLOCK_MONOTONIC,
                                   units->pause * 1000000ULL, 100 * 1000, on_reconnect, units);
}

static int on_reconnect(sd_event_source *source, uint64_t usec, void *userdata) {
        struct units *units = userdata;
        units->reconnect = sd_event_source_disable_unref(units->reconnect);
        if (units_connect(units, NULL) < 0)
                reconnect_later(units);
        else
                units_tell(units, NULL);
        return 0;
}

static void units_drop(struct units *units) {
        follow_end(units);
        units->disconnected = sd_bus_slot_unref(units->disconnected);
        units->job_removed = sd_bus_slot_unref(units->job_removed);
        units->reload_began = sd_bus_slot_unref(units->reload_began);
        if (!units->given)
                units->bus = bus_close(units->bus);
}

/* Everybody who waited for an answer got an error from sd-bus already; who waits for a job looks again. */
static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        units_forget_files(units);
        acts_look_soon(units);
        if (units->changed) {
                units_tell(units, NULL);
                if (!units->given)
                        reconnect_later(units);
        }
        return 0;
}

int units_connect(struct units *units, struct error **reterr) {
        if (units->bus && (units->given || sd_bus_is_open(units->bus) > 0))
                return 0;
        units_drop(units);
        int r = bus_open(units->event, &units->bus, reterr);
        if (r < 0)
                return r;
        units->pause = 0;
        sd_bus_match_signal(units->bus, &units->disconnected, "org.freedesktop.DBus.Local",
                            "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local", "Disconnected",
                            on_disconnected, units);
        if (units->changed)
                follow_begin(units);
        return 0;
}

sd_bus *units_bus(struct units *units, struct error **reterr) {
        return units_connect(units, reterr) < 0 ? NULL : units->bus;
}

int units_new(sd_event *event, const char *root, sd_bus *bus, struct units **ret, struct error **reterr) {
        struct units *units = calloc(1, sizeof *units);
        if (!units)
                return error_errno(reterr, -ENOMEM, "systemd cannot be followed");
        units->root = strdup(root);
        if (!units->root) {
                free(units);
                return error_errno(reterr, -ENOMEM, "systemd cannot be followed");
        }
        units->event = sd_event_ref(event);
        units->bus = sd_bus_ref(bus);
        units->given = bus;
        *ret = units;
        return 0;
}

struct units *units_free(struct units *units) {
        if (!units)
                return NULL;
        units_listen(units, NULL, NULL);
        units_drop(units);
        if (units->given)
                sd_bus_unref(units->bus);
        units_forget_files(units);
        for (size_t i = 0; i < ELEMENTS(units->echoes); i++)
                free(units->echoes[i].name);
        sd_event_unref(units->event);
        strv_free(units->folders);
        free(units->root);
        free(units);
        return NULL;
}

void units_listen(struct units *units, void (*changed)(char *const *names, void *userdata), void *userdata) {
        bool was = units->changed;
        units->changed = changed;
        units->userdata = userdata;
        if (changed) {
                if (was)
                        return;
                /* with no connection yet this makes one, which begins to follow by itself */
                if (units->bus && (units->given || sd_bus_is_open(units->bus) > 0))
                        follow_begin(units);
                else if (units_connect(units, NULL) < 0)
                        reconnect_later(units);
                return;
        }
        follow_end(units);
        units->tell = sd_event_source_disable_unref(units->tell);
        units->reconnect = sd_event_source_disable_unref(units->reconnect);
        for (size_t i = 0; units->names[i]; i++)
                free(units->names[i]);
        memset(units->names, 0, sizeof units->names);
        units->n_names = 0;
        units->many = false;
        units_forget_files(units);
        if (was && !units->acts && units->bus)
                sd_bus_call_method_async(units->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         "Unsubscribe", units_ignore, NULL, "");
}
