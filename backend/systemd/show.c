/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One unit: GetAll with an empty interface gives all properties in one answer, and systemd loads a unit whose
 * object is asked for. A table maps properties to members. */

#include "backend/systemd/internal.h"

#include "backend/io/turn.h"

enum kind { TEXT, TEXTS, INT32, UINT32, UINT64, FLAG, TIME, BYTES, LOAD_ERROR, JOB, COMMANDS, ARGV };

static const struct property {
        const char *name;
        enum kind kind;
        size_t offset;
} properties[] = {
#define P(name, kind, member) \
        { name, kind, offsetof(struct unit_detail, member) }
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
        P("ExecMainExitTimestamp", UINT64, main_ended),
        P("ExecStop", COMMANDS, stop_began),
        P("ExecStart", ARGV, starts),
        P("NRestarts", UINT32, restarts),
        P("MainPID", UINT32, main_pid),
        P("StateChangeTimestamp", TIME, since),
        P("ControlGroup", TEXT, cgroup),
        P("MemoryMax", UINT64, memory_max),
        P("CPUUsageNSec", UINT64, cpu_nsec),
        P("MemoryCurrent", UINT64, memory),
        P("TasksCurrent", UINT64, tasks),
        P("IOReadBytes", UINT64, io_read),
        P("IOWriteBytes", UINT64, io_written),
        P("Requires", TEXTS, requires),
        P("Wants", TEXTS, wants),
        P("After", TEXTS, after),
        P("RequiredBy", TEXTS, required_by),
        P("WantedBy", TEXTS, wanted_by),
        P("TriggeredBy", TEXTS, triggered_by),
        P("Requisite", TEXTS, requisite),
        P("BindsTo", TEXTS, binds_to),
        P("PartOf", TEXTS, part_of),
        P("Upholds", TEXTS, upholds),
        P("Conflicts", TEXTS, conflicts),
        P("Before", TEXTS, before),
        P("Triggers", TEXTS, triggers),
        P("RequisiteOf", TEXTS, requisite_of),
        P("BoundBy", TEXTS, bound_by),
        P("ConsistsOf", TEXTS, consists_of),
        P("UpheldBy", TEXTS, upheld_by),
        P("PropagatesStopTo", TEXTS, stops),
        P("CanFreeze", FLAG, can_freeze),
        P("FreezerState", TEXT, freezer),
        P("LoadError", LOAD_ERROR, load_error),
        P("CanStart", FLAG, can_start),
        P("CanStop", FLAG, can_stop),
        P("CanReload", FLAG, can_reload),
        P("NeedDaemonReload", FLAG, need_reload),
        P("InvocationID", BYTES, invocation),
        P("ConditionResult", FLAG, condition_met),
        P("ConditionTimestamp", TIME, condition_time),
#undef P
};

static const struct {
        const char *signature;
        size_t max; /* of items: more are left out (texts), or count as absent (bytes) */
} kinds[] = {
        [TEXT] = { "s" },          [TEXTS] = { "as", 4096 }, [INT32] = { "i" }, [UINT32] = { "u" },
        [UINT64] = { "t" },        [FLAG] = { "b" },         [TIME] = { "t" },  [BYTES] = { "ay", 64 },
        [LOAD_ERROR] = { "(ss)" }, [JOB] = { "(uo)" },       [COMMANDS] = { "a(sasbttttuii)" },
        [ARGV] = { "a(sasbttttuii)", 4096 },
};

/* Of a LOAD_ERROR the message, else its name; of a JOB only the path of its object, which has its type. */
static int show_read_text(sd_bus_message *m, enum kind kind, char **target) {
        const char *text, *name = "";
        uint32_t id = 1;
        int r = kind == TEXT  ? sd_bus_message_read(m, "s", &text)
                : kind == JOB ? sd_bus_message_read(m, "(uo)", &id, &text)
                              : sd_bus_message_read(m, "(ss)", &name, &text);
        if (r < 0)
                return r;
        if (!*text)
                text = name;
        str_replace(target, *text && id ? text : NULL);
        return 0;
}

static int show_compare(const void *a, const void *b) {
        return str_compare_natural(*(char *const *) a, *(char *const *) b);
}

/* Sorted: systemd's order is another one each time. */
static int show_read_texts(sd_bus_message *m, char ***target) {
        _cleanup_strv_ char **texts = NULL;
        const char *text;
        int r = sd_bus_message_enter_container(m, 'a', "s");
        for (size_t n = 0; r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0; n++)
                if (n < kinds[TEXTS].max)
                        strv_add(&texts, text);
        if (r < 0)
                return r;
        if (texts)
                qsort(texts, strv_length(texts), sizeof *texts, show_compare);
        strv_free(*target);
        *target = TAKE(texts);
        return sd_bus_message_exit_container(m);
}

static int show_read_bytes(sd_bus_message *m, char **target) {
        const unsigned char *bytes;
        size_t n;
        int r = sd_bus_message_read_array(m, 'y', (const void **) &bytes, &n);
        if (r < 0 || n == 0 || n > kinds[BYTES].max)
                return r;
        _cleanup_str_ struct str hex = {};
        for (size_t i = 0; i < n; i++)
                str_addf(&hex, "%02x", bytes[i]);
        str_replace(target, hex.text);
        return 0;
}

/* When the newest of them began. */
static int show_read_commands(sd_bus_message *m, uint64_t *target) {
        int r = sd_bus_message_enter_container(m, 'a', "(sasbttttuii)");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "sasbttttuii")) > 0) {
                uint64_t began = 0;
                r = sd_bus_message_skip(m, "sasb");
                r = r < 0 ? r : sd_bus_message_read(m, "t", &began);
                r = r < 0 ? r : sd_bus_message_skip(m, "tttuii");
                if (r >= 0 && began > *target)
                        *target = began;
                r = r < 0 ? r : sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* The words of the first command. */
static int show_read_argv(sd_bus_message *m, char ***target) {
        const char *path, *word;
        int r = sd_bus_message_enter_container(m, 'a', "(sasbttttuii)");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "sasbttttuii")) > 0) {
                bool first = !*target;
                r = sd_bus_message_read(m, "s", &path);
                r = r < 0 ? r : sd_bus_message_enter_container(m, 'a', "s");
                for (size_t n = 0; r >= 0 && (r = sd_bus_message_read(m, "s", &word)) > 0; n++)
                        if (first && n < kinds[ARGV].max)
                                strv_add(target, word);
                r = r < 0 ? r : sd_bus_message_exit_container(m);
                r = r < 0 ? r : sd_bus_message_skip(m, "bttttuii");
                r = r < 0 ? r : sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int show_read_number(sd_bus_message *m, enum kind kind, void *target) {
        union {
                int32_t i;
                uint32_t u;
                uint64_t t;
                int b;
        } value = {};
        int r = sd_bus_message_read_basic(m, kinds[kind].signature[0], &value);
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

static int show_read_value(sd_bus_message *m, enum kind kind, void *target) {
        switch (kind) {
        case TEXT:
        case LOAD_ERROR:
        case JOB: return show_read_text(m, kind, target);
        case TEXTS: return show_read_texts(m, target);
        case BYTES: return show_read_bytes(m, target);
        case COMMANDS: return show_read_commands(m, target);
        case ARGV: return show_read_argv(m, target);
        default: return show_read_number(m, kind, target);
        }
}

static const struct property *show_property(const char *name) {
        for (size_t i = 0; i < ELEMENTS(properties); i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

/* A property of another type counts as absent, without loss of the others. */
int unit_detail_read_property(sd_bus_message *m, const char *name, const char *contents,
                              struct unit_detail *d) {
        const struct property *p = show_property(name);
        if (!p || strcmp(contents, kinds[p->kind].signature) != 0)
                return sd_bus_message_skip(m, "v");
        int r = sd_bus_message_enter_container(m, 'v', contents);
        if (r >= 0)
                r = show_read_value(m, p->kind, (char *) d + p->offset);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

struct unit_detail *unit_detail_new(void) {
        struct unit_detail *d = new0(struct unit_detail);
        d->cpu_nsec = d->memory = d->tasks = d->io_read = d->io_written = UNIT_UNKNOWN;
        d->memory_max = UNIT_UNKNOWN;
        return d;
}

static int show_read_all(sd_bus_message *m, struct unit_detail *d) {
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                const char *name, *contents;
                if ((r = sd_bus_message_read(m, "s", &name)) < 0 ||
                    (r = sd_bus_message_peek_type(m, NULL, &contents)) < 0)
                        return r;
                if ((r = unit_detail_read_property(m, name, contents, d)) < 0)
                        return r;
                if ((r = sd_bus_message_exit_container(m)) < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int unit_detail_read(sd_bus_message *m, struct unit_detail **ret, struct error **reterr) {
        _cleanup_(unit_detail_freep) struct unit_detail *d = unit_detail_new();
        int r = show_read_all(m, d);
        if (r < 0)
                return error_errno(reterr, r, "systemd's answer about the unit cannot be read");
        if (!d->unit.name || !d->unit.load || !d->unit.active || !d->unit.sub)
                return error_set(reterr, -EBADMSG, "systemd's answer about the unit lacks its name or state");
        d->unit.stopped = unit_was_stopped(d);
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
        if (r >= 0)
                r = sd_bus_call_method_async(units->bus, slot, SYSTEMD_NAME, path, BUS_PROPERTIES, "GetAll",
                                             callback, userdata, "s", "");
        return r < 0 ? bus_fail(reterr, NULL, r, "%s could not be looked at", name) : 0;
}

struct showing {
        struct op op;
        struct units *units;
        char *name;
        sd_bus_slot *slot;
        struct unit_detail *detail;
        struct error *error;
        detail_done_t done;
        void *userdata;
};

static void showing_drop(struct op *op) {
        struct showing *s = container_of(op, struct showing, op);
        sd_bus_slot_unref(s->slot);
        unit_detail_free(s->detail);
        error_free(s->error);
        free(s->name);
}

static void showing_end(void *state) {
        struct showing *s = state;
        struct unit_detail *detail = s->error ? NULL : TAKE(s->detail);
        struct error *e = TAKE(s->error);
        op_end(&s->op);
        s->done(detail, e, s->userdata);
}

static void show_on_why(void *userdata) {
        showing_end(userdata);
}

/* A failed unit has no end without its reason. */
static void showing_read_why(struct showing *s) {
        struct op *reading = s->error ? NULL : units_read_why(s->units, s->detail, show_on_why, s);
        if (reading)
                op_wait(&s->op, reading);
        else
                showing_end(s);
}

/* A job that has ended meanwhile is none. */
static int show_on_job_type(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct showing *s = userdata;
        const char *type = NULL;
        if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "v", "s", &type) < 0)
                type = NULL;
        str_replace(&s->detail->unit.job, type);
        showing_read_why(s);
        return 0;
}

static int show_on_shown(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct showing *s = userdata;
        s->slot = sd_bus_slot_unref(s->slot);
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&s->error, m, 0, "%s could not be looked at", s->name);
        else if (unit_detail_read(m, &s->detail, &s->error) >= 0 &&
                 str_equal(s->detail->unit.load, "not-found") &&
                 str_equal(s->detail->unit.active, "inactive")) {
                /* systemd creates an empty unit for any name */
                error_set(&s->error, -ENOENT, "There is no unit called %s", s->name);
                error_hint(&s->error,
                           "Names are exact and end in .service, .socket, .timer, …; search in the list of "
                           "units");
        }
        if (s->error || !s->detail->unit.job ||
            sd_bus_call_method_async(s->units->bus, &s->slot, SYSTEMD_NAME, s->detail->unit.job,
                                     BUS_PROPERTIES, "Get", show_on_job_type, s, "ss", SYSTEMD_NAME ".Job",
                                     "JobType") < 0)
                showing_read_why(s);
        return 0;
}

/* systemd loads no template, but knows its file. */
static int show_on_template(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct showing *s = userdata;
        const char *state;
        s->slot = sd_bus_slot_unref(s->slot);
        if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "s", &state) < 0) {
                error_set(&s->error, -ENOENT, "There is no template called %s", s->name);
                showing_end(s);
                return 0;
        }
        struct unit_detail *d = s->detail = unit_detail_new();
        d->unit = (struct unit){ .name = xstrdup(s->name),
                                 .description =
                                         xstrdup("A template: an instance of it has a name behind the @"),
                                 .load = xstrdup("not-loaded"),
                                 .active = xstrdup("template"),
                                 .sub = xstrdup("template"),
                                 .file_state = xstrdup(state) };
        showing_end(s);
        return 0;
}

static int show_template(struct showing *s) {
        int r = units_connect(s->units, &s->error);
        if (r < 0)
                return r;
        r = sd_bus_call_method_async(s->units->bus, &s->slot, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                     "GetUnitFileState", show_on_template, s, "s", s->name);
        return r < 0 ? bus_fail(&s->error, NULL, r, "%s could not be looked at", s->name) : 0;
}

struct op *units_show(struct units *units, const char *name, detail_done_t done, void *userdata) {
        struct showing *s = new0(struct showing);
        *s = (struct showing){ .op.drop = showing_drop,
                               .units = units,
                               .name = xstrdup(name),
                               .done = done,
                               .userdata = userdata };
        bool template = unit_template(name);
        if (unit_name_check(name, &s->error) < 0 || (template && show_template(s) < 0) ||
            (!template && units_get_all(units, name, &s->slot, show_on_shown, s, &s->error) < 0))
                return op_answer(&s->op, units->event, showing_end);
        return &s->op;
}
