/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plans as JSON (emit.h, data/json.md "plan"): what `fairlead plan --json` prints is also plan.json of a
 * job's folder. */

#include <string.h>

#include "backend/format/emit.h"
#include "backend/format/internal.h"
#include "backend/format/json.h"
#include "backend/io/digest.h"
#include "base/str.h"

static void format_plan_add(struct json_object *o, const char *key, struct json_object *value) {
        json_object_object_add(o, key, value);
}

static void format_plan_add_text(struct json_object *o, const char *key, const char *text) {
        format_plan_add(o, key, json_new_text(text));
}

static void format_plan_add_flag(struct json_object *o, const char *key, bool value) {
        format_plan_add(o, key, json_object_new_boolean(value));
}

/* {"X": "value"} of "X=value". */
static struct json_object *environment_object(char *const *environment) {
        struct json_object *o = json_object_new_object();
        for (; environment && *environment; environment++) {
                const char *equals = strchr(*environment, '=');
                if (!equals)
                        continue;
                _cleanup_free_ char *name = strndup(*environment, (size_t) (equals - *environment));
                if (name)
                        format_plan_add_text(o, name, equals + 1);
        }
        return o;
}

static struct json_object *options_array(const struct command *c) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < c->n_options; i++) {
                const struct option_use *use = c->options + i;
                struct json_object *o = json_object_new_object();
                format_plan_add_text(o, "option", use->option);
                format_plan_add_text(o, "canonical", use->canonical);
                format_plan_add_text(o, "value", use->value);
                format_plan_add_text(o, "meaning", use->meaning);
                format_plan_add_text(o, "risk", risk_name(use->risk));
                json_object_array_add(all, o);
        }
        return all;
}

static struct json_object *mounts_array(const struct command *c) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; c && i < c->n_mounts; i++) {
                const struct mount *m = c->mounts + i;
                struct json_object *o = json_object_new_object();
                format_plan_add_text(o, "host", m->host);
                format_plan_add_text(o, "container", m->container);
                format_plan_add_text(o, "mode", mount_mode_name(m->mode));
                format_plan_add(o, "exists",
                                m->exists == EXISTS_UNKNOWN
                                        ? NULL
                                        : json_object_new_boolean(m->exists == EXISTS_YES));
                format_plan_add_text(o, "options", m->options);
                format_plan_add_flag(o, "volume", m->volume);
                format_plan_add_text(o, "meaning", m->meaning);
                format_plan_add_text(o, "risk", risk_name(m->risk));
                json_object_array_add(all, o);
        }
        return all;
}

static struct json_object *privileges_array(const struct command *c) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; c && i < c->n_privileges; i++) {
                struct json_object *o = json_object_new_object();
                format_plan_add_text(o, "what", c->privileges[i].what);
                format_plan_add_text(o, "meaning", c->privileges[i].meaning);
                format_plan_add_text(o, "risk", risk_name(c->privileges[i].risk));
                json_object_array_add(all, o);
        }
        return all;
}

static struct json_object *command_object(const struct command *c) {
        if (!c)
                return NULL;
        struct json_object *o = json_object_new_object();
        format_plan_add(o, "argv", json_new_texts(c->argv));
        format_plan_add_text(o, "engine", engine_kind_name(c->engine));
        format_plan_add_text(o, "subcommand", c->subcommand);
        format_plan_add_text(o, "container", c->name);
        format_plan_add_flag(o, "detached", c->detached);
        format_plan_add_flag(o, "interactive", c->interactive);
        format_plan_add(o, "options", options_array(c));
        format_plan_add(o, "mounts", mounts_array(c));
        format_plan_add(o, "privileges", privileges_array(c));
        return o;
}

static struct json_object *format_plan_unit_object(const struct unit_file *unit) {
        struct json_object *o = json_object_new_object();
        format_plan_add_text(o, "kind", unit_kind_name(unit->kind));
        format_plan_add_text(o, "name", unit->name);
        format_plan_add_text(o, "path", unit->path);
        format_plan_add_text(o, "text", unit->text);
        format_plan_add_text(o, "overrides", unit->overrides);
        return o;
}

static struct json_object *uses_array(const struct secret_use *uses, size_t n) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < n; i++) {
                struct json_object *o = json_object_new_object();
                format_plan_add_text(o, "name", uses[i].name);
                format_plan_add_text(o, "delivery", delivery_name(uses[i].delivery));
                format_plan_add_text(o, "target", uses[i].target);
                json_object_array_add(all, o);
        }
        return all;
}

static struct json_object *saves_object(const struct plan *plan) {
        struct json_object *o = json_object_new_object();
        format_plan_add(o, "objects", json_object_new_uint64(plan->saved_objects));
        format_plan_add(o, "bytes", json_object_new_uint64(plan->saved_bytes));
        return o;
}

static struct json_object *file_object(const struct plan_file *file) {
        if (!file->text)
                return NULL;
        struct json_object *o = json_object_new_object();
        format_plan_add_text(o, "path", file->path);
        format_plan_add_text(o, "text", file->text);
        format_plan_add_text(o, "was", file->was);
        format_plan_add_text(o, "sentence", file->sentence);
        return o;
}

static struct json_object *health_object(const struct plan *plan) {
        struct json_object *o = json_object_new_object();
        format_plan_add(o, "argv", plan->health_argv ? json_new_texts(plan->health_argv) : NULL);
        format_plan_add(o, "seconds", json_object_new_uint64(plan->health_seconds));
        return o;
}

static struct json_object *from_object(const struct plan_from *from) {
        if (!from)
                return NULL;
        struct json_object *o = json_object_new_object();
        format_plan_add_text(o, "image", from->image);
        format_plan_add_text(o, "image_id", from->image_id);
        format_plan_add_text(o, "digest", from->digest);
        format_plan_add_text(o, "version", from->version);
        format_plan_add(o, "labels", labels_object(from->labels.items, from->labels.n));
        return o;
}

static struct json_object *words_array(const struct label_change *change) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < change->n; i++) {
                struct json_object *o = json_object_new_object();
                format_plan_add_text(o, "change", difference_name(change->words[i].difference));
                format_plan_add_text(o, "word", change->words[i].word);
                json_object_array_add(all, o);
        }
        return all;
}

static struct json_object *label_changes_array(const struct plan *plan) {
        struct label_changes changes = {};
        if (!plan->from || label_changes_make(&plan->from->labels, &plan->labels, &changes) < 0)
                return NULL;
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < changes.n; i++) {
                struct json_object *o = json_object_new_object();
                format_plan_add_text(o, "key", changes.items[i].key);
                format_plan_add_text(o, "change", difference_name(changes.items[i].difference));
                format_plan_add(o, "words", words_array(&changes.items[i]));
                json_object_array_add(all, o);
        }
        label_changes_done(&changes);
        return all;
}

char *emit_plan(const struct plan *plan) {
        /* What a script looks at first is what will run now; for an image with RUN alone that is the unit's
         * command. */
        const struct command *first = plan->command ? plan->command : plan->run;
        _cleanup_json_ struct json_object *o = json_object_new_object();
        format_plan_add_text(o, "verb", plan_verb_name(plan->verb));
        format_plan_add_text(o, "name", plan->name);
        format_plan_add_text(o, "reference", plan->reference);
        format_plan_add_text(o, "image", plan->image);
        format_plan_add_text(o, "image_id", plan->image_id);
        format_plan_add_text(o, "digest", plan->digest);
        format_plan_add_text(o, "version", plan->version);
        format_plan_add_text(o, "title", plan->title);
        format_plan_add(o, "from", from_object(plan->from));
        format_plan_add(o, "label_changes", label_changes_array(plan));
        format_plan_add_text(o, "profile", plan->profile);
        format_plan_add_text(o, "mode", plan->mode);
        format_plan_add_text(o, "mode_title", plan->mode_title);
        format_plan_add_text(o, "joins", realm_kind_name(plan->joins));
        format_plan_add_flag(o, "deletes_account", plan->deletes_account);
        format_plan_add_text(o, "join_domain", plan->join_domain);
        format_plan_add_text(o, "join_server", plan->join_server);
        format_plan_add_text(o, "join_user", plan->join_user);
        format_plan_add_text(o, "label_key", plan->label_key);
        format_plan_add_text(o, "label", plan->label);
        format_plan_add(o, "argv", plan->command ? json_new_texts(plan->command->argv) : NULL);
        format_plan_add(o, "environment", environment_object(plan->environment));
        format_plan_add_flag(o, "permitted", plan_permitted(plan, NULL) >= 0);
        char consent[DIGEST_HEX];
        format_plan_add_text(o, "consent", digest_plan(plan, consent) >= 0 ? consent : NULL);
        format_plan_add(o, "findings", findings_array(&plan->findings));
        format_plan_add(o, "mounts", mounts_array(first));
        format_plan_add(o, "privileges", privileges_array(first));
        format_plan_add_flag(o, "host_command", plan->host_command);
        format_plan_add(o, "unit", format_plan_unit_object(&plan->unit));
        format_plan_add(o, "command", command_object(plan->command));
        format_plan_add(o, "run", command_object(plan->run));
        format_plan_add(o, "uninstall", command_object(plan->uninstall));
        format_plan_add(o, "stop", command_object(plan->stop));
        format_plan_add(o, "answers", answers_object(plan->answers));
        format_plan_add(o, "arguments", json_new_texts(plan->arguments));
        format_plan_add(o, "given", json_new_texts(plan->given));
        format_plan_add(o, "set", json_new_texts(plan->set));
        format_plan_add(o, "opt", opt_array(plan->opt));
        format_plan_add(o, "labels", labels_object(plan->labels.items, plan->labels.n));
        format_plan_add(o, "secrets", uses_array(plan->secrets, plan->n_secrets));
        format_plan_add(o, "handed", uses_array(plan->handed, plan->n_handed));
        format_plan_add(o, "stdin", json_new_texts(plan->stdin_lines));
        format_plan_add(o, "paths", json_new_texts(plan->paths));
        format_plan_add(o, "state", json_new_texts(plan->state));
        format_plan_add_text(o, "host_unit", plan->host_unit);
        format_plan_add(o, "saves", saves_object(plan));
        format_plan_add(o, "health", health_object(plan));
        format_plan_add(o, "renew", plan->renew_argv ? json_new_texts(plan->renew_argv) : NULL);
        format_plan_add(o, "file", file_object(&plan->file));
        format_plan_add_text(o, "if_interrupted", plan_interrupted_name(plan->if_interrupted));
        return json_write(o);
}
