/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an engine answers: any bytes as its list of images and of containers, as one image, in both dialects, and as the body of a refusal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/engine/explain.h"
#include "backend/engine/internal.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct engine_dialect *const dialects[] = { &engine_podman, &engine_docker };

static void read_image(const struct engine_dialect *d, struct json_object *o) {
        _cleanup_image_ struct image *image = image_new();
        _cleanup_error_ struct error *e = NULL;
        int r = json_read(o, "the image", d->image_fields, d->n_image_fields, image, &e);
        MUST((r < 0) == (e != NULL));
        if (r < 0)
                return;
        MUST(image->id && strlen(image->id) <= 128 && image->n_labels <= LABELS_MAX);
        for (size_t i = 0; i < image->n_labels; i++) {
                MUST(image->labels[i].key && strlen(image->labels[i].value) <= LABEL_VALUE_MAX + 1);
                MUST(i == 0 || strcmp(image->labels[i - 1].key, image->labels[i].key) <= 0);
        }
        MUST(image_reference(image));
        _cleanup_free_ char *pinned = image_pinned(image, image_reference(image));
        MUST(pinned);
}

static void read_container(const struct engine_dialect *d, struct json_object *o) {
        struct container c = {};
        _cleanup_error_ struct error *e = NULL;
        int r = json_read(o, "a container", d->container_fields, d->n_container_fields, &c, &e);
        MUST((r < 0) == (e != NULL));
        MUST(c.n_labels <= LABELS_MAX && (r < 0 || c.id));
        container_done(&c);
}

static int document(struct json_object *o, void *userdata, struct error **reterr) {
        for (size_t i = 0; i < 2; i++) {
                read_image(dialects[i], o);
                read_container(dialects[i], o);
        }
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        for (int elements = 0; elements < 2; elements++) {
                struct json_stream *stream = json_stream_new(&(struct json_stream_sink) { .document = document, .max = 100, .elements = elements });
                if (json_stream_feed(stream, bytes, n, NULL) >= 0)
                        json_stream_finish(stream, NULL);
                json_stream_free(stream);
        }
        _cleanup_json_ struct json_object *o = NULL;
        if (json_parse((const char *) bytes, n, NULL, &o, NULL, NULL) >= 0)
                document(o, NULL, NULL);
        _cleanup_free_ char *body = strndup((const char *) bytes, n);
        _cleanup_error_ struct error *e = NULL;
        MUST(explain_engine(&e, 500, "It could not be done", body, strlen(body)) < 0 && e && e->cause && e->cause->message);
        return 0;
}
