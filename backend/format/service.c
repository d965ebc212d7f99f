/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Services as JSON and back (emit.h, data/json.md "service"). One shape serves two readers: the record
 * services/NAME.json holds the part above "state", `fairlead services --json` all of it. */

#include <errno.h>

#include "backend/format/emit.h"
#include "backend/format/internal.h"
#include "backend/format/json.h"
#include "base/str.h"

struct json_object *answers_object(const struct answers *answers) {
        struct json_object *all = json_object_new_object();
        for (size_t i = 0; all && answers && i < answers->n; i++) {
                struct json_object *one = json_object_new_object();
                json_object_object_add(one, "value", json_new_text(answers->items[i].value));
                json_object_object_add(one, "source", json_new_text(answers->items[i].source));
                json_object_object_add(all, answers->items[i].name, one);
        }
        return all;
}

static int format_service_read_label(const char *key, struct json_object *value, const char *where,
                                     void *userdata, struct error **reterr) {
        const char *text = json_text(value);
        if (!text)
                return error_set(reterr, -EINVAL, "%s is not a text", where);
        return label_list_set(userdata, key, text);
}

int labels_read(struct json_object *value, const char *where, struct label_list *labels,
                struct error **reterr) {
        return json_each_member(value, where, LABELS_MAX, format_service_read_label, labels, reterr);
}

struct json_object *opt_array(char *const opt[static 3]) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; all && i < 3; i++)
                json_object_array_add(all, json_new_text(opt[i]));
        return all;
}

struct opt_target {
        char **opt;
        size_t n;
};

static int read_opt(struct json_object *value, const char *where, void *userdata, struct error **reterr) {
        struct opt_target *target = userdata;
        const char *text = value ? json_text(value) : NULL;
        if (value && !text)
                return error_set(reterr, -EINVAL, "%s is not a text", where);
        return str_replace(&target->opt[target->n++], text);
}

int opt_read(struct json_object *value, const char *where, char *opt[static 3], struct error **reterr) {
        struct opt_target target = { .opt = opt };
        return json_each(value, where, 3, read_opt, &target, reterr);
}

/* No such label: null, not an empty list, so that "runs nothing" and "has no label" stay two things. */
static struct json_object *argv_array(char *const *argv) {
        return argv ? json_new_texts(argv) : NULL;
}

static struct json_object *format_service_number(uint64_t value) {
        return value == UNIT_UNKNOWN ? NULL : json_object_new_uint64(value);
}

static struct json_object *service_object(const struct service *s) {
        struct json_object *o = json_object_new_object(), *commands = json_object_new_object();
        json_object_object_add(o, "name", json_new_text(s->name));
        json_object_object_add(o, "reference", json_new_text(s->reference));
        json_object_object_add(o, "image", json_new_text(s->image));
        json_object_object_add(o, "digest", json_new_text(s->digest));
        json_object_object_add(o, "image_id", json_new_text(s->image_id));
        json_object_object_add(o, "version", json_new_text(s->version));
        json_object_object_add(o, "title", json_new_text(s->title));
        json_object_object_add(o, "mode", json_new_text(s->mode));
        json_object_object_add(o, "answers", answers_object(s->answers));
        json_object_object_add(o, "arguments", json_new_texts(s->arguments));
        json_object_object_add(o, "set", json_new_texts(s->set));
        json_object_object_add(o, "opt", opt_array(s->opt));
        json_object_object_add(o, "given", json_new_texts(s->given));
        json_object_object_add(o, "labels", labels_object(s->labels.items, s->labels.n));
        json_object_object_add(o, "units", json_new_texts(s->units));
        json_object_object_add(o, "files", json_new_texts(s->files));
        json_object_object_add(o, "job", json_new_text(s->job));
        json_object_object_add(o, "installed", json_object_new_int64(s->installed));
        json_object_object_add(o, "upgraded", s->upgraded ? json_object_new_int64(s->upgraded) : NULL);
        json_object_object_add(commands, "install", argv_array(s->install_argv));
        json_object_object_add(commands, "run", argv_array(s->run_argv));
        json_object_object_add(commands, "uninstall", argv_array(s->uninstall_argv));
        json_object_object_add(commands, "stop", argv_array(s->stop_argv));
        json_object_object_add(commands, "health", argv_array(s->health_argv));
        json_object_object_add(commands, "renew", argv_array(s->renew_argv));
        json_object_object_add(o, "commands", commands);
        json_object_object_add(o, "container", json_new_text(s->container));
        json_object_object_add(o, "rewritten", json_new_texts(s->rewritten));
        if (!s->state)
                return o;
        json_object_object_add(o, "state", json_new_text(s->state));
        json_object_object_add(o, "reason", json_new_text(s->reason));
        json_object_object_add(o, "health", json_new_text(s->health));
        json_object_object_add(o, "since", s->since ? json_object_new_int64(s->since) : NULL);
        json_object_object_add(o, "cpu_nsec", format_service_number(s->cpu_nsec));
        json_object_object_add(o, "memory", format_service_number(s->memory));
        json_object_object_add(o, "image_gone", json_object_new_boolean(s->image_gone));
        json_object_object_add(o, "newer", json_object_new_boolean(s->newer));
        return o;
}

char *emit_service(const struct service *service) {
        _cleanup_json_ struct json_object *o = service_object(service);
        return json_write(o);
}

char *emit_services(const struct service_list *services) {
        _cleanup_json_ struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < services->n; i++)
                json_object_array_add(all, service_object(services->items[i]));
        return json_write(all);
}

static int read_answer(const char *key, struct json_object *value, const char *where, void *userdata,
                       struct error **reterr) {
        struct answers *answers = userdata;
        struct json_object *text = NULL, *source = NULL;
        if (!json_object_is_type(value, json_type_object) ||
            !json_object_object_get_ex(value, "value", &text) || !json_text(text))
                return error_set(reterr, -EINVAL, "%s is not an answer with a value", where);
        json_object_object_get_ex(value, "source", &source);
        return answers_set(answers, key, json_text(text), source ? json_text(source) : NULL);
}

int answers_read(struct json_object *value, const char *where, struct answers *answers,
                 struct error **reterr) {
        return json_each_member(value, where, 1024, read_answer, answers, reterr);
}

static int format_service_read_answers(struct json_object *value, const char *where, void *target,
                                       struct error **reterr) {
        struct service *s = target;
        return answers_read(value, where, s->answers, reterr);
}

static int read_labels(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return labels_read(value, where, &((struct service *) target)->labels, reterr);
}

static int read_opts(struct json_object *value, const char *where, void *target, struct error **reterr) {
        return opt_read(value, where, ((struct service *) target)->opt, reterr);
}

static const struct json_field service_fields[] = {
#define FIELD(path, kind, member, ...) { path, kind, offsetof(struct service, member), ##__VA_ARGS__ }
        FIELD("name", JSON_TEXT, name, .required = true, .max = 64),
        FIELD("reference", JSON_TEXT, reference),
        FIELD("image", JSON_TEXT, image),
        FIELD("digest", JSON_TEXT, digest),
        FIELD("image_id", JSON_TEXT, image_id),
        FIELD("version", JSON_TEXT, version),
        FIELD("title", JSON_TEXT, title),
        FIELD("mode", JSON_TEXT, mode),
        { "answers", JSON_CALL, .call = format_service_read_answers },
        FIELD("arguments", JSON_TEXTS, arguments),
        FIELD("set", JSON_TEXTS, set),
        { "opt", JSON_CALL, .call = read_opts },
        FIELD("given", JSON_TEXTS, given),
        { "labels", JSON_CALL, .call = read_labels },
        FIELD("units", JSON_TEXTS, units),
        FIELD("files", JSON_TEXTS, files),
        FIELD("job", JSON_TEXT, job),
        FIELD("installed", JSON_TIME, installed),
        FIELD("upgraded", JSON_TIME, upgraded),
        FIELD("commands.install", JSON_TEXTS, install_argv),
        FIELD("commands.run", JSON_TEXTS, run_argv),
        FIELD("commands.uninstall", JSON_TEXTS, uninstall_argv),
        FIELD("commands.stop", JSON_TEXTS, stop_argv),
        FIELD("commands.health", JSON_TEXTS, health_argv),
        FIELD("commands.renew", JSON_TEXTS, renew_argv),
        FIELD("rewritten", JSON_TEXTS, rewritten),
        FIELD("container", JSON_TEXT, container),
#undef FIELD
};

/* Whatever was the matter, the caller's question is "is this a record?": one code, the details as its cause.
 */
static int format_service_refuse(struct error **reterr, int r) {
        return r == -ENOMEM ? r : error_wrap(reterr, -EINVAL, "This is not the record of a service");
}

int service_parse(const char *text, size_t n, struct service **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = SERVICE_BYTES_MAX, .depth = 8, .weight = 100000 };
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_(service_freep) struct service *s = service_new();
        if (!s)
                return -ENOMEM;
        unsigned line;
        int r = json_parse(text, n, &limits, &o, &line, reterr);
        if (r < 0)
                return format_service_refuse(reterr, r);
        if (!json_object_is_type(o, json_type_object)) {
                r = error_set(reterr, -EINVAL, "It is %s, not an object", json_type_words(o));
                return format_service_refuse(reterr, r);
        }
        r = json_read(o, NULL, service_fields, ELEMENTS(service_fields), s, reterr);
        if (r < 0)
                return format_service_refuse(reterr, r);
        if (!service_name_valid(s->name)) {
                r = error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", s->name);
                return format_service_refuse(reterr, r);
        }
        *ret = TAKE(s);
        return 0;
}
