/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers that both dialects use. */

#include "backend/engine/internal.h"

static int engine_dialects_add_label(const char *key, struct json_object *value, const char *where,
                                     void *userdata, struct error **reterr) {
        const char *text = json_text(value);
        if (!text)
                return 0;       /* a label with a NUL byte, or no text at all: unusable */
        image_add_label(userdata, key, text);
        return 0;
}

int engine_read_labels(struct json_object *value, const char *where, void *target, struct error **reterr) {
        if (!json_object_is_type(value, json_type_object))
                return 0;       /* null where an image has none */
        /* Labels beyond LABELS_MAX are left out: the image is shown all the same. */
        return json_each_member(value, where, SIZE_MAX, engine_dialects_add_label, target, reterr);
}

static int engine_dialects_add_container_label(const char *key, struct json_object *value, const char *where,
                                               void *userdata, struct error **reterr) {
        struct container *c = userdata;
        const char *text = json_text(value);
        if (!text || c->n_labels == LABELS_MAX)
                return 0;
        c->labels = xreallocarray(c->labels, c->n_labels + 1, sizeof *c->labels);
        c->labels[c->n_labels++] = (struct label) { xstrdup(key), xstrdup(text) };
        return 0;
}

int engine_read_container_labels(struct json_object *value, const char *where, void *target,
                                 struct error **reterr) {
        if (!json_object_is_type(value, json_type_object))
                return 0;
        return json_each_member(value, where, SIZE_MAX, engine_dialects_add_container_label, target, reterr);
}

int engine_read_id(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct image *image = target;
        const char *text = json_text(value), *bare = text ? str_starts(text, "sha256:") : NULL;
        if (!text || strlen(text) > 128)
                return error_set(reterr, -EBADMSG, "%s is not an image's id", where);
        str_replace(&image->id, bare ? bare : text);
        return 0;
}

/* Podman: ["k1"], Docker: ["/k1"]. */
int engine_read_container_name(struct json_object *value, const char *where, void *target,
                               struct error **reterr) {
        struct container *c = target;
        const char *text = json_object_is_type(value, json_type_array)
                                   ? json_text(json_object_array_get_idx(value, 0))
                                   : json_text(value);
        if (text)
                str_replace(&c->name, text[0] == '/' ? text + 1 : text);
        return 0;
}

int engine_read_health(struct json_object *value, const char *where, void *target, struct error **reterr) {
        static const char *const words[] = { "unhealthy", "healthy", "starting" };
        struct container *c = target;
        const char *text = json_text(value), *paren = text ? strrchr(text, '(') : NULL;
        for (size_t i = 0; paren && i < ELEMENTS(words); i++)
                if (strstr(paren, words[i])) {
                        str_replace(&c->health, words[i]);
                        return 0;
                }
        /* Docker's list has the exit code only here: "Exited (7) 2 minutes ago". */
        if (text && str_starts(text, "Exited (") && paren)
                c->exit_code = (int) strtol(text + strlen("Exited ("), NULL, 10);
        return 0;
}

static int engine_dialects_read_texts(struct json_object *value, char ***list) {
        size_t n = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
        for (size_t i = 0; i < n && i < JSON_TEXTS_MAX; i++) {
                const char *text = json_text(json_object_array_get_idx(value, i));
                if (text && !strstr(text, "<none>") && !strv_contains(*list, text))
                        strv_add(list, text);
        }
        return 0;
}

int engine_read_names(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct image *image = target;
        return engine_dialects_read_texts(value, &image->names);
}

int engine_read_digests(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct image *image = target;
        return engine_dialects_read_texts(value, &image->repo_digests);
}

int engine_read_size(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct image *image = target;
        int64_t size = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
        image->size = size > 0 ? (uint64_t) size : 0;
        return 0;
}

int engine_read_count(struct json_object *value, const char *where, void *target, struct error **reterr) {
        struct image *image = target;
        int64_t n = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
        image->containers = n > 0 ? (unsigned) n : 0;
        return 0;
}
