/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One unit: GetAll with an empty interface gives all properties in one answer, and systemd loads a unit whose
 * object is asked for. A table maps properties to members. */

#include "backend/systemd/internal.h"

enum kind {
        TEXT,
        TEXTS,
        INT32,
        UINT32,
        UINT64,
        FLAG,
        TIME,
        BYTES,
        LOAD_ERROR,
        JOB,
        CONDITION,
        CONDITION_TIME
};

static const struct property {
        const char *name;
        enum kind kind;
        size_t offset;
} properties[] = {
#define P(name, kind, member) { name, kind, offsetof(struct unit_detail, member) }
        P("Id", TEXT, unit.name),
        P("Description", TEXT, unit.description),
        P("LoadState", TEXT, unit.load),
        P("ActiveState", TEXT, unit.active),
        P("SubState", TEXT, unit.sub),
        P("UnitFileState", TEXT, unit.file_state),
        P("Job", JOB, unit.job),
        P("FragmentPath", TEXT, fragment),
        P("SourcePath", TEXT, source),
        P("DropInPaths", TEXTS, drop_ins),
        P("Result", TEXT, result),
        P("ExecMainCode", INT32, exit_code),
        P("ExecMainStatus", INT32, exit_status),
        P("NRestarts", UINT32, restarts),
        P("MainPID", UINT32, main_pid),
        P("StateChangeTimestamp", TIME, since),
        P("CPUUsageNSec", UINT64, cpu_nsec),
        P("MemoryCurrent", UINT64, memory),
        P("TasksCurrent", UINT64, tasks),
        P("IOReadBytes", UINT64, io_read),
        P("IOWriteBytes", UINT64, io_written),
        P("Requires", TEXTS, requires),
        P("Wants", TEXTS, wants),
        P("After", TEXTS, after),
        P("RequiredBy", TEXTS, required_by),
        P("LoadError", LOAD_ERROR, load_error),
        P("CanStart", FLAG, can_start),
        P("CanStop", FLAG, can_stop),
        P("CanReload", FLAG, can_reload),
        P("NeedDaemonReload", FLAG, need_reload),
        P("InvocationID", BYTES, invocation),
        { "ConditionResult", CONDITION, 0 },
        { "ConditionTimestamp", CONDITION_TIME, 0 },
#undef P
};

static const char *const signatures[] = {
        [TEXT] = "s",          [TEXTS] = "as", [INT32] = "i",     [UINT32] = "u",
        [UINT64] = "t",        [FLAG] = "b",   [TIME] = "t",      [BYTES] = "ay",
        [LOAD_ERROR] = "(ss)", [JOB] = "(uo)", [CONDITION] = "b", [CONDITION_TIME] = "t",
};

static int unit_show_read_text(sd_bus_message *m, char **target) {
        const char *text;
        int r = sd_bus_message_read(m, "s", &text);
        return r < 0 ? r : str_replace(target, *text ? text : NULL);
}

static int unit_show_read_texts(sd_bus_message *m, char ***target) {
        int r = sd_bus_message_enter_container(m, 'a', "s");
        if (r < 0)
                return r;
        const char *text;
        for (size_t n = 0; (r = sd_bus_message_read(m, "s", &text)) > 0; n++)
                if (n < UNIT_TEXTS_MAX)
                        strv_add(target, text);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_bytes(sd_bus_message *m, char **target) {
        const void *bytes;
        size_t n;
        int r = sd_bus_message_read_array(m, 'y', &bytes, &n);
        if (r < 0 || n == 0 || n > 64)
                return r < 0 ? r : 0;
        _cleanup_str_ struct str hex = {};
        for (size_t i = 0; i < n; i++)
                str_addf(&hex, "%02x", ((const unsigned char *) bytes)[i]);
        free(*target);
        *target = str_take(&hex);
        return 0;
}

static int read_load_error(sd_bus_message *m, char **target) {
        const char *name, *message;
        int r = sd_bus_message_read(m, "(ss)", &name, &message);
        return r < 0 || !*name ? r : str_replace(target, *message ? message : name);
}

static int unit_show_read_number(sd_bus_message *m, enum kind kind, void *target) {
        union {
                int32_t i;
                uint32_t u;
                uint64_t t;
                int b;
        } value = {};
        int r = sd_bus_message_read_basic(m, signatures[kind][0], &value);
        if (r < 0)
                return r;
        if (kind == INT32)
                *(int *) target = value.i;
        else if (kind == UINT32)
                *(uint32_t *) target = value.u;
        else if (kind == UINT64)
                *(uint64_t *) target = value.t;
        else if (kind == TIME)
                *(int64_t *) target = (int64_t) (value.t / 1000000);
        else
                *(bool *) target = value.b;
        return 0;
}

/* Only the job's object path; its type is a property of that object. */
static int read_job(sd_bus_message *m, char **target) {
        uint32_t id;
        const char *path;
        int r = sd_bus_message_read(m, "(uo)", &id, &path);
        return r < 0 || !id ? r : str_replace(target, path);
}

struct condition {
        bool met;
        int64_t looked;         /* seconds since the epoch; 0: never, and then "not met" is meaningless */
};

static int read_value(sd_bus_message *m, const struct property *p, struct unit_detail *d,
                      struct condition *condition) {
        void *target = (char *) d + p->offset;
        switch (p->kind) {
        case TEXT:
                return unit_show_read_text(m, target);
        case TEXTS:
                return unit_show_read_texts(m, target);
        case BYTES:
                return read_bytes(m, target);
        case LOAD_ERROR:
                return read_load_error(m, target);
        case JOB:
                return read_job(m, target);
        case CONDITION:
                return unit_show_read_number(m, FLAG, &condition->met);
        case CONDITION_TIME:
                return unit_show_read_number(m, TIME, &condition->looked);
        default:
                return unit_show_read_number(m, p->kind, target);
        }
}

static const struct property *find_property(const char *name) {
        for (size_t i = 0; i < ELEMENTS(properties); i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

static int unit_show_read_all(sd_bus_message *m, struct unit_detail *d, struct condition *condition) {
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                const char *name, *contents;
                r = sd_bus_message_read(m, "s", &name);
                if (r < 0 || (r = sd_bus_message_peek_type(m, NULL, &contents)) < 0)
                        return r;
                const struct property *p = find_property(name);
                /* a property of another type counts as absent, without loss of the others */
                if (p && strcmp(contents, signatures[p->kind]) == 0) {
                        if ((r = sd_bus_message_enter_container(m, 'v', contents)) < 0 ||
                            (r = read_value(m, p, d, condition)) < 0 ||
                            (r = sd_bus_message_exit_container(m)) < 0)
                                return r;
                } else if ((r = sd_bus_message_skip(m, "v")) < 0)
                        return r;
                if ((r = sd_bus_message_exit_container(m)) < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int unit_detail_read(sd_bus_message *m, struct unit_detail **ret, bool *ret_condition_failed,
                     struct error **reterr) {
        _cleanup_(unit_detail_freep) struct unit_detail *d = new0(struct unit_detail);
        d->cpu_nsec = d->memory = d->tasks = d->io_read = d->io_written = UNIT_UNKNOWN;
        struct condition condition = { .met = true };
        int r = unit_show_read_all(m, d, &condition);
        if (r < 0)
                return error_errno(reterr, r, "systemd's answer about the unit cannot be read");
        if (!d->unit.name || !d->unit.load || !d->unit.active || !d->unit.sub)
                return error_set(reterr, -EBADMSG, "systemd's answer about the unit lacks its name or state");
        if (ret_condition_failed)
                *ret_condition_failed = condition.looked && !condition.met;
        *ret = TAKE(d);
        return 0;
}

int units_get_all(struct units *units, const char *name, sd_bus_slot **slot,
                  sd_bus_message_handler_t callback, void *userdata, struct error **reterr) {
        _cleanup_free_ char *path = NULL;
        int r = units_connect(units, reterr);
        if (r < 0)
                return r;
        units_expect_echo(units, name);
        r = sd_bus_path_encode(SYSTEMD_UNITS, name, &path);
        if (r >= 0) {
                _cleanup_message_ sd_bus_message *m = NULL;
                r = sd_bus_message_new_method_call(units->bus, &m, SYSTEMD_NAME, path, BUS_PROPERTIES,
                                                   "GetAll");
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", "");
                if (r >= 0)
                        r = sd_bus_call_async(units->bus, slot, m, callback, userdata, BUS_TIMEOUT_USEC);
        }
        return r < 0 ? bus_fail(reterr, NULL, r, "%s could not be looked at", name) : 0;
}

struct showing {
        struct units *units;
        struct op *op;
        char *name;
        sd_bus_slot *slot;
        sd_event_source *defer;
        struct unit_detail *detail;
        struct error *error;
        void (*done)(struct unit_detail *detail, struct error *e, void *userdata);
        void *userdata;
};

static void unit_show_showing_free(void *userdata) {
        struct showing *s = userdata;
        sd_bus_slot_unref(s->slot);
        sd_event_source_disable_unref(s->defer);
        unit_detail_free(s->detail);
        error_free(s->error);
        free(s->name);
        free(s);
}

static void showing_finish(struct showing *s) {
        struct unit_detail *detail = s->error ? NULL : TAKE(s->detail);
        struct error *error = TAKE(s->error);
        void (*done)(struct unit_detail *detail, struct error *e, void *userdata) = s->done;
        void *userdata = s->userdata;
        op_finish(s->op);
        unit_show_showing_free(s);
        done(detail, error, userdata);
}

static int unit_show_deferred(sd_event_source *source, void *userdata) {
        showing_finish(userdata);
        return 0;
}

/* A job that has ended meanwhile is none. */
static int on_job_type(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct showing *s = userdata;
        s->slot = sd_bus_slot_unref(s->slot);
        const char *type = NULL;
        if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "v", "s", &type) < 0)
                type = NULL;
        str_replace(&s->detail->unit.job, type);
        showing_finish(s);
        return 0;
}

static int unit_show_on_shown(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct showing *s = userdata;
        s->slot = sd_bus_slot_unref(s->slot);
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail_message(&s->error, m, "%s could not be looked at", s->name);
        else if (unit_detail_read(m, &s->detail, NULL, &s->error) >= 0 &&
                 str_equal(s->detail->unit.load, "not-found") &&
                 str_equal(s->detail->unit.active, "inactive")) {
                /* systemd creates an empty unit for any name */
                error_set(&s->error, -ENOENT, "There is no unit called %s", s->name);
                error_hint(&s->error,
                           "Names are exact and end in .service, .socket, .timer, …; search in the list of "
                           "units");
        }
        if (!s->error && s->detail->unit.job &&
            sd_bus_call_method_async(s->units->bus, &s->slot, SYSTEMD_NAME, s->detail->unit.job,
                                     BUS_PROPERTIES, "Get", on_job_type, s, "ss", SYSTEMD_NAME ".Job",
                                     "JobType") >= 0)
                return 0;
        showing_finish(s);
        return 0;
}

struct op *units_show(struct units *units, const char *name,
                      void (*done)(struct unit_detail *detail, struct error *e, void *userdata),
                      void *userdata) {
        struct showing *s = new0(struct showing);
        *s = (struct showing) { .units = units, .name = xstrdup(name), .done = done, .userdata = userdata };
        s->op = op_new(unit_show_showing_free, s);
        int r = unit_name_check(name, &s->error);
        if (r >= 0)
                r = units_get_all(units, name, &s->slot, unit_show_on_shown, s, &s->error);
        if (r < 0 && sd_event_add_defer(units->event, &s->defer, unit_show_deferred, s) < 0)
                return op_cancel(s->op);
        return s->op;
}

struct folders {
        struct op *op;
        sd_bus_slot *slot;
        sd_event_source *defer;
        struct error *error;
        char **folders;
        void (*done)(char **folders, struct error *e, void *userdata);
        void *userdata;
};

static void folders_free(void *userdata) {
        struct folders *f = userdata;
        sd_bus_slot_unref(f->slot);
        sd_event_source_disable_unref(f->defer);
        error_free(f->error);
        strv_free(f->folders);
        free(f);
}

static int folders_finish(sd_event_source *source, void *userdata) {
        struct folders *f = userdata;
        char **folders = f->error ? NULL : TAKE(f->folders);
        struct error *error = TAKE(f->error);
        void (*done)(char **folders, struct error *e, void *userdata) = f->done;
        void *data = f->userdata;
        op_finish(f->op);
        folders_free(f);
        done(folders, error, data);
        return 0;
}

static int unit_show_on_folders(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct folders *f = userdata;
        int r = 0;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail_message(&f->error, m, "The folders of unit files are not known");
        else if ((r = sd_bus_message_enter_container(m, 'v', "as")) < 0 ||
                 (r = unit_show_read_texts(m, &f->folders)) < 0)
                error_errno(&f->error, r, "The folders of unit files are not known");
        else if (!f->folders)
                f->folders = strv_copy(NULL);
        return folders_finish(NULL, f);
}

struct op *units_folders(struct units *units, void (*done)(char **folders, struct error *e, void *userdata),
                         void *userdata) {
        struct folders *f = new0(struct folders);
        *f = (struct folders) { .done = done, .userdata = userdata };
        f->op = op_new(folders_free, f);
        int r = units_connect(units, &f->error);
        if (r >= 0 && (r = sd_bus_call_method_async(units->bus, &f->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                                    BUS_PROPERTIES, "Get", unit_show_on_folders, f, "ss",
                                                    SYSTEMD_MANAGER, "UnitPath")) < 0)
                bus_fail(&f->error, NULL, r, "The folders of unit files are not known");
        if (r < 0 && sd_event_add_defer(units->event, &f->defer, folders_finish, f) < 0)
                return op_cancel(f->op);
        return f->op;
}
