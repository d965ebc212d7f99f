/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/emit.h"
#include "backend/format/json.h"

#define ANSWER_DEPTH_MAX 4
#define ANSWERS_MAX 256
#define ANSWER_BYTES_MAX 4096

static const char *format_answers_typed(struct json_object *value) {
        switch (json_object_get_type(value)) {
        case json_type_boolean:
                return json_object_get_boolean(value) ? "yes" : "no";
        case json_type_string:
        case json_type_int:
                return json_object_get_string(value);
        default:
                return NULL;
        }
}

static int take_one(const char *source, const char *name, struct json_object *value, struct answers *answers,
                    struct error **reterr) {
        const char *text = format_answers_typed(value);
        if (!text)
                return error_set(reterr, -EINVAL,
                                 "%s: the answer \"%s\" is neither text, a whole number, true nor false",
                                 source, name);
        size_t length = strlen(text);
        if (length > ANSWER_BYTES_MAX || (json_object_is_type(value, json_type_string) &&
                                          (size_t) json_object_get_string_len(value) != length))
                return error_set(reterr, -EINVAL, "%s: the answer \"%s\" is too long or holds a NUL", source,
                                 name);
        return answers_set(answers, name, text, "answer file");
}

static int take_all(const char *source, struct json_object *object, struct answers *answers,
                    struct error **reterr) {
        if (json_object_object_length(object) > ANSWERS_MAX)
                return error_set(reterr, -E2BIG, "%s holds more than %d answers", source, ANSWERS_MAX);
        json_object_object_foreach(object, name, value) {
                int r = take_one(source, name, value, answers, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

int answers_parse(const char *source, const char *text, size_t n, struct answers *answers, char **mode,
                  struct error **reterr) {
        static const struct json_limits limits = { .bytes = 256U * 1024,
                                                   .depth = ANSWER_DEPTH_MAX,
                                                   .weight = 100000 };
        _cleanup_json_ struct json_object *top = NULL;
        _cleanup_error_ struct error *why = NULL;
        unsigned line;
        int r = json_parse(text, n, &limits, &top, &line, &why);
        if (r < 0 || !json_object_is_type(top, json_type_object)) {
                r = error_set(reterr, -EINVAL, "%s:%u: this is not a JSON object of answers%s%s", source,
                              line, why ? ": " : "", why ? why->message : "");
        } else {
                struct json_object *inner, *named;
                bool wrapped = json_object_object_get_ex(top, "answers", &inner) &&
                               json_object_is_type(inner, json_type_object);
                r = take_all(source, wrapped ? inner : top, answers, reterr);
                if (r >= 0 && wrapped && json_object_object_get_ex(top, "mode", &named)) {
                        const char *value = format_answers_typed(named);
                        str_replace(mode, value);
                }
        }
        return r;
}
