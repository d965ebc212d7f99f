/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first line is a pattern, the rest a text: whatever an image writes there, it is compiled and matched within limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/param/pattern.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const uint8_t *end = memchr(bytes, '\n', n);
        size_t length = end ? (size_t) (end - bytes) : n;
        char *text = strndup((const char *) bytes, length);
        struct error *e = NULL;
        struct pattern *p = NULL;
        int r = pattern_new(text, &p, &e);
        MUST((r >= 0) == (p != NULL) && (r >= 0) == (e == NULL));
        if (p) {
                const char *value = end ? (const char *) end + 1 : "";
                size_t rest = end ? n - length - 1 : 0;
                rest = rest > 1024 ? 1024 : rest;
                int fits = pattern_fits(p, value, rest), is_in = pattern_is_in(p, value, rest);
                MUST(fits <= 1 && is_in <= 1);
                MUST(fits != 1 || is_in != 0);
                MUST(strlen(text) <= PATTERN_MAX);
        } else
                MUST(e->message[0]);
        pattern_free(p);
        error_free(e);
        free(text);
        return 0;
}
