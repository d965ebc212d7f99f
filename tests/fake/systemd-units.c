/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The units of the fake systemd: files, objects with their properties, signals of their changes. */
#include "tests/fake/systemd-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "tests/unit/tree.h"

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
void fake_units_signal(struct fake_systemd *f, const struct fake_unit *u) {
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
        fake_units_signal(f, u);
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
                                  .following = strdup(""), .result = strdup("success"), .load_error = strdup(""), .freezer = strdup("running"), .type = strdup("simple"),
                                  .loaded = true, .install = true, .condition = 1, .can_start = 1, .can_stop = 1,
                                  .cpu = 5000000, .memory = UINT64_MAX, .runtime_max = UINT64_MAX,
                                  .memory_max = UINT64_MAX, .tasks = UINT64_MAX, .cgroup = strdup("") };
        f->units[f->n++] = u;
        if (file_state)
                fake_systemd_write(f, u);
        return u;
}

static void unit_free(struct fake_unit *u) {
        char *texts[] = { u->name, u->description, u->load, u->active, u->sub, u->file_state, u->fragment, u->source,
                          u->following, u->result, u->load_error, u->freezer, u->type, u->cgroup };
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

static int get_activated(sd_bus *bus, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        uint64_t when = *(uint64_t *) userdata;
        return sd_bus_message_append(reply, "t", when == UINT64_MAX ? (uint64_t) usec_now(CLOCK_REALTIME) : when);
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
        P("ActiveEnterTimestamp", "t", get_activated, activated),
        P("ActiveExitTimestamp", "t", NULL, stop_began),
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
        P("Type", "s", NULL, type),
        P("ExecMainCode", "i", NULL, exit_code),
        P("ExecMainStatus", "i", NULL, exit_status),
        P("ExecMainExitTimestamp", "t", NULL, main_ended),
        P("ExecStop", "a(sasbttttuii)", get_commands, stop_command),
        P("ExecMainStartTimestamp", "t", NULL, main_began),
        P("RuntimeMaxUSec", "t", NULL, runtime_max),
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

/* ---- on the bus ---- */

void fake_units_publish(struct fake_systemd *f) {
        static const char *const folders[] = { WANTS, VENDOR };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                tree_folder(f->root, folders[i]);
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[1], UNITS, NAME ".Unit", unit_vtable, find_unit, f), "unit");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[2], UNITS, NAME ".Service", service_vtable, find_unit, f),
             "service");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[4], UNITS, NAME ".Socket", socket_vtable, find_socket, f),
             "socket");
        must(sd_bus_add_fallback_vtable(f->bus, &f->slots[5], UNITS, NAME ".Timer", timer_vtable, find_timer, f),
             "timer");
}

void fake_units_free(struct fake_systemd *f) {
        for (size_t i = 0; i < f->n; i++)
                unit_free(f->units[i]);
        free(f->units);
}
