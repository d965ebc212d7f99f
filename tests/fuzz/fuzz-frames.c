/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A container's log in its frames: the same lines however it is cut, none too long, and no more of them than bytes came. The first byte chooses
 * the size of the pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/engine/frames.h"
#include "base/str.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void on_line(const char *bytes, size_t n, bool is_stderr, void *userdata) {
        struct str *seen = userdata;
        MUST(bytes && n <= FRAME_LINE_MAX && !memchr(bytes, '\n', n));
        str_add(seen, is_stderr ? "2 " : "1 ");
        str_add_bytes(seen, bytes, n);
        str_add_char(seen, '\n');
}

static int run(const uint8_t *bytes, size_t n, size_t piece, struct str *seen) {
        struct engine_frames *frames = engine_frames_new(on_line, seen);
        _cleanup_error_ struct error *e = NULL;
        int r = 0;
        for (size_t at = 0; at < n && r >= 0; at += piece)
                r = engine_frames_feed(frames, bytes + at, n - at < piece ? n - at : piece, &e);
        MUST((r < 0) == (e != NULL));
        int ended = engine_frames_finish(frames, r < 0 ? NULL : &e);
        MUST(r < 0 || (ended < 0) == (e != NULL));
        engine_frames_free(frames);
        return r < 0 ? r : ended;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n == 0)
                return 0;
        _cleanup_str_ struct str whole = {}, pieces = {};
        int a = run(bytes + 1, n - 1, n, &whole), b = run(bytes + 1, n - 1, (bytes[0] & 0x1f) + 1, &pieces);
        MUST(a == b && whole.length == pieces.length && (!whole.length || memcmp(whole.text, pieces.text, whole.length) == 0));
        MUST(whole.length <= 3 * n);
        return 0;
}
