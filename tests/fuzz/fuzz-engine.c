/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an engine answers: any bytes as its list of images and of containers, as one image, and as the body of a refusal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/engine/internal.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_image(struct json_value *o) {
        _cleanup_error_ struct error *e = NULL;
        _cleanup_image_ struct image *image = engine_image_read(o, "the image", &e);
        MUST((image == NULL) == (e != NULL));
        if (!image)
                return;
        MUST(image->id && strlen(image->id) <= 128 && image->labels.n <= LABELS_MAX);
        for (size_t i = 0; i < image->labels.n; i++) {
                MUST(image->labels.items[i].key && strlen(image->labels.items[i].value) <= LABEL_VALUE_MAX + 1);
                MUST(i == 0 || strcmp(image->labels.items[i - 1].key, image->labels.items[i].key) <= 0);
        }
        MUST(image_reference(image));
        _cleanup_free_ char *pinned = image_pinned(image, image_reference(image));
        MUST(pinned);
}

static void read_container(struct json_value *o) {
        struct container c = {};
        _cleanup_error_ struct error *e = NULL;
        int r = engine_container_read(o, "a container", &c, &e);
        MUST((r < 0) == (e != NULL));
        MUST(r < 0 || c.id);
        engine_container_done(&c);
}

static int document(struct json_value *o, void *userdata, struct error **reterr) {
        read_image(o);
        read_container(o);
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        for (int elements = 0; elements < 2; elements++) {
                struct json_stream *stream = json_stream_new(&(struct json_stream_sink) { .document = document, .max = 100, .elements = elements });
                if (json_stream_feed(stream, bytes, n, NULL) >= 0)
                        json_stream_finish(stream, NULL);
                json_stream_free(stream);
        }
        _cleanup_json_value_ struct json_value *o = NULL;
        if (json_parse((const char *) bytes, n, NULL, &o, NULL, NULL) >= 0)
                document(o, NULL, NULL);
        _cleanup_free_ char *body = strndup((const char *) bytes, n);
        _cleanup_error_ struct error *e = NULL;
        MUST(engine_explain(&e, 500, "It could not be done", body, strlen(body)) < 0 && e && e->cause && e->cause->message);
        return 0;
}
