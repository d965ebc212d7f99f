/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/systemd.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/str.h"
#include "tests/fake/bus.h"
#include "tests/unit/tree.h"

#define NAME "org.freedesktop.systemd1"
#define ROOT "/org/freedesktop/systemd1"
#define UNITS ROOT "/unit"
#define JOBS ROOT "/job"
#define MANAGER NAME ".Manager"

struct fake_job {
        struct fake_job *next;
        struct fake_systemd *f;
        struct fake_unit *unit;
        uint32_t id;
        char *type, *state;     /* char * as the vtable's getter wants them */
        sd_event_source *timer;
};

static void path_of(const char *prefix, const char *name, char **ret) {
        must(sd_bus_path_encode(prefix, name, ret), "path");
}

/* ---- signals ---- */

void fake_systemd_signal(struct fake_systemd *f, const char *signal, const char *argument) {
        if (!f->subscribed)
                return;
        if (str_equal(signal, "UnitFilesChanged"))
                must(sd_bus_emit_signal(f->bus, ROOT, MANAGER, signal, ""), signal);
        else if (str_equal(signal, "Reloading"))
                must(sd_bus_emit_signal(f->bus, ROOT, MANAGER, signal, "b", str_equal(argument, "true")), signal);
        else {
                _cleanup_free_ char *path = NULL;
                path_of(UNITS, argument, &path);
                must(sd_bus_emit_signal(f->bus, ROOT, MANAGER, signal, "so", argument, path), signal);
        }
}

/* systemd sends one for the unit's interface and one for its kind's. */
static void signal_properties(struct fake_systemd *f, struct fake_unit *u) {
        _cleanup_free_ char *path = NULL;
        path_of(UNITS, u->name, &path);
        for (int i = 0; f->subscribed && i < 2; i++)
                must(sd_bus_emit_signal(f->bus, path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as",
                                        i ? NAME ".Service" : NAME ".Unit", 2, "ActiveState", "s", u->active, "SubState",
                                        "s", u->sub, 0),
                     "PropertiesChanged");
}

void fake_systemd_change(struct fake_systemd *f, const char *name, const char *active, const char *sub) {
        struct fake_unit *u = fake_systemd_find(f, name);
        str_replace(&u->active, active);
        str_replace(&u->sub, sub);
        signal_properties(f, u);
}

/* ---- units ---- */

struct fake_unit *fake_systemd_find(struct fake_systemd *f, const char *name) {
        for (size_t i = 0; i < f->n; i++)
                if (strcmp(f->units[i]->name, name) == 0)
                        return f->units[i];
        return NULL;
}

#define CONFIG "/etc/systemd/system"
#define VENDOR "/fake/systemd/system"
#define WANTS CONFIG "/multi-user.target.wants"

static void write_link(const struct fake_systemd *f, const char *folder, const char *name, const char *target) {
        _cleanup_free_ char *path = str_printf("%s%s/%s", f->root, folder, name);
        if (unlink(path) < 0 && errno != ENOENT)
                must(-errno, path);
        if (target && symlink(target, path) < 0)
                must(-errno, path);
}

void fake_systemd_write(struct fake_systemd *f, const struct fake_unit *u) {
        _cleanup_free_ char *fragment = str_printf(VENDOR "/%s", u->name);
        bool enabled = str_equal(u->file_state, "enabled"), install = enabled || str_equal(u->file_state, "disabled");
        tree_write(f->root, fragment, install ? "[Unit]\n[Install]\nWantedBy=multi-user.target\n" : "[Unit]\n");
        write_link(f, CONFIG, u->name, str_equal(u->file_state, "masked") ? "/dev/null" : NULL);
        write_link(f, WANTS, u->name, enabled ? fragment : NULL);
}

struct fake_unit *fake_systemd_add(struct fake_systemd *f, const char *name, const char *active, const char *sub,
                                   const char *file_state) {
        if (f->n == f->room) {
                f->room = f->room ? f->room * 2 : 64;
                f->units = reallocarray(f->units, f->room, sizeof(struct fake_unit *));
        }
        struct fake_unit *u = calloc(1, sizeof *u);
        *u = (struct fake_unit) { .name = strdup(name), .description = str_printf("The unit %s", name),
                                  .load = strdup("loaded"), .active = strdup(active), .sub = strdup(sub),
                                  .file_state = strdup(file_state ? file_state : ""),
                                  .fragment = str_printf("/lib/systemd/system/%s", name), .source = strdup(""),
                                  .following = strdup(""), .result = strdup("success"), .load_error = strdup(""), .freezer = strdup("running"),
                                  .loaded = true, .install = true, .condition = 1, .can_start = 1, .can_stop = 1,
                                  .cpu = 5000000, .memory = UINT64_MAX,
                                  .memory_max = UINT64_MAX, .tasks = UINT64_MAX, .cgroup = strdup("") };
        f->units[f->n++] = u;
        if (file_state)
                fake_systemd_write(f, u);
        return u;
}

static void unit_free(struct fake_unit *u) {
        char *texts[] = { u->name, u->description, u->load, u->active, u->sub, u->file_state, u->fragment, u->source,
                          u->following, u->result, u->load_error, u->freezer, u->cgroup };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        strv_free(u->requires);
        strv_free(u->wanted_by);
        STRV_FREE_ALL(u->triggers, u->required_by, u->triggered_by, u->drop_ins);
        strv_free(u->listens);
        free(u);
}

static int find_unit(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                     sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        _cleanup_free_ char *name = NULL;
        if (sd_bus_path_decode(path, UNITS, &name) <= 0)
                return 0;
        struct fake_unit *u = fake_systemd_find(f, name);
        if (!u) {
                u = fake_systemd_add(f, name, "inactive", "dead", NULL);
                str_replace(&u->load, "not-found");
                str_replace(&u->fragment, "");
                u->loaded = false;
        }
        if (f->echo) {
                fake_systemd_signal(f, "UnitNew", name);
                fake_systemd_signal(f, "UnitRemoved", name);
        }
        *ret = u;
        return 1;
}

static int find_socket(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                       sd_bus_error *error) {
        return str_ends(path, "_2esocket") ? find_unit(bus, path, interface, userdata, ret, error) : 0;
}

static int find_timer(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                      sd_bus_error *error) {
        return str_ends(path, "_2etimer") ? find_unit(bus, path, interface, userdata, ret, error) : 0;
}

static int get_load_error(sd_bus *bus, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const char *text = *(char **) userdata;
        return sd_bus_message_append(reply, "(ss)", *text ? NAME ".BadUnitSetting" : "", text);
}

static int get_job(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                   void *userdata, sd_bus_error *error) {
        uint32_t id = *(uint32_t *) userdata;
        char job[64] = "/";
        if (id)
                snprintf(job, sizeof job, JOBS "/%u", id);
        return sd_bus_message_append(reply, "(uo)", id, job);
}

static int get_invocation(sd_bus *bus, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        static const unsigned char id[16] = { 0xab, 0x01, 0xff };
        return sd_bus_message_append_array(reply, 'y', id, sizeof id);
}

static int get_texts(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                     void *userdata, sd_bus_error *error) {
        char **list = *(char ***) userdata, *none[] = { NULL };
        return sd_bus_message_append_strv(reply, list ? list : none);
}

static int get_listens(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                       void *userdata, sd_bus_error *error) {
        char **list = *(char ***) userdata;
        int r = sd_bus_message_open_container(reply, 'a', "(ss)");
        for (; r >= 0 && list && *list; list++)
                r = sd_bus_message_append(reply, "(ss)", "Stream", *list);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_commands(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        uint64_t began = *(uint64_t *) userdata;
        if (!began)
                return sd_bus_message_append(reply, "a(sasbttttuii)", 0);
        return sd_bus_message_append(reply, "a(sasbttttuii)", 2, "/usr/bin/podman", 1, "podman", 1, began, began, began,
                                     began, 1U, 1, 0, "/bin/true", 1, "true", 0, (uint64_t) 0, (uint64_t) 0, (uint64_t) 0,
                                     (uint64_t) 0, 0U, 0, 0);
}

#define P(name, type, getter, member) SD_BUS_PROPERTY(name, type, getter, offsetof(struct fake_unit, member), 0)
static const sd_bus_vtable unit_vtable[] = {
        SD_BUS_VTABLE_START(0),
        P("Id", "s", NULL, name),
        P("Description", "s", NULL, description),
        P("LoadState", "s", NULL, load),
        P("ActiveState", "s", NULL, active),
        P("SubState", "s", NULL, sub),
        P("UnitFileState", "s", NULL, file_state),
        P("FragmentPath", "s", NULL, fragment),
        P("SourcePath", "s", NULL, source),
        P("StateChangeTimestamp", "t", NULL, since),
        P("Requires", "as", get_texts, requires),
        P("WantedBy", "as", get_texts, wanted_by),
        P("RequiredBy", "as", get_texts, required_by),
        P("TriggeredBy", "as", get_texts, triggered_by),
        P("DropInPaths", "as", get_texts, drop_ins),
        P("LoadError", "(ss)", get_load_error, load_error),
        P("Job", "(uo)", get_job, job),
        P("ConditionResult", "b", NULL, condition),
        P("ConditionTimestamp", "t", NULL, looked),
        P("CanStart", "b", NULL, can_start),
        P("CanStop", "b", NULL, can_stop),
        P("CanReload", "b", NULL, can_reload),
        P("NeedDaemonReload", "b", NULL, need_reload),
        P("CanFreeze", "b", NULL, can_stop),
        P("FreezerState", "s", NULL, freezer),
        P("InvocationID", "ay", get_invocation, name),
        P("Triggers", "as", get_texts, triggers),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable socket_vtable[] = {
        SD_BUS_VTABLE_START(0),
        P("Listen", "a(ss)", get_listens, listens),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable timer_vtable[] = {
        SD_BUS_VTABLE_START(0),
        P("NextElapseUSecRealtime", "t", NULL, next_real),
        P("NextElapseUSecMonotonic", "t", NULL, next_monotonic),
        P("LastTriggerUSec", "t", NULL, last_trigger),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable service_vtable[] = {
        SD_BUS_VTABLE_START(0),
        P("Result", "s", NULL, result),
        P("ExecMainCode", "i", NULL, exit_code),
        P("ExecMainStatus", "i", NULL, exit_status),
        P("ExecMainExitTimestamp", "t", NULL, main_ended),
        P("ExecStop", "a(sasbttttuii)", get_commands, stop_began),
        P("NRestarts", "u", NULL, restarts),
        P("MainPID", "u", NULL, main_pid),
        P("CPUUsageNSec", "t", NULL, cpu),
        P("MemoryCurrent", "t", NULL, memory),
        P("MemoryMax", "t", NULL, memory_max),
        P("TasksCurrent", "t", NULL, tasks),
        P("ControlGroup", "s", NULL, cgroup),
        SD_BUS_VTABLE_END,
};
#undef P

/* ---- jobs ---- */

static void job_path(char buffer[static 64], const struct fake_job *j) {
        snprintf(buffer, 64, JOBS "/%u", j->id);
}

static int find_job(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                    sd_bus_error *error) {
        struct fake_systemd *f = userdata;
        for (struct fake_job *j = f->jobs; j; j = j->next) {
                char own[64];
                job_path(own, j);
                if (strcmp(own, path) == 0) {
                        *ret = j;
                        return 1;
                }
        }
        return 0;
}

static const sd_bus_vtable job_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("JobType", "s", NULL, offsetof(struct fake_job, type), 0),
        SD_BUS_PROPERTY("State", "s", NULL, offsetof(struct fake_job, state), 0),
        SD_BUS_VTABLE_END,
};

static void job_free(struct fake_job *j) {
        for (struct fake_job **p = &j->f->jobs; *p; p = &(*p)->next)
                if (*p == j) {
                        *p = j->next;
                        break;
                }
        sd_event_source_disable_unref(j->timer);
        free(j->type);
        free(j->state);
        free(j);
}

static void job_end(struct fake_job *j) {
        struct fake_systemd *f = j->f;
        struct fake_unit *u = j->unit;
        const char *result = u->job_result ? u->job_result : "done";
        bool stop = str_equal(j->type, "stop"), done = str_equal(result, "done");
        str_replace(&u->active, u->then_active ? u->then_active : stop ? "inactive" : done ? "active" : "failed");
        str_replace(&u->sub, u->then_sub ? u->then_sub : stop ? "dead" : done ? "running" : "failed");
        str_replace(&u->result, u->then_result ? u->then_result : "success");
        u->exit_code = u->then_code;
        u->exit_status = u->then_status;
        u->job = 0;
        if (u->times && --u->times == 0) {
                u->job_result = u->then_active = u->then_sub = u->then_result = NULL;
                u->then_code = u->then_status = 0;
        }
        signal_properties(f, u);
        char path[64];
        job_path(path, j);
        if (!f->lose_signals)
                must(sd_bus_emit_signal(f->bus, ROOT, MANAGER, "JobRemoved", "uoss", j->id, path, u->name, result),
                     "JobRemoved");
        job_free(j);
}

static int on_job_end(sd_event_source *source, uint64_t usec, void *userdata) {
        struct fake_job *j = userdata;
        if (j->f->reload_between) {
                fake_systemd_signal(j->f, "Reloading", "true");
                fake_systemd_signal(j->f, "Reloading", "false");
        }
        job_end(j);
        return 0;
}

static int take_job(struct fake_systemd *f, sd_bus_message *m, struct fake_unit *u, const char *type) {
        if (f->silent)
                return 1;
        struct fake_job *j = calloc(1, sizeof *j);
        *j = (struct fake_job) { .next = f->jobs, .f = f, .unit = u, .id = ++f->next_job, .type = strdup(type),
                                 .state = strdup("running") };
        f->jobs = j;
        u->job = j->id;
        u->job_type = type;
        char path[64];
        job_path(path, j);
        if (f->early_signals)
                job_end(j);
        must(sd_bus_reply_method_return(m, "o", path), "reply");
        if (!f->early_signals)
                must(sd_event_add_time_relative(f->event, &j->timer, CLOCK_MONOTONIC, u->delay_ms * 1000ULL, 1,
                                                on_job_end, j),
                     "timer");
        return 1;
}

/* ---- the manager ---- */

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
        return take_job(f, m, u, type);
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
        return take_job(f, m, fake_systemd_add(f, name, "inactive", "dead", NULL), "start");
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
        if (!cut && !refuse)
                return 0;
        return cut ? 1 : sd_bus_reply_method_errorf(m, NAME ".NoSuchUnit", "Unit is gone.");
}

/* ---- the two ends ---- */

struct fake_systemd *fake_systemd_new(sd_event *event, sd_bus **ret_client) {
        struct fake_systemd *f = xcalloc(1, sizeof *f);
        f->event = sd_event_ref(event);
        f->root = tree_new();
        static const char *const folders[] = { WANTS, VENDOR };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                tree_folder(f->root, folders[i]);
        fake_bus_new(event, &f->bus, ret_client);
        must(sd_bus_add_filter(f->bus, &f->slots[6], property_asked, f), "filter");
        must(sd_bus_add_object_vtable(f->bus, &f->slots[0], ROOT, MANAGER, manager_vtable, f), "manager");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[1], UNITS, NAME ".Unit", unit_vtable, find_unit, f), "unit");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[2], UNITS, NAME ".Service", service_vtable, find_unit, f),
             "service");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[4], UNITS, NAME ".Socket", socket_vtable, find_socket, f),
             "socket");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[5], UNITS, NAME ".Timer", timer_vtable, find_timer, f),
             "timer");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[3], JOBS, NAME ".Job", job_vtable, find_job, f), "job");
        return f;
}

struct fake_systemd *fake_systemd_free(struct fake_systemd *f) {
        if (!f)
                return NULL;
        while (f->jobs)
                job_free(f->jobs);
        for (size_t i = 0; i < ELEMENTS(f->slots); i++)
                sd_bus_slot_unref(f->slots[i]);
        sd_bus_detach_event(f->bus);
        sd_bus_close_unref(f->bus);
        for (size_t i = 0; i < f->n; i++)
                unit_free(f->units[i]);
        free(f->units);
        sd_event_unref(f->event);
        tree_remove(f->root);
        free(f->root);
        free(f);
        return NULL;
}
