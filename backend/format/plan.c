/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plans as JSON and back (emit.h, data/json.md "plan"): the output of `fairlead plan --json` is also
 * plan.json of a job's folder. Only argv of a command is read; command_read() derives the rest. */

#include "backend/format/internal.h"
#include "backend/io/digest.h"
#include "model/plan/adopt.h"
#include "model/plan/drop-in.h"
#include "model/plan/unit-text.h"

#define USES_MAX 256U

static struct json_object *plan_make_environment(const void *member) {
        struct json_object *o = json_object_new_object();
        for (char *const *variable = *(char *const *const *) member; variable && *variable; variable++) {
                const char *equals = strchr(*variable, '=');
                if (!equals)
                        continue;
                _cleanup_free_ char *name = xstrndup(*variable, (size_t) (equals - *variable));
                json_object_object_add(o, name, json_new_text(equals + 1));
        }
        return o;
}

static int plan_read_variable(const char *key, struct json_value *value, const char *where, void *userdata,
                              struct error **reterr) {
        const char *text = json_text(value);
        if (!text || strchr(key, '='))
                return error_set(reterr, -EINVAL, "%s is not a variable", where);
        strv_addf(userdata, "%s=%s", key, text);
        return 0;
}

static int plan_read_environment(struct json_value *value, const char *where, void *member,
                                 struct error **reterr) {
        return json_each_member(value, where, 256, plan_read_variable, member, reterr);
}

/* ---- commands ---- */

#define T struct option_use
static const struct json_field option_fields[] = {
        TEXT(option), TEXT(canonical), TEXT(value), TEXT(meaning), WORD(risk, risk),
};
#undef T

static struct json_object *plan_make_exists(const void *member) {
        const struct mount *m = member;
        return m->exists == EXISTS_UNKNOWN ? NULL : json_object_new_boolean(m->exists == EXISTS_YES);
}

static int plan_read_exists(struct json_value *value, const char *where, void *member,
                            struct error **reterr) {
        struct mount *m = member;
        m->exists = json_is(value, SHAPE_BOOLEAN) && value->truth ? EXISTS_YES : EXISTS_NO;
        return 0;
}

#define T struct mount
static const struct json_field mount_fields[] = {
        TEXT(host),    TEXT(container), WORD(mode, mount_mode), MADE("exists", plan_make_exists),
        TEXT(options), FLAG(volume),    TEXT(meaning),          WORD(risk, risk),
};
static const struct json_field mount_read_fields[] = {
        { "exists", JSON_CALL, .call = plan_read_exists },
};
#undef T

#define T struct privilege
static const struct json_field privilege_fields[] = { TEXT(what), TEXT(meaning), WORD(risk, risk) };
#undef T

#define T struct command
#define WORDS                                            \
        ROW("argv", JSON_TEXTS, argv, .required = true), \
                ROW("engine", JSON_WORD, engine, .required = true, JSON_NAMES(engine_kind))
static const struct json_field command_read_fields[] = {
        WORDS,
        LIST("mounts", mounts, n_mounts, mount_read_fields, struct mount),
};
static const struct json_field command_fields[] = {
        WORDS,
        TEXT(subcommand),
        ROW("container", JSON_TEXT, name),
        FLAG(detached),
        FLAG(interactive),
        LIST("options", options, n_options, option_fields, struct option_use),
        LIST("mounts", mounts, n_mounts, mount_fields, struct mount),
        LIST("privileges", privileges, n_privileges, privilege_fields, struct privilege),
};
#undef WORDS
#undef T

static struct json_object *plan_make_command(const void *member) {
        return json_new_struct(JSON_TABLE(command_fields, struct command), *(struct command *const *) member);
}

/* argv as read, with its mounts' existence, becomes a whole command. */
static int plan_derive_command(const char *where, const struct command *read, struct command **ret,
                               struct error **reterr) {
        if (!read->argv[0] || !*read->argv[0])
                return error_set(reterr, -EINVAL, "%s has no words", where);
        command_free(*ret);
        enum engine_kind engine = read->engine == ENGINE_NONE ? ENGINE_PODMAN : read->engine;
        *ret = command_read(where, read->argv, engine, NULL, NULL);
        if ((*ret)->engine != read->engine)
                return error_set(reterr, -EINVAL, "%s is not a command of %s", where,
                                 engine_kind_name(read->engine));
        for (size_t i = 0; i < (*ret)->n_mounts && i < read->n_mounts; i++)
                (*ret)->mounts[i].exists = read->mounts[i].exists;
        return 0;
}

static int plan_read_command(struct json_value *value, const char *where, void *member,
                             struct error **reterr) {
        struct command read = { .engine = ENGINE_NONE };
        int r = json_read(value, where, command_read_fields, ELEMENTS(command_read_fields), &read, reterr);
        if (r >= 0)
                r = plan_derive_command(where, &read, member, reterr);
        strv_free(read.argv);
        free(read.mounts);
        return r;
}

/* ---- what scripts read first: the command that runs now, or for an image with RUN alone the unit's ---- */

static struct json_object *plan_make_mounts(const void *member) {
        const struct plan *plan = member;
        const struct command *c = plan->command ? plan->command : plan->run;
        return json_new_structs(JSON_TABLE(mount_fields, struct mount), c ? c->mounts : NULL,
                                c ? c->n_mounts : 0);
}

static struct json_object *plan_make_privileges(const void *member) {
        const struct plan *plan = member;
        const struct command *c = plan->command ? plan->command : plan->run;
        return json_new_structs(JSON_TABLE(privilege_fields, struct privilege), c ? c->privileges : NULL,
                                c ? c->n_privileges : 0);
}

static struct json_object *plan_make_argv(const void *member) {
        const struct plan *plan = member;
        return plan->command ? json_new_texts(plan->command->argv) : NULL;
}

/* ---- the rest ---- */

#define T struct image_pin
static const struct json_field from_fields[] = {
        ROW("image", JSON_TEXT, image, .required = true),
        TEXT(image_id),
        TEXT(digest),
        TEXT(version),
        PAIR("labels", labels, labels),
};
#undef T

#define T struct word_change
static const struct json_field word_fields[] = {
        ROW("change", JSON_WORD, difference, JSON_NAMES(difference)),
        TEXT(word),
};
#undef T

#define T struct label_change
static const struct json_field label_change_fields[] = {
        TEXT(key),
        ROW("change", JSON_WORD, difference, JSON_NAMES(difference)),
        LIST("words", words, n, word_fields, struct word_change),
};
#undef T

static struct json_object *plan_make_label_changes(const void *member) {
        const struct plan *plan = member;
        if (!plan->from)
                return NULL;
        struct label_changes changes = label_changes_make(&plan->from->labels, &plan->pin.labels);
        struct json_object *all = json_new_structs(JSON_TABLE(label_change_fields, struct label_change),
                                                   changes.items, changes.n);
        label_changes_done(&changes);
        return all;
}

static struct json_object *plan_make_permitted(const void *plan) {
        return json_object_new_boolean(plan_permitted(plan, NULL) >= 0);
}

static struct json_object *plan_make_consent(const void *plan) {
        char consent[DIGEST_HEX];
        digest_plan(plan, consent);
        return json_new_text(consent);
}

#define T struct plan_file
static const struct json_field file_fields[] = { TEXT(path), TEXT(text), TEXT(was), TEXT(sentence) };
#undef T

static int plan_read_file(struct json_value *value, const char *where, void *member, struct error **reterr) {
        return json_read(value, where, file_fields, ELEMENTS(file_fields), member, reterr);
}

static struct json_object *plan_make_file(const void *member) {
        const struct plan_file *file = member;
        return json_new_struct(JSON_TABLE(file_fields, struct plan_file), file->text ? file : NULL);
}

#define T struct secret_use
static const struct json_field use_fields[] = {
        LINE("name", name, 64, .required = true),
        ROW("delivery", JSON_WORD, delivery, .required = true, JSON_NAMES(delivery)),
        TEXT(target),
};
#undef T

#define T struct plan
#define COMMAND(member) ROW(#member, JSON_CALL, member, .call = plan_read_command, .make = plan_make_command)
#define USES(member) LIST(#member, member, n_##member, use_fields, struct secret_use, .max = USES_MAX)
#define PIN(member) ROW(#member, JSON_TEXT, pin.member)
static const struct json_field plan_fields[] = {
        ROW("verb", JSON_WORD, verb, .required = true, JSON_NAMES(plan_verb)),
        LINE("name", name, 256, .required = true),
        ROW("reference", JSON_TEXT, pin.reference, .required = true),
        ROW("image", JSON_TEXT, pin.image, .required = true),
        PIN(image_id),
        PIN(digest),
        PIN(version),
        PIN(title),
        PIN(source),
        ROW("fetch", JSON_UINT64, pin.fetch),
        ROW("from", JSON_STRUCT, from, .of = JSON_TABLE(from_fields, struct image_pin)),
        TEXTS(altered),
        MADE("label_changes", plan_make_label_changes),
        TEXT(profile),
        ROW("mode", JSON_TEXT, given.mode),
        TEXT(mode_title),
        WORD(joins, realm_kind),
        FLAG(deletes_account),
        LINE("join_domain", join_domain, 256),
        LINE("join_server", join_server, 256),
        LINE("join_user", join_user, 256),
        TEXT(label_key),
        TEXT(label),
        MADE("argv", plan_make_argv),
        ROW("environment", JSON_CALL, environment, .call = plan_read_environment,
            .make = plan_make_environment),
        MADE("permitted", plan_make_permitted),
        MADE("consent", plan_make_consent),
        LIST("findings", findings.items, findings.n, finding_fields, struct finding, .max = FINDINGS_MAX),
        MADE("mounts", plan_make_mounts),
        MADE("privileges", plan_make_privileges),
        FLAG(host_command),
        ROW("unit.kind", JSON_WORD, unit.kind, .required = true, JSON_NAMES(unit_kind)),
        ROW("unit.name", JSON_TEXT, unit.name),
        ROW("unit.path", JSON_TEXT, unit.path),
        ROW("unit.text", JSON_TEXT, unit.text),
        ROW("unit.overrides", JSON_TEXT, unit.overrides),
        ROW("unit.was", JSON_TEXT, unit.was),
        COMMAND(command),
        COMMAND(run),
        COMMAND(uninstall),
        COMMAND(stop),
        PAIR("answers", given.answers, answers),
        TEXTS(arguments),
        ROW("given", JSON_TEXTS, given.words),
        ROW("set", JSON_TEXTS, given.set),
        PAIR("opt", given.opt, opt),
        PAIR("labels", pin.labels, labels),
        USES(secrets),
        USES(handed),
        ROW("stdin", JSON_TEXTS, stdin_lines),
        TEXTS(paths),
        TEXTS(state),
        TEXTS(volumes),
        FLAG(removes_volumes),
        FLAG(removes_unit),
        TEXT(host_unit),
        LINE("adopts.container", adopts.container, 128),
        LINE("adopts.aside", adopts.aside, 256),
        TEXT(adopts.file),
        ROW("saves.objects", JSON_UINT64, saved_objects),
        ROW("saves.bytes", JSON_UINT64, saved_bytes),
        ROW("health.argv", JSON_TEXTS, health_argv, KNOWN(health_argv)),
        ROW("health.seconds", JSON_UINT32, health_seconds),
        ROW("renew", JSON_TEXTS, renew_argv, KNOWN(renew_argv)),
        ROW("file", JSON_CALL, file, .call = plan_read_file, .make = plan_make_file),
        WORD(if_interrupted, plan_interrupted),
};
#undef PIN
#undef USES
#undef COMMAND
#undef T

char *emit_plan(const struct plan *plan) {
        return json_write_take(json_new_struct(JSON_TABLE(plan_fields, struct plan), plan));
}

static bool plan_may_write(const struct plan *plan) {
        const char *path = plan->file.path, *file = path ? str_starts(path, PLAN_QUADLET_FOLDER) : NULL;
        const char *end = file ? str_ends(file, ".container") : NULL;
        if (plan->verb == VERB_ACCESS)
                return str_equal(path, PLAN_ACCESS_FILE);
        if (plan->verb == VERB_EDIT)
                return drop_in_path_valid(path);
        return (plan->verb == VERB_ENABLE || plan->verb == VERB_DISABLE) && end && end > file &&
               !strchr(file, '/');
}

/* The worker writes to the plan's paths as root: only to allowed ones. */
static int plan_check(const struct plan *plan, struct error **reterr) {
        const struct unit_file *unit = &plan->unit;
        bool named = plan->verb == VERB_EDIT ? unit_name_valid(plan->name) || quadlet_name_valid(plan->name)
                                             : service_name_valid(plan->name);
        if (!named)
                return error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", plan->name);
        if (plan->command && plan->host_command != (plan->command->engine == ENGINE_NONE))
                return error_set(reterr, -EINVAL, "host_command does not say what the command is");
        for (char **path = plan->paths; path && *path; path++)
                if (**path != '/')
                        return error_set(reterr, -EINVAL, "The path \"%s\" is not absolute", *path);
        if ((plan->adopts.file && !adopt_may_change(plan->adopts.file)) ||
            (plan->adopts.container && strspn(plan->adopts.container, "0123456789abcdef") != 64) ||
            (plan->verb == VERB_ADOPT && plan->host_unit && !unit_name_valid(plan->host_unit)))
                return error_set(reterr, -EINVAL, "It does not say what becomes a service");
        if (plan->file.text && (!plan->file.was || !plan_may_write(plan)))
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

int plan_parse(const char *text, size_t n, struct plan **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = PLAN_BYTES_MAX, .depth = 16, .weight = 500000 };
        static const char sentence[] = "This is not a plan";
        _cleanup_plan_ struct plan *plan = new0(struct plan);
        plan->given.answers = new0(struct answers);
        int r = json_parse_struct(text, n, &limits, JSON_TABLE(plan_fields, struct plan), plan, sentence,
                                  reterr);
        if (r < 0)
                return r;
        if (plan_check(plan, reterr) < 0)
                return error_wrap(reterr, -EINVAL, "%s", sentence);
        for (struct finding *f = plan->findings.items; f < plan->findings.items + plan->findings.n; f++)
                f->allowed = f->allowed && finding_can_be_allowed(f);
        *ret = TAKE(plan);
        return 0;
}
