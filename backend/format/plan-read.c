/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* plan_parse() of emit.h: plan.json of a job's folder back into a plan. Only argv of a command is read; what
 * it means is found out again by command_read(), which is a pure function of it. */

#include <errno.h>
#include <string.h>

#include "backend/format/emit.h"
#include "backend/format/internal.h"
#include "backend/format/json.h"
#include "base/str.h"
#include "model/plan/unit-text.h"

#define USES_MAX 256U

static int read_environment(const char *key, struct json_object *value, const char *where, void *userdata,
                            struct error **reterr) {
        struct plan *plan = userdata;
        const char *text = json_text(value);
        if (!text || strchr(key, '='))
                return error_set(reterr, -EINVAL, "%s is not a variable", where);
        return strv_addf(&plan->environment, "%s=%s", key, text);
}

static int call_environment(struct json_object *value, const char *where, void *target,
                            struct error **reterr) {
        return json_each_member(value, where, 256, read_environment, target, reterr);
}

static int call_answers(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct plan *plan = target;
        return answers_read(value, where, plan->answers, reterr);
}

/* ---- findings ---- */

static const struct json_field finding_fields[] = {
        { "id", JSON_TEXT, offsetof(struct finding, id), .required = true, .max = 64 },
        { "severity", JSON_WORD, offsetof(struct finding, severity), .required = true,
          .words = severity_from_name },
        { "where", JSON_TEXT, offsetof(struct finding, where) },
        { "message", JSON_TEXT, offsetof(struct finding, message), .required = true },
        { "hint", JSON_TEXT, offsetof(struct finding, hint) },
        { "allowed", JSON_BOOL, offsetof(struct finding, allowed) },
};

static int read_finding(struct json_object *value, const char *where, void *userdata, struct error **reterr) {
        struct plan *plan = userdata;
        struct finding f = {};
        int r = json_read(value, where, finding_fields, ELEMENTS(finding_fields), &f, reterr);
        if (r >= 0)
                r = finding_add(&plan->findings, f.severity, f.id, f.where ? f.where : "", f.hint, "%s",
                                f.message);
        if (r >= 0 && f.allowed)
                (void) finding_list_allow(&plan->findings, f.id);
        free(f.id);
        free(f.where);
        free(f.message);
        free(f.hint);
        return r;
}

static int call_findings(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return json_each(value, where, FINDINGS_MAX, read_finding, target, reterr);
}

/* ---- commands ---- */

static int read_exists(struct json_object *value, const char *where, struct command *c,
                       struct error **reterr) {
        if (!json_object_is_type(value, json_type_array))
                return error_set(reterr, -EINVAL, "%s is %s, not a list", where, json_type_words(value));
        for (size_t i = 0; i < c->n_mounts && i < json_object_array_length(value); i++) {
                struct json_object *mount = json_object_array_get_idx(value, i), *exists = NULL;
                if (json_object_is_type(mount, json_type_object) &&
                    json_object_object_get_ex(mount, "exists", &exists) &&
                    json_object_is_type(exists, json_type_boolean))
                        c->mounts[i].exists = json_object_get_boolean(exists) ? EXISTS_YES : EXISTS_NO;
        }
        return 0;
}

static int read_command(struct json_object *value, const char *where, struct command **ret,
                        struct error **reterr) {
        struct read {
                char **argv;
                int engine;
        } read = { .engine = ENGINE_NONE };
        static const struct json_field fields[] = {
                { "argv", JSON_TEXTS, offsetof(struct read, argv), .required = true },
                { "engine", JSON_WORD, offsetof(struct read, engine), .required = true,
                  .words = engine_kind_from_name },
        };
        int r = json_read(value, where, fields, ELEMENTS(fields), &read, reterr);
        _cleanup_strv_ char **argv = TAKE(read.argv);
        if (r < 0)
                return r;
        if (!argv || !*argv || !**argv)
                return error_set(reterr, -EINVAL, "%s has no words", where);

        struct finding_list ignored = {};
        *ret = command_free(*ret);
        r = command_read(where, argv,
                         read.engine == ENGINE_NONE ? ENGINE_PODMAN : (enum engine_kind) read.engine, NULL,
                         ret, &ignored);
        finding_list_done(&ignored);
        if (r < 0)
                return error_set(reterr, r, "Out of memory");
        if ((*ret)->engine != (enum engine_kind) read.engine)
                return error_set(reterr, -EINVAL, "%s is no command of %s", where,
                                 engine_kind_name((enum engine_kind) read.engine));
        struct json_object *mounts = NULL;
        return json_object_object_get_ex(value, "mounts", &mounts) ? read_exists(mounts, where, *ret, reterr)
                                                                   : 0;
}

#define CALL_COMMAND(member)                                                                 \
        static int call_##member(struct json_object *value, const char *where, void *target, \
                                 struct error **reterr) {                                    \
                struct plan *plan = target;                                                  \
                return read_command(value, where, &plan->member, reterr);                    \
        }
CALL_COMMAND(command)
CALL_COMMAND(run)
CALL_COMMAND(uninstall)
CALL_COMMAND(stop)

/* ---- what is handed over ---- */

static const struct json_field use_fields[] = {
        { "name", JSON_TEXT, offsetof(struct secret_use, name), .required = true, .max = 64 },
        { "delivery", JSON_WORD, offsetof(struct secret_use, delivery), .required = true,
          .words = delivery_from_name },
        { "target", JSON_TEXT, offsetof(struct secret_use, target) },
};

static int read_use(struct json_object *value, const char *where, struct secret_use **uses, size_t *n,
                    struct error **reterr) {
        struct secret_use *grown = reallocarray(*uses, *n + 1, sizeof *grown);
        if (!grown)
                return error_set(reterr, -ENOMEM, "Out of memory");
        *uses = grown;
        grown[*n] = (struct secret_use) {};
        return json_read(value, where, use_fields, ELEMENTS(use_fields), grown + (*n)++, reterr);
}

static int format_plan_read_read_secret(struct json_object *value, const char *where, void *userdata,
                                        struct error **reterr) {
        struct plan *plan = userdata;
        return read_use(value, where, &plan->secrets, &plan->n_secrets, reterr);
}

static int read_handed(struct json_object *value, const char *where, void *userdata, struct error **reterr) {
        struct plan *plan = userdata;
        return read_use(value, where, &plan->handed, &plan->n_handed, reterr);
}

static int call_secrets(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return json_each(value, where, USES_MAX, format_plan_read_read_secret, target, reterr);
}

static int call_handed(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return json_each(value, where, USES_MAX, read_handed, target, reterr);
}

/* ---- what an upgrade takes the place of; what the record keeps ---- */

static int call_labels(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return labels_read(value, where, &((struct plan *) target)->labels, reterr);
}

static int call_opt(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return opt_read(value, where, ((struct plan *) target)->opt, reterr);
}

static int call_from_labels(struct json_object *value, const char *where, void *target,
                            struct error **reterr) {
        return labels_read(value, where, &((struct plan_from *) target)->labels, reterr);
}

static const struct json_field from_fields[] = {
        { "image", JSON_TEXT, offsetof(struct plan_from, image), .required = true },
        { "image_id", JSON_TEXT, offsetof(struct plan_from, image_id) },
        { "digest", JSON_TEXT, offsetof(struct plan_from, digest) },
        { "version", JSON_TEXT, offsetof(struct plan_from, version) },
        { "labels", JSON_CALL, .call = call_from_labels },
};

static int call_from(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct plan *plan = target;
        plan_from_free(plan->from);
        plan->from = calloc(1, sizeof *plan->from);
        if (!plan->from)
                return error_set(reterr, -ENOMEM, "Out of memory");
        return json_read(value, where, from_fields, ELEMENTS(from_fields), plan->from, reterr);
}

/* ---- the whole ---- */

#define FIELD(path, kind, member, ...) { path, kind, offsetof(struct plan, member), ##__VA_ARGS__ }
static const struct json_field plan_fields[] = {
        FIELD("verb", JSON_WORD, verb, .required = true, .words = plan_verb_from_name),
        FIELD("name", JSON_TEXT, name, .required = true, .max = 64),
        FIELD("reference", JSON_TEXT, reference, .required = true),
        FIELD("image", JSON_TEXT, image, .required = true),
        FIELD("image_id", JSON_TEXT, image_id),
        FIELD("digest", JSON_TEXT, digest),
        FIELD("version", JSON_TEXT, version),
        FIELD("title", JSON_TEXT, title),
        { "from", JSON_CALL, .call = call_from },
        FIELD("profile", JSON_TEXT, profile),
        FIELD("mode", JSON_TEXT, mode),
        FIELD("mode_title", JSON_TEXT, mode_title),
        FIELD("joins", JSON_WORD, joins, .words = realm_kind_from_name),
        FIELD("deletes_account", JSON_BOOL, deletes_account),
        FIELD("join_domain", JSON_TEXT, join_domain, .max = 256),
        FIELD("join_server", JSON_TEXT, join_server, .max = 256),
        FIELD("join_user", JSON_TEXT, join_user, .max = 256),
        FIELD("label_key", JSON_TEXT, label_key),
        FIELD("label", JSON_TEXT, label),
        { "environment", JSON_CALL, .call = call_environment },
        { "findings", JSON_CALL, .call = call_findings },
        FIELD("host_command", JSON_BOOL, host_command),
        FIELD("unit.kind", JSON_WORD, unit.kind, .required = true, .words = unit_kind_from_name),
        FIELD("unit.name", JSON_TEXT, unit.name),
        FIELD("unit.path", JSON_TEXT, unit.path),
        FIELD("unit.text", JSON_TEXT, unit.text),
        FIELD("unit.overrides", JSON_TEXT, unit.overrides),
        { "command", JSON_CALL, .call = call_command },
        { "run", JSON_CALL, .call = call_run },
        { "uninstall", JSON_CALL, .call = call_uninstall },
        { "stop", JSON_CALL, .call = call_stop },
        { "answers", JSON_CALL, .call = call_answers },
        FIELD("arguments", JSON_TEXTS, arguments),
        FIELD("given", JSON_TEXTS, given),
        FIELD("set", JSON_TEXTS, set),
        { "opt", JSON_CALL, .call = call_opt },
        { "labels", JSON_CALL, .call = call_labels },
        { "secrets", JSON_CALL, .call = call_secrets },
        { "handed", JSON_CALL, .call = call_handed },
        FIELD("stdin", JSON_TEXTS, stdin_lines),
        FIELD("paths", JSON_TEXTS, paths),
        FIELD("state", JSON_TEXTS, state),
        FIELD("host_unit", JSON_TEXT, host_unit),
        FIELD("saves.objects", JSON_UINT64, saved_objects),
        FIELD("saves.bytes", JSON_UINT64, saved_bytes),
        FIELD("health.argv", JSON_TEXTS, health_argv),
        FIELD("health.seconds", JSON_UINT32, health_seconds),
        FIELD("renew", JSON_TEXTS, renew_argv),
        FIELD("file.path", JSON_TEXT, file.path),
        FIELD("file.text", JSON_TEXT, file.text),
        FIELD("file.was", JSON_TEXT, file.was),
        FIELD("file.sentence", JSON_TEXT, file.sentence),
        FIELD("if_interrupted", JSON_WORD, if_interrupted, .words = plan_interrupted_from_name),
};
#undef FIELD

/* The worker writes where the plan says, as root: so only where plans may say. */
static int format_plan_read_check(const struct plan *plan, struct error **reterr) {
        const struct unit_file *unit = &plan->unit;
        if (!service_name_valid(plan->name))
                return error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", plan->name);
        if (plan->command && plan->host_command != (plan->command->engine == ENGINE_NONE))
                return error_set(reterr, -EINVAL, "host_command does not say what the command is");
        for (char **path = plan->paths; path && *path; path++)
                if (**path != '/')
                        return error_set(reterr, -EINVAL, "The path \"%s\" is not absolute", *path);
        if (plan->file.text &&
            !(str_equal(plan->file.path, PLAN_ACCESS_FILE) && plan->file.was && plan->verb == VERB_ACCESS))
                return error_set(reterr, -EINVAL, "No job may write the file %s",
                                 plan->file.path ? plan->file.path : "");
        if (unit->kind == UNIT_NONE || (unit->kind == UNIT_BY_IMAGE && !unit->path))
                return 0;
        bool quadlet = unit->kind == UNIT_QUADLET ||
                       (unit->kind == UNIT_BY_IMAGE && str_ends(unit->path, ".container"));
        const char *folder = quadlet ? "/etc/containers/systemd/" : "/etc/systemd/system/";
        const char *file = unit->path ? str_starts(unit->path, folder) : NULL;
        const char *suffix = quadlet ? ".container" : ".service";
        if (unit->kind == UNIT_BY_IMAGE && !file && unit->path)
                file = str_starts(unit->path, "/usr/local/lib/systemd/system/");
        if (!file || strchr(file, '/') || !str_ends(file, suffix) || str_equal(file, suffix) || !unit->text ||
            !unit->name || !unit_name_valid(unit->name))
                return error_set(reterr, -EINVAL, "The unit has no name, text, or place where units are");
        return 0;
}

static int format_plan_read_refuse(struct error **reterr, int r) {
        return r == -ENOMEM ? r : error_wrap(reterr, -EINVAL, "This is not a plan");
}

int plan_parse(const char *text, size_t n, struct plan **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = PLAN_BYTES_MAX, .depth = 16, .weight = 500000 };
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_plan_ struct plan *plan = calloc(1, sizeof *plan);
        if (!plan || !(plan->answers = answers_new()))
                return error_set(reterr, -ENOMEM, "Out of memory");
        unsigned line;
        int r = json_parse(text, n, &limits, &o, &line, reterr);
        if (r < 0)
                return format_plan_read_refuse(reterr, r);
        if (!json_object_is_type(o, json_type_object)) {
                r = error_set(reterr, -EINVAL, "It is %s, not an object", json_type_words(o));
                return format_plan_read_refuse(reterr, r);
        }
        r = json_read(o, NULL, plan_fields, ELEMENTS(plan_fields), plan, reterr);
        if (r >= 0)
                r = format_plan_read_check(plan, reterr);
        if (r < 0)
                return format_plan_read_refuse(reterr, r);
        *ret = TAKE(plan);
        return 0;
}
