/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the frames of the process that reads the journal: each is taken or refused, and a line that was taken gives the same frame again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/systemd/log-internal.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void take(const struct frame *frame) {
        struct log_line line = {};
        struct log_field field = {};
        struct log_boot boot;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *note = NULL;
        uint64_t number;
        int64_t usec;
        frame_get_numbers(frame, &number, &usec);
        frame_get_note(frame, &note);
        frame_get_boot(frame, &boot);
        MUST(frame_get_failed(frame, &e) < 0 || (e && e->code < 0));
        if (frame_get_field(frame, &field) == 0)
                FREE_ALL(field.name, field.value);
        if (frame_get_line(frame, &line) < 0)
                return;
        _cleanup_str_ struct str out = {};
        struct frame again;
        struct log_line same = {};
        frame_put_line(&out, &line);
        MUST(frame_next(out.text, out.length, &again) == (ssize_t) out.length && again.kind == FRAME_LINE);
        MUST(frame_get_line(&again, &same) == 0);
        MUST(str_equal(same.message, line.message) && str_equal(same.cursor, line.cursor) && same.real == line.real);
        log_line_done(&line);
        log_line_done(&same);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        struct frame frame;
        ssize_t takes;
        for (size_t done = 0; (takes = frame_next((const char *) bytes + done, n - done, &frame)) > 0; done += (size_t) takes) {
                MUST((size_t) takes <= n - done);
                take(&frame);
        }
        return 0;
}
