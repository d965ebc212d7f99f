/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files that a person gives, in place of an engine and of typed answers (emit.h). */

#include "backend/format/emit.h"
#include "backend/format/json.h"

#define LABELS_BYTES_MAX (1024U * 1024)
#define ANSWERS_MAX 256
#define ANSWER_BYTES_MAX 4096

/* ---- labels ---- */

struct labels_file {
        char *name;
        struct image *image;
};

static int read_label(const char *key, struct json_value *value, const char *where, void *image,
                      struct error **reterr) {
        const char *text = json_text(value);
        if (!text)
                return error_set(reterr, -EINVAL, "%s is %s, not a text", where, json_type_words(value));
        int r = image_add_label(image, key, text);
        return r < 0 ? error_set(reterr, r, "The label %s could not be kept", where) : 0;
}

static int read_labels(struct json_value *value, const char *where, void *image, struct error **reterr) {
        return json_each_member(value, where, LABELS_MAX, read_label, *(struct image **) image, reterr);
}

static int read_volume(const char *key, struct json_value *value, const char *where, void *image,
                       struct error **reterr) {
        image_add_volume(image, key);
        return 0;
}

static int read_path(struct json_value *value, const char *where, void *image, struct error **reterr) {
        const char *path = json_text(value);
        if (!path || path[0] != '/')
                return error_set(reterr, -EINVAL, "%s is not an absolute path", where);
        image_add_volume(image, path);
        return 0;
}

/* ["/data"], or {"/data": {}} as the engines' inspect prints them. */
static int read_volumes(struct json_value *value, const char *where, void *image, struct error **reterr) {
        struct image *into = *(struct image **) image;
        return json_is(value, SHAPE_OBJECT)
                       ? json_each_member(value, where, VOLUMES_MAX, read_volume, into, reterr)
                       : json_each(value, where, VOLUMES_MAX, read_path, into, reterr);
}

int image_parse_labels(const char *text, size_t n, struct image **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = LABELS_BYTES_MAX, .depth = 16, .weight = 100000 };
        static const struct json_field fields[] = {
                { "image", JSON_TEXT, offsetof(struct labels_file, name), .max = 512 },
                { "labels", JSON_CALL, offsetof(struct labels_file, image), .required = true,
                  .call = read_labels },
                { "volumes", JSON_CALL, offsetof(struct labels_file, image), .call = read_volumes },
        };
        _cleanup_image_ struct image *image = new0(struct image);
        _cleanup_json_value_ struct json_value *o = NULL;
        struct labels_file file = { .image = image };
        unsigned line;
        int r = json_parse(text, n, &limits, &o, &line, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The labels could not be read (line %u)", line);
        r = json_read(o, NULL, fields, ELEMENTS(fields), &file, reterr);
        _cleanup_free_ char *name = file.name;
        if (r < 0) {
                r = error_wrap(reterr, -EINVAL, "These are no labels of an image");
                error_hint(reterr, "A JSON object with a member \"labels\": {\"labels\": {\"RUN\": \"podman "
                                   "run …\"}}");
                return r;
        }
        if (!str_empty(name))
                strv_add(&image->names, name);
        *ret = TAKE(image);
        return 0;
}

/* ---- answers ---- */

static int read_answer(const char *source, const char *name, const struct json_value *value,
                       struct answers *answers, struct error **reterr) {
        const char *text = json_typed(value);
        if (!text)
                return error_set(reterr, -EINVAL,
                                 "%s: the answer \"%s\" is neither text, a whole number, true nor false",
                                 source, name);
        bool has_nul = json_is(value, SHAPE_TEXT) && !json_text(value);
        if (has_nul || strlen(text) > ANSWER_BYTES_MAX)
                return error_set(reterr, -EINVAL, "%s: the answer \"%s\" is too long or holds a NUL", source,
                                 name);
        answers_set(answers, name, text, "answer file");
        return 0;
}

int answers_parse(const char *source, const char *text, size_t n, struct answers *answers, char **mode,
                  struct error **reterr) {
        static const struct json_limits limits = { .bytes = 256U * 1024, .depth = 4, .weight = 100000 };
        _cleanup_json_value_ struct json_value *top = NULL;
        _cleanup_error_ struct error *why = NULL;
        unsigned line;
        int r = json_parse(text, n, &limits, &top, &line, &why);
        if (r < 0 || !json_is(top, SHAPE_OBJECT))
                return error_set(reterr, -EINVAL, "%s:%u: this is not a JSON object of answers%s%s", source,
                                 line, why ? ": " : "", why ? why->message : "");
        const struct json_value *inner = json_member(top, "answers"), *named = json_member(top, "mode");
        bool wrapped = json_is(inner, SHAPE_OBJECT);
        const struct json_value *object = wrapped ? inner : top;
        if (object->n > ANSWERS_MAX)
                return error_set(reterr, -E2BIG, "%s holds more than %d answers", source, ANSWERS_MAX);
        for (const struct json_value *value = object->first; value; value = value->next) {
                r = read_answer(source, value->name, value, answers, reterr);
                if (r < 0)
                        return r;
        }
        if (wrapped && named)
                str_replace(mode, json_typed(named));
        return 0;
}
