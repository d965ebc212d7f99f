/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* image_parse_labels() of emit.h: labels from a file, for use without an engine. */

#include "backend/format/emit.h"
#include "backend/format/json.h"

#define LABELS_BYTES_MAX (1024U * 1024)

static int format_labels_read_label(const char *key, struct json_object *value, const char *where,
                                    void *userdata, struct error **reterr) {
        const char *text = json_text(value);
        if (!text)
                return error_set(reterr, -EINVAL, "%s is %s, not a text", where, json_type_words(value));
        int r = image_add_label(userdata, key, text);
        return r < 0 ? error_set(reterr, r, "The label %s could not be kept", where) : 0;
}

struct labels_file {
        char *image;
        struct json_object *labels;     /* borrowed */
};

static int keep_labels(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct labels_file *file = target;
        file->labels = value;
        return 0;
}

int image_parse_labels(const char *text, size_t n, struct image **ret, struct error **reterr) {
        static const struct json_limits limits = { .bytes = LABELS_BYTES_MAX, .depth = 16, .weight = 100000 };
        static const struct json_field fields[] = {
                { "image", JSON_TEXT, offsetof(struct labels_file, image), .max = 512 },
                { "labels", JSON_CALL, .required = true, .call = keep_labels },
        };
        struct labels_file file = {};
        _cleanup_json_ struct json_object *o = NULL;
        unsigned line = 0;
        int r = json_parse(text, n, &limits, &o, &line, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The labels could not be read (line %u)", line ? line : 1);
        r = json_read(o, NULL, fields, ELEMENTS(fields), &file, reterr);
        _cleanup_free_ char *name = TAKE(file.image);
        _cleanup_image_ struct image *image = r < 0 ? NULL : image_new();
        if (r >= 0)
                r = json_each_member(file.labels, "labels", LABELS_MAX, format_labels_read_label, image,
                                     reterr);
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
