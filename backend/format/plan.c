/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plans as JSON and back (emit.h, data/json.md "plan"): the output of `fairlead plan --json` is also
 * plan.json of a job's folder. Only argv of a command is read; command_read() derives the rest. */

#include "backend/format/emit.h"
#include "backend/format/internal.h"
#include "backend/format/json.h"
#include "backend/io/digest.h"
#include "model/plan/unit-text.h"

#define USES_MAX 256U

static struct json_object *format_plan_make_environment(const void *member) {
        struct json_object *o = json_object_new_object();
        for (char *const *variable = *(char *const *const *) member; variable && *variable; variable++) {
                const char *equals = strchr(*variable, '=');
                if (!equals)
                        continue;
                _cleanup_free_ char *name = strndup(*variable, (size_t) (equals - *variable));
                json_object_object_add(o, name, json_new_text(equals + 1));
        }
        return o;
}

static int format_plan_read_variable(const char *key, struct json_object *value, const char *where,
                                     void *userdata, struct error **reterr) {
        const char *text = json_text(value);
        if (!text || strchr(key, '='))
                return error_set(reterr, -EINVAL, "%s is not a variable", where);
        return strv_addf(userdata, "%s=%s", key, text);
}

static int format_plan_read_environment(struct json_object *value, const char *where, void *member,
                                        struct error **reterr) {
        return json_each_member(value, where, 256, format_plan_read_variable, member, reterr);
}

static int format_plan_read_finding(struct json_object *value, const char *where, void *userdata,
                                    struct error **reterr) {
        struct finding f = {};
        int r = json_read(value, where, findings_table.fields, findings_table.n, &f, reterr);
        if (r >= 0)
                r = finding_add(userdata, f.severity, f.id, f.where ? f.where : "", f.hint, "%s", f.message);
        if (r >= 0 && f.allowed)
                finding_list_allow(userdata, f.id);
        free(f.id);
        free(f.where);
        free(f.message);
        free(f.hint);
        return r;
}

static int format_plan_read_findings(struct json_object *value, const char *where, void *member,
                                     struct error **reterr) {
        return json_each(value, where, FINDINGS_MAX, format_plan_read_finding, member, reterr);
}

static struct json_object *format_plan_make_findings(const void *member) {
        return findings_array(member);
}

static const struct json_field option_fields[] = {
        { "option", JSON_TEXT, offsetof(struct option_use, option) },
        { "canonical", JSON_TEXT, offsetof(struct option_use, canonical) },
        { "value", JSON_TEXT, offsetof(struct option_use, value) },
        { "meaning", JSON_TEXT, offsetof(struct option_use, meaning) },
        { "risk", JSON_WORD, offsetof(struct option_use, risk), JSON_NAMES(risk) },
};

static struct json_object *format_plan_make_exists(const void *member) {
        const struct mount *m = member;
        return m->exists == EXISTS_UNKNOWN ? NULL : json_object_new_boolean(m->exists == EXISTS_YES);
}

static const struct json_field mount_fields[] = {
        { "host", JSON_TEXT, offsetof(struct mount, host) },
        { "container", JSON_TEXT, offsetof(struct mount, container) },
        { "mode", JSON_WORD, offsetof(struct mount, mode), JSON_NAMES(mount_mode) },
        MADE("exists", format_plan_make_exists),
        { "options", JSON_TEXT, offsetof(struct mount, options) },
        { "volume", JSON_BOOL, offsetof(struct mount, volume) },
        { "meaning", JSON_TEXT, offsetof(struct mount, meaning) },
        { "risk", JSON_WORD, offsetof(struct mount, risk), JSON_NAMES(risk) },
};

static const struct json_field privilege_fields[] = {
        { "what", JSON_TEXT, offsetof(struct privilege, what) },
        { "meaning", JSON_TEXT, offsetof(struct privilege, meaning) },
        { "risk", JSON_WORD, offsetof(struct privilege, risk), JSON_NAMES(risk) },
};

#define T struct command
#define LIST(path, rows, type, member)                                                   \
        ROW(path, JSON_STRUCTS, member, .count = offsetof(struct command, n_##member), \
              .of = JSON_TABLE(rows, type))
#define COMMAND_FIELDS_READ 2 /* the first ones */
static const struct json_field command_fields[] = {
        ROW("argv", JSON_TEXTS, argv, .required = true),
        ROW("engine", JSON_WORD, engine, .required = true, JSON_NAMES(engine_kind)), TEXT(subcommand),
        ROW("container", JSON_TEXT, name), FLAG(detached), FLAG(interactive),
        LIST("options", option_fields, struct option_use, options),
        LIST("mounts", mount_fields, struct mount, mounts),
        LIST("privileges", privilege_fields, struct privilege, privileges),
};
#undef LIST
#undef T

static struct json_object *format_plan_make_command(const void *member) {
        return json_new_struct(JSON_TABLE(command_fields, struct command), *(struct command *const *) member);
}

static int format_plan_read_exists(struct json_object *value, const char *where, struct command *c,
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

static int format_plan_read_command(struct json_object *value, const char *where, void *member,
                                    struct error **reterr) {
        struct command read = { .engine = ENGINE_NONE }, **ret = member;
        int r = json_read(value, where, command_fields, COMMAND_FIELDS_READ, &read, reterr);
        _cleanup_strv_ char **argv = TAKE(read.argv);
        if (r < 0)
                return r;
        if (!argv || !*argv || !**argv)
                return error_set(reterr, -EINVAL, "%s has no words", where);

        struct finding_list ignored = {};
        *ret = command_free(*ret);
        r = command_read(where, argv, read.engine == ENGINE_NONE ? ENGINE_PODMAN : read.engine, NULL, ret,
                         &ignored);
        finding_list_done(&ignored);
        if (r < 0)
                return r;
        if ((*ret)->engine != read.engine)
                return error_set(reterr, -EINVAL, "%s is not a command of %s", where,
                                 engine_kind_name(read.engine));
        struct json_object *mounts = NULL;
        return json_object_object_get_ex(value, "mounts", &mounts)
                       ? format_plan_read_exists(mounts, where, *ret, reterr)
                       : 0;
}

/* Scripts read this member first: the command that runs now, or for an image with RUN alone the unit's. */
static const struct command *format_plan_first(const struct plan *plan) {
        return plan->command ? plan->command : plan->run;
}

static struct json_object *format_plan_make_mounts(const void *plan) {
        const struct command *c = format_plan_first(plan);
        return json_new_structs(JSON_TABLE(mount_fields, struct mount), c ? c->mounts : NULL,
                                c ? c->n_mounts : 0);
}

static struct json_object *format_plan_make_privileges(const void *plan) {
        const struct command *c = format_plan_first(plan);
        return json_new_structs(JSON_TABLE(privilege_fields, struct privilege), c ? c->privileges : NULL,
                                c ? c->n_privileges : 0);
}

static struct json_object *format_plan_make_argv(const void *member) {
        const struct plan *plan = member;
        return plan->command ? json_new_texts(plan->command->argv) : NULL;
}

#define T struct image_pin
static const struct json_field from_fields[] = {
        ROW("image", JSON_TEXT, image, .required = true), TEXT(image_id), TEXT(digest), TEXT(version),
        ROW("labels", JSON_CALL, labels, .call = labels_read, .make = labels_make),
};
#undef T

static const struct json_field word_fields[] = {
        { "change", JSON_WORD, offsetof(struct word_change, difference), JSON_NAMES(difference) },
        { "word", JSON_TEXT, offsetof(struct word_change, word) },
};
static const struct json_field label_change_fields[] = {
        { "key", JSON_TEXT, offsetof(struct label_change, key) },
        { "change", JSON_WORD, offsetof(struct label_change, difference), JSON_NAMES(difference) },
        { "words", JSON_STRUCTS, offsetof(struct label_change, words),
          .count = offsetof(struct label_change, n), .of = JSON_TABLE(word_fields, struct word_change) },
};

static struct json_object *format_plan_make_label_changes(const void *member) {
        const struct plan *plan = member;
        struct label_changes changes = {};
        if (!plan->from || label_changes_make(&plan->from->labels, &plan->pin.labels, &changes) < 0)
                return NULL;
        struct json_object *all = json_new_structs(JSON_TABLE(label_change_fields, struct label_change),
                                                   changes.items, changes.n);
        label_changes_done(&changes);
        return all;
}

static struct json_object *format_plan_make_permitted(const void *plan) {
        return json_object_new_boolean(plan_permitted(plan, NULL) >= 0);
}

static struct json_object *format_plan_make_consent(const void *plan) {
        char consent[DIGEST_HEX];
        digest_plan(plan, consent);
        return json_new_text(consent);
}

static const struct json_field file_fields[] = {
        { "path", JSON_TEXT, offsetof(struct plan_file, path) },
        { "text", JSON_TEXT, offsetof(struct plan_file, text) },
        { "was", JSON_TEXT, offsetof(struct plan_file, was) },
        { "sentence", JSON_TEXT, offsetof(struct plan_file, sentence) },
};

static int format_plan_read_file(struct json_object *value, const char *where, void *member,
                                 struct error **reterr) {
        return json_read(value, where, file_fields, ELEMENTS(file_fields), member, reterr);
}

static struct json_object *format_plan_make_file(const void *member) {
        const struct plan_file *file = member;
        return json_new_struct(JSON_TABLE(file_fields, struct plan_file), file->text ? file : NULL);
}

static const struct json_field use_fields[] = {
        { "name", JSON_TEXT, offsetof(struct secret_use, name), .required = true, .max = 64 },
        { "delivery", JSON_WORD, offsetof(struct secret_use, delivery), .required = true,
          JSON_NAMES(delivery) },
        { "target", JSON_TEXT, offsetof(struct secret_use, target) },
};

#define T struct plan
#define COMMAND(member) \
        ROW(#member, JSON_CALL, member, .call = format_plan_read_command, .make = format_plan_make_command)
#define USES(member)                                                                                      \
        ROW(#member, JSON_STRUCTS, member, .max = USES_MAX, .count = offsetof(struct plan, n_##member), \
              .of = JSON_TABLE(use_fields, struct secret_use))
#define PIN(member) ROW(#member, JSON_TEXT, pin.member)
static const struct json_field plan_fields[] = {
        ROW("verb", JSON_WORD, verb, .required = true, JSON_NAMES(plan_verb)),
        ROW("name", JSON_TEXT, name, .required = true, .max = 64),
        ROW("reference", JSON_TEXT, pin.reference, .required = true),
        ROW("image", JSON_TEXT, pin.image, .required = true), PIN(image_id), PIN(digest), PIN(version),
        PIN(title), ROW("from", JSON_STRUCT, from, .of = JSON_TABLE(from_fields, struct image_pin)),
        MADE("label_changes", format_plan_make_label_changes), TEXT(profile),
        ROW("mode", JSON_TEXT, given.mode), TEXT(mode_title),
        WORD(joins, realm_kind), FLAG(deletes_account),
        ROW("join_domain", JSON_TEXT, join_domain, .max = 256),
        ROW("join_server", JSON_TEXT, join_server, .max = 256),
        ROW("join_user", JSON_TEXT, join_user, .max = 256), TEXT(label_key), TEXT(label),
        MADE("argv", format_plan_make_argv),
        ROW("environment", JSON_CALL, environment, .call = format_plan_read_environment,
              .make = format_plan_make_environment),
        MADE("permitted", format_plan_make_permitted), MADE("consent", format_plan_make_consent),
        ROW("findings", JSON_CALL, findings, .call = format_plan_read_findings,
              .make = format_plan_make_findings),
        MADE("mounts", format_plan_make_mounts), MADE("privileges", format_plan_make_privileges),
        FLAG(host_command), ROW("unit.kind", JSON_WORD, unit.kind, .required = true, JSON_NAMES(unit_kind)),
        ROW("unit.name", JSON_TEXT, unit.name), ROW("unit.path", JSON_TEXT, unit.path),
        ROW("unit.text", JSON_TEXT, unit.text), ROW("unit.overrides", JSON_TEXT, unit.overrides),
        COMMAND(command), COMMAND(run), COMMAND(uninstall), COMMAND(stop),
        ROW("answers", JSON_CALL, given.answers, .call = answers_read, .make = answers_make),
        TEXTS(arguments), ROW("given", JSON_TEXTS, given.words), ROW("set", JSON_TEXTS, given.set),
        ROW("opt", JSON_CALL, given.opt, .call = opt_read, .make = opt_make),
        ROW("labels", JSON_CALL, pin.labels, .call = labels_read, .make = labels_make),
        USES(secrets), USES(handed), ROW("stdin", JSON_TEXTS, stdin_lines), TEXTS(paths), TEXTS(state),
        TEXT(host_unit), ROW("saves.objects", JSON_UINT64, saved_objects),
        ROW("saves.bytes", JSON_UINT64, saved_bytes),
        ROW("health.argv", JSON_TEXTS, health_argv, .or_null = true),
        ROW("health.seconds", JSON_UINT32, health_seconds),
        ROW("renew", JSON_TEXTS, renew_argv, .or_null = true),
        ROW("file", JSON_CALL, file, .call = format_plan_read_file, .make = format_plan_make_file),
        WORD(if_interrupted, plan_interrupted),
};
#undef PIN
#undef USES
#undef COMMAND
#undef T

char *emit_plan(const struct plan *plan) {
        return json_write_take(json_new_struct(JSON_TABLE(plan_fields, struct plan), plan));
}

/* The worker writes to the plan's paths as root: only to allowed ones. */
static int format_plan_check(const struct plan *plan, struct error **reterr) {
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

static int format_plan_refuse(struct error **reterr) {
        return error_wrap(reterr, -EINVAL, "This is not a plan");
}

int plan_parse(const char *text, size_t n, struct plan **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = PLAN_BYTES_MAX, .depth = 16, .weight = 500000 };
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_plan_ struct plan *plan = new0(struct plan);
        plan->given.answers = answers_new();
        unsigned line;
        int r = json_parse(text, n, &limits, &o, &line, reterr);
        if (r < 0)
                return format_plan_refuse(reterr);
        if (!json_object_is_type(o, json_type_object)) {
                error_set(reterr, -EINVAL, "It is %s, not an object", json_type_words(o));
                return format_plan_refuse(reterr);
        }
        r = json_read(o, NULL, plan_fields, ELEMENTS(plan_fields), plan, reterr);
        if (r < 0 || format_plan_check(plan, reterr) < 0)
                return format_plan_refuse(reterr);
        *ret = TAKE(plan);
        return 0;
}
