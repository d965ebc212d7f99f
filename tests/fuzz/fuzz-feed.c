/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A terminal's bytes: the same lines however they are cut, and nothing in a line that a terminal obeys. The first byte chooses the size of the
 * pieces. The bytes also are parameters of SGR. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/feed.h"
#include "base/sgr.h"
#include "base/str.h"
#include "base/text.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The marks as text, so that two runs can be compared whole. */
static void on_line(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        struct str *seen = userdata;
        MUST(text && strlen(text) == bytes);
        _cleanup_str_ struct str again = {};
        size_t cells = text_clean(&again, text, bytes, 0, TEXT_UTF8, false);
        MUST(cells <= FEED_CELLS_MAX && again.length == bytes);
        MUST(bytes == 0 || (marks && memcmp(again.text, text, bytes) == 0));
        str_add_bytes(seen, text, bytes);
        str_add_char(seen, '\n');
        for (size_t i = 0; i < bytes; i++)
                str_addf(seen, "%02x", marks[i]);
        str_add_char(seen, '\n');
}

static void run(const char *bytes, size_t n, size_t piece, struct str *seen) {
        struct feed *feed = feed_new(&(struct feed_sink) { .line = on_line, .userdata = seen });
        MUST(feed);
        for (size_t at = 0; at < n; at += piece) {
                feed_write(feed, bytes + at, n - at < piece ? n - at : piece);
                const char *text;
                const uint8_t *marks;
                size_t pending;
                feed_pending(feed, &text, &marks, &pending);
                MUST(pending == 0 || (text && marks && strlen(text) == pending));
        }
        feed_flush(feed);
        /* Nothing is left of what was begun. */
        size_t length = seen->length;
        feed_write(feed, "plain\n", 6);
        MUST(seen->length > length && strncmp(seen->text + length, "plain\n", 6) == 0);
        feed_free(feed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n == 0)
                return 0;
        const char *s = (const char *) bytes + 1;
        n--;
        _cleanup_str_ struct str whole = {}, pieces = {}, single = {};
        run(s, n, n ? n : 1, &whole);
        run(s, n, (bytes[0] & 0x0f) + 1, &pieces);
        run(s, n, 1, &single);
        MUST(whole.length == pieces.length && memcmp(whole.text, pieces.text, whole.length) == 0);
        MUST(whole.length == single.length && memcmp(whole.text, single.text, whole.length) == 0);

        struct sgr sgr = {};
        if (sgr_read(s, n, &sgr)) {
                MUST(sgr.n >= 1 && sgr.n <= SGR_PARAMETERS_MAX && !sgr.joined[0]);
                for (size_t i = 0; i < sgr.n; i++)
                        MUST(sgr.value[i] <= 99999);
                MUST((sgr_apply(&sgr, bytes[0]) & MARK_COLOUR) <= 8 || (bytes[0] & MARK_COLOUR) > 8);
        } else
                MUST(sgr.n == 0);
        return 0;
}
