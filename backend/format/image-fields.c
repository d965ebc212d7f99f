/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/image-fields.h"

#include "model/image/image.h"

int image_read_labels(struct json_value *value, const char *where, void *member, struct error **reterr) {
        struct image *image = member;
        size_t bytes = 0;
        if (!json_is(value, SHAPE_OBJECT))
                return 0; /* null where an image has none */
        for (const struct json_value *label = value->first; label; label = label->next)
                bytes += strlen(label->name) + label->n + 2;
        label_list_reserve(&image->labels, value->n < LABELS_MAX ? value->n : LABELS_MAX, bytes);
        for (const struct json_value *label = value->first; label; label = label->next) {
                const char *text = json_text(label);
                /* One with a NUL byte, or without a text, is unusable; those beyond LABELS_MAX are left out:
                 * the image is shown all the same. */
                if (text)
                        image_add_label(image, label->name, text);
        }
        return 0;
}

static int image_read_volume(const char *key, struct json_value *value, const char *where, void *image,
                              struct error **reterr) {
        image_add_volume(image, key);
        return 0;
}

/* {"/data": {}}; null where an image has none. */
int image_read_volumes(struct json_value *value, const char *where, void *image, struct error **reterr) {
        return json_is(value, SHAPE_OBJECT)
                       ? json_each_member(value, where, SIZE_MAX, image_read_volume, image, reterr)
                       : 0;
}
