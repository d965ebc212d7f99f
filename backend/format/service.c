/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Services as JSON and back (emit.h, data/json.md "service"). The record services/NAME.json has the part
 * above "state", `fairlead services --json` all of it. */

#include "backend/format/internal.h"

struct json_object *answers_make(const void *member) {
        const struct answers *answers = *(struct answers *const *) member;
        struct json_object *all = json_object_new_object();
        for (size_t i = 0; answers && i < answers->n; i++) {
                struct json_object *one = json_object_new_object();
                json_object_object_add(one, "value", json_new_text(answers->items[i].value));
                json_object_object_add(one, "source", json_new_text(answers->items[i].source));
                json_object_object_add(all, answers->items[i].name, one);
        }
        return all;
}

static int service_read_answer(const char *key, struct json_value *value, const char *where, void *userdata,
                               struct error **reterr) {
        const char *text = json_text(json_member(value, "value"));
        if (!text)
                return error_set(reterr, -EINVAL, "%s is not an answer with a value", where);
        answers_set(userdata, key, text, json_text(json_member(value, "source")));
        return 0;
}

int answers_read(struct json_value *value, const char *where, void *member, struct error **reterr) {
        return json_each_member(value, where, 1024, service_read_answer, *(struct answers **) member,
                                reterr);
}

struct json_object *labels_make(const void *member) {
        const struct label_list *labels = member;
        struct json_object *o = json_object_new_object();
        for (size_t i = 0; i < labels->n; i++) {
                /* keys come from outside: a byte that is not UTF-8 would make the whole text unreadable */
                _cleanup_json_ struct json_object *key = json_new_text(labels->items[i].key);
                json_object_object_add(o, json_object_get_string(key),
                                       json_new_text(labels->items[i].value));
        }
        return o;
}

static int service_read_label(const char *key, struct json_value *value, const char *where, void *userdata,
                              struct error **reterr) {
        const char *text = json_text(value);
        if (!text)
                return error_set(reterr, -EINVAL, "%s is not a text", where);
        label_list_set(userdata, key, text);
        return 0;
}

int labels_read(struct json_value *value, const char *where, void *member, struct error **reterr) {
        return json_each_member(value, where, LABELS_MAX, service_read_label, member, reterr);
}

struct json_object *opt_make(const void *member) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < 3; i++)
                json_object_array_add(all, json_new_text(((char *const *) member)[i]));
        return all;
}

static int service_read_opt(struct json_value *value, const char *where, void *userdata,
                            struct error **reterr) {
        char ***next = userdata;
        const char *text = value ? json_text(value) : NULL;
        if (value && !text)
                return error_set(reterr, -EINVAL, "%s is not a text", where);
        str_replace((*next)++, text);
        return 0;
}

int opt_read(struct json_value *value, const char *where, void *member, struct error **reterr) {
        char **next = member;
        return json_each(value, where, 3, service_read_opt, &next, reterr);
}

#define T struct service
/* A missing label is null, not an empty list, so that "runs nothing" and "has no label" stay distinct. */
#define COMMAND(what) ROW("commands." #what, JSON_TEXTS, what##_argv, KNOWN(what##_argv))
#define PIN(what) ROW(#what, JSON_TEXT, pin.what)
static const struct json_field record_fields[] = {
        LINE("name", name, 64, .required = true),
        PIN(reference),
        PIN(image),
        PIN(digest),
        PIN(image_id),
        PIN(version),
        PIN(title),
        PIN(source),
        ROW("mode", JSON_TEXT, given.mode),
        PAIR("answers", given.answers, answers),
        TEXTS(arguments),
        ROW("set", JSON_TEXTS, given.set),
        PAIR("opt", given.opt, opt),
        ROW("given", JSON_TEXTS, given.words),
        PAIR("labels", pin.labels, labels),
        TEXTS(units),
        TEXTS(files),
        FLAG(adopted),
        TEXT(job),
        ROW("installed", JSON_TIME, installed),
        TIME(upgraded),
        COMMAND(install),
        COMMAND(run),
        COMMAND(uninstall),
        COMMAND(stop),
        COMMAND(health),
        COMMAND(renew),
        TEXT(container),
        TEXTS(shims),
        TEXTS(rewritten),
        TEXTS(volumes),
};
static const struct json_field state_fields[] = {
        WORD(state, service_state),
        TEXT(reason),
        WORD(at_boot, unit_boot),
        TEXT(health),
        TIME(since),
        COUNT(cpu_nsec),
        COUNT(memory),
        ROW("image_gone", JSON_BOOL, image_gone, KNOWN(images_known)),
        ROW("newer", JSON_BOOL, newer, KNOWN(images_known)),
};
#undef PIN
#undef COMMAND
#undef T

static struct json_object *service_object(const struct service *s) {
        struct json_object *o = json_new_struct(JSON_TABLE(record_fields, struct service), s);
        if (s->state)
                json_fields_add(o, JSON_TABLE(state_fields, struct service), s);
        return o;
}

char *emit_service(const struct service *service) {
        return json_write_take(service_object(service));
}

struct json_object *services_array(const struct service_list *services) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < services->n; i++)
                json_object_array_add(all, service_object(services->items[i]));
        return all;
}

char *emit_services(const struct service_list *services) {
        return json_write_take(services_array(services));
}

int service_parse(const char *text, size_t n, struct service **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = SERVICE_BYTES_MAX, .depth = 8, .weight = 100000 };
        static const char sentence[] = "This is not the record of a service";
        _cleanup_(service_freep) struct service *s = service_new();
        int r = json_parse_struct(text, n, &limits, JSON_TABLE(record_fields, struct service), s, sentence,
                                  reterr);
        if (r < 0)
                return r;
        if (!service_name_valid(s->name)) {
                error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", s->name);
                return error_wrap(reterr, -EINVAL, "%s", sentence);
        }
        *ret = TAKE(s);
        return 0;
}
