/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/systemd-private.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/str.h"
#include "tests/unit/tree.h"

static bool refused(struct fake_systemd *f, sd_bus_error *error) {
        return f->refuse && sd_bus_error_set(error, f->refuse, "Refused, as the test wants") < 0;
}

static int queue(sd_bus_message *m, struct fake_systemd *f, sd_bus_error *error, const char *type) {
        const char *name, *mode;
        if (refused(f, error))
                return -EIO;
        must(sd_bus_message_read(m, "ss", &name, &mode), "arguments");
        struct fake_unit *u = fake_systemd_find(f, name);
        if (!u)
                return sd_bus_error_setf(error, NAME ".NoSuchUnit", "Unit %s not found.", name);
        if (str_equal(u->load, "masked"))
                return sd_bus_error_setf(error, NAME ".UnitMasked", "Unit %s is masked.", name);
        return fake_jobs_take(f, m, u, type);
}

static int start(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return queue(m, userdata, error, "start");
}

static int stop(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return queue(m, userdata, error, "stop");
}

static int restart(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return queue(m, userdata, error, "restart");
}

static int reload_unit(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return queue(m, userdata, error, "reload");
}

/* Patterns end in "*" or have none: all that the tests need. */
static bool wanted(const struct fake_unit *u, char *const *patterns) {
        for (size_t i = 0; patterns && patterns[i]; i++)
                if (fnmatch(patterns[i], u->name, 0) == 0)
                        return true;
        return !patterns || !patterns[0];
}

/* As systemd: each of the three states counts. */
static bool wanted_state(const struct fake_unit *u, char *const *states) {
        return !states || !states[0] || strv_contains(states, u->load) || strv_contains(states, u->active) ||
               strv_contains(states, u->sub);
}

static int list(sd_bus_message *m, struct fake_systemd *f, sd_bus_error *error, char *const *states,
                char *const *patterns) {
        f->n_list++;
        if (refused(f, error))
                return -EIO;
        sd_bus_message *reply = NULL;
        must(sd_bus_message_new_method_return(m, &reply), "reply");
        must(sd_bus_message_open_container(reply, 'a', "(ssssssouso)"), "list");
        for (size_t i = 0; i < f->n; i++) {
                const struct fake_unit *u = f->units[i];
                if (u->loaded && wanted_state(u, states) && wanted(u, patterns))
                        must(sd_bus_message_append(reply, "(ssssssouso)", u->name, u->description, u->load, u->active,
                                                   u->sub, u->following, UNITS "/x", u->job, u->job ? u->job_type : "",
                                                   "/"),
                             "unit");
        }
        must(sd_bus_message_close_container(reply), "list");
        must(sd_bus_send(f->bus, reply, NULL), "send");
        sd_bus_message_unref(reply);
        return 1;
}

static int list_all(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return list(m, userdata, error, NULL, NULL);
}

static int list_some(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        _cleanup_strv_ char **states = NULL, **patterns = NULL;
        must(sd_bus_message_read_strv(m, &states), "states");
        must(sd_bus_message_read_strv(m, &patterns), "patterns");
        return list(m, userdata, error, states, patterns);
}

static int change_files(sd_bus_message *m, struct fake_systemd *f, sd_bus_error *error, const char *state) {
        _cleanup_strv_ char **names = NULL;
        if (refused(f, error))
                return -EIO;
        must(sd_bus_message_read_strv(m, &names), "names");
        struct fake_unit *u = fake_systemd_find(f, names[0]);
        if (!u)
                return sd_bus_error_setf(error, NAME ".NoSuchUnit", "Unit file %s does not exist.", names[0]);
        bool enable = str_equal(state, "enabled"), changed = !str_equal(u->file_state, state) && u->install;
        if (changed) {
                f->n_file_changes++;
                str_replace(&u->file_state, state);
                fake_systemd_write(f, u);
                fake_systemd_signal(f, "UnitFilesChanged", NULL);
        }
        sd_bus_message *reply = NULL;
        must(sd_bus_message_new_method_return(m, &reply), "reply");
        if (enable)
                must(sd_bus_message_append(reply, "b", u->install), "carries");
        if (changed)
                must(sd_bus_message_append(reply, "a(sss)", 1, "symlink", "/etc/systemd/system/x", "/lib/x"), "changes");
        else
                must(sd_bus_message_append(reply, "a(sss)", 0), "changes");
        must(sd_bus_send(f->bus, reply, NULL), "send");
        sd_bus_message_unref(reply);
        return 1;
}

static int enable(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change_files(m, userdata, error, "enabled");
}

static int disable(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change_files(m, userdata, error, "disabled");
}

static int mask(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return change_files(m, userdata, error, "masked");
}

static int reset_failed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        const char *name;
        must(sd_bus_message_read(m, "s", &name), "name");
        if (!fake_systemd_find(f, name))
                return sd_bus_error_setf(error, NAME ".NoSuchUnit", "Unit %s not loaded.", name);
        fake_systemd_change(f, name, "inactive", "dead");
        return sd_bus_reply_method_return(m, "");
}

static int kill_unit(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        const char *name, *whom;
        int32_t signal;
        must(sd_bus_message_read(m, "ssi", &name, &whom, &signal), "arguments");
        struct fake_unit *u = fake_systemd_find(f, name);
        if (!u)
                return sd_bus_error_setf(error, NAME ".NoSuchUnit", "Unit %s not loaded.", name);
        if (!str_equal(u->active, "active"))
                return sd_bus_error_setf(error, NAME ".NoSuchProcess", "No process to kill");
        snprintf(f->killed, sizeof f->killed, "%s %s %d", name, whom, signal);
        return sd_bus_reply_method_return(m, "");
}

static int freeze(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        const char *name;
        must(sd_bus_message_read(m, "s", &name), "name");
        struct fake_unit *u = fake_systemd_find(f, name);
        if (!u || !str_equal(u->active, "active"))
                return sd_bus_error_setf(error, NAME ".UnitInactive", "Unit is inactive");
        str_replace(&u->freezer, str_equal(sd_bus_message_get_member(m), "FreezeUnit") ? "frozen" : "running");
        return sd_bus_reply_method_return(m, "");
}

static int unit_processes(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *name;
        must(sd_bus_message_read(m, "s", &name), "name");
        if (!fake_systemd_find(userdata, name))
                return sd_bus_error_setf(error, NAME ".NoSuchUnit", "Unit %s not loaded.", name);
        return sd_bus_reply_method_return(m, "a(sus)", 2, "/x", 1U, "/sbin/init", "/x/y", 4711U, "podman run");
}

static int get_file_state(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        const char *name;
        must(sd_bus_message_read(m, "s", &name), "name");
        struct fake_unit *u = fake_systemd_find(f, name);
        if (!u)
                return sd_bus_error_setf(error, SD_BUS_ERROR_FILE_NOT_FOUND, "No such file.");
        return sd_bus_reply_method_return(m, "s", u->file_state);
}

static int ref(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        f->refs += str_equal(sd_bus_message_get_member(m), "RefUnit") ? 1 : -1;
        return sd_bus_reply_method_return(m, "");
}

static int reload(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        if (f->refuse_reloads) {
                f->refuse_reloads--;
                return sd_bus_error_set(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                        "Reload() request rejected due to rate limit.");
        }
        f->n_reloads++;
        fake_systemd_signal(f, "Reloading", "true");
        for (size_t i = 0; i < f->n && i < 200; i++)
                fake_systemd_signal(f, "UnitNew", f->units[i]->name);
        fake_systemd_signal(f, "Reloading", "false");
        return sd_bus_reply_method_return(m, "");
}

static int subscribe(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        if (f->subscribed)
                return sd_bus_error_set(error, NAME ".AlreadySubscribed", "Client is already subscribed.");
        f->subscribed = 1;
        return sd_bus_reply_method_return(m, "");
}

static int unsubscribe(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        f->subscribed = 0;
        return sd_bus_reply_method_return(m, "");
}

static void read_property(struct fake_systemd *f, sd_bus_message *m) {
        const char *name, *contents;
        must(sd_bus_message_read(m, "s", &name), "property");
        strcat(strcat(f->transient_properties, name), " ");
        must(sd_bus_message_peek_type(m, NULL, &contents), "type");
        if (str_equal(name, "ExecStart")) {
                _cleanup_strv_ char **argv = NULL;
                must(sd_bus_message_enter_container(m, 'v', contents), "v");
                must(sd_bus_message_enter_container(m, 'a', "(sasb)"), "a");
                must(sd_bus_message_enter_container(m, 'r', "sasb"), "r");
                must(sd_bus_message_read(m, "s", NULL), "path");
                must(sd_bus_message_read_strv(m, &argv), "argv");
                must(sd_bus_message_read(m, "b", NULL), "flag");
                for (int i = 0; i < 3; i++)
                        must(sd_bus_message_exit_container(m), "exit");
                _cleanup_free_ char *joined = strv_join(argv, "|");
                snprintf(f->transient, sizeof f->transient, "%s", joined);
        } else if (str_equal(name, "StandardInputFileDescriptor")) {
                int fd;
                must(sd_bus_message_read(m, "v", "h", &fd), "fd");
                ssize_t n = pread(fd, f->transient_input, sizeof f->transient_input - 1, 0);
                f->transient_input[n > 0 ? n : 0] = '\0';
        } else
                must(sd_bus_message_skip(m, "v"), "skip");
}

static int start_transient(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        const char *name, *mode;
        if (refused(f, error))
                return -EIO;
        must(sd_bus_message_read(m, "ss", &name, &mode), "arguments");
        bool there = fake_systemd_find(f, name);
        f->n_refused_transient += there;
        if (!str_equal(mode, "fail") || there)
                return sd_bus_error_setf(error, NAME ".UnitExists", "Unit %s was already loaded.", name);
        f->transient_properties[0] = '\0';
        must(sd_bus_message_enter_container(m, 'a', "(sv)"), "properties");
        while (sd_bus_message_enter_container(m, 'r', "sv") > 0) {
                read_property(f, m);
                must(sd_bus_message_exit_container(m), "exit");
        }
        return fake_jobs_take(f, m, fake_systemd_add(f, name, "inactive", "dead", NULL), "start");
}

static int get_unit_path(sd_bus *bus, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        if (f->no_folders)
                return sd_bus_error_set(error, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no folders");
        return sd_bus_message_append(reply, "as", 2, "/etc/systemd/system", "/fake/systemd/system");
}

static int get_failed(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                      void *userdata, sd_bus_error *error) {
        const struct fake_systemd *f = userdata;
        uint32_t n = 0;
        for (size_t i = 0; i < f->n; i++)
                n += str_equal(f->units[i]->active, "failed");
        return sd_bus_message_append(reply, "u", n);
}

static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("NFailedUnits", "u", get_failed, 0, 0),
        SD_BUS_PROPERTY("UnitPath", "as", get_unit_path, 0, 0),
        SD_BUS_METHOD("StartUnit", "ss", "o", start, 0),
        SD_BUS_METHOD("StopUnit", "ss", "o", stop, 0),
        SD_BUS_METHOD("RestartUnit", "ss", "o", restart, 0),
        SD_BUS_METHOD("ReloadUnit", "ss", "o", reload_unit, 0),
        SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", start_transient, 0),
        SD_BUS_METHOD("ListUnits", "", "a(ssssssouso)", list_all, 0),
        SD_BUS_METHOD("ListUnitsByPatterns", "asas", "a(ssssssouso)", list_some, 0),
        SD_BUS_METHOD("EnableUnitFiles", "asbb", "ba(sss)", enable, 0),
        SD_BUS_METHOD("DisableUnitFiles", "asb", "a(sss)", disable, 0),
        SD_BUS_METHOD("MaskUnitFiles", "asbb", "a(sss)", mask, 0),
        SD_BUS_METHOD("UnmaskUnitFiles", "asb", "a(sss)", disable, 0),
        SD_BUS_METHOD("GetUnitFileState", "s", "s", get_file_state, 0),
        SD_BUS_METHOD("ResetFailedUnit", "s", "", reset_failed, 0),
        SD_BUS_METHOD("KillUnit", "ssi", "", kill_unit, 0),
        SD_BUS_METHOD("GetUnitProcesses", "s", "a(sus)", unit_processes, 0),
        SD_BUS_METHOD("FreezeUnit", "s", "", freeze, 0),
        SD_BUS_METHOD("ThawUnit", "s", "", freeze, 0),
        SD_BUS_METHOD("RefUnit", "s", "", ref, 0),
        SD_BUS_METHOD("UnrefUnit", "s", "", ref, 0),
        SD_BUS_METHOD("Reload", "", "", reload, 0),
        SD_BUS_METHOD("Subscribe", "", "", subscribe, 0),
        SD_BUS_METHOD("Unsubscribe", "", "", unsubscribe, 0),
        SD_BUS_VTABLE_END,
};

/* ---- properties ---- */

/* What is asked for of units, and the refusals and ends that the test wants. */
static int property_asked(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        const char *path = sd_bus_message_get_path(m), *name = NULL;
        if (!path || !str_starts(path, UNITS))
                return 0;
        f->n_get_all += sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "GetAll") > 0;
        if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Get") <= 0)
                return 0;
        f->n_get++;
        must(sd_bus_message_read(m, "ss", NULL, &name), "property");
        bool cut = str_equal(name, f->hang_up_at), refuse = str_equal(name, f->refuse_property);
        must(sd_bus_message_rewind(m, 1), "property");
        if (cut)
                sd_bus_close(f->bus);
        if (f->mute)
                return 1;
        if (!cut && !refuse)
                return 0;
        return cut ? 1 : sd_bus_reply_method_errorf(m, NAME ".NoSuchUnit", "Unit is gone.");
}

/* ---- the two ends ---- */

struct fake_systemd *fake_systemd_new(sd_event *event, sd_bus **ret_client) {
        struct fake_systemd *f = xcalloc(1, sizeof *f);
        f->event = sd_event_ref(event);
        f->root = tree_new();
        fake_bus_new(event, &f->bus, ret_client);
        must(sd_bus_add_filter(f->bus, &f->slots[6], property_asked, f), "filter");
        must(sd_bus_add_object_vtable(f->bus, &f->slots[0], ROOT, MANAGER, manager_vtable, f), "manager");
        fake_units_publish(f);
        fake_jobs_publish(f);
        return f;
}

struct fake_systemd *fake_systemd_free(struct fake_systemd *f) {
        if (!f)
                return NULL;
        fake_jobs_free(f);
        for (size_t i = 0; i < ELEMENTS(f->slots); i++)
                sd_bus_slot_unref(f->slots[i]);
        sd_bus_detach_event(f->bus);
        sd_bus_close_unref(f->bus);
        fake_units_free(f);
        sd_event_unref(f->event);
        tree_remove(f->root);
        free(f->root);
        free(f);
        return NULL;
}
