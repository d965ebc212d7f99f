/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command draws on its terminal: rows of clean text, as wide as the terminal, and no mark of our own. The first two bytes choose its
 * size, the third the pieces. */
#include <stdint.h>

#include "base/feed.h"
#include "base/text.h"
#include "tests/fuzz/must.h"
#include "ui/widgets/terminal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void on_type(const void *bytes, size_t n, void *userdata) {
        size_t *typed = userdata;
        *typed += n;
}

static void check(const struct terminal *terminal, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
                _cleanup_free_ uint8_t *marks = NULL;
                _cleanup_free_ char *text = terminal_row(terminal, row, &marks);
                _cleanup_str_ struct str again = {};
                size_t n = strlen(text);
                MUST(text_clean(&again, text, n, 0, TEXT_UTF8, false) == (size_t) columns);
                MUST(again.length == n && memcmp(again.text, text, n) == 0);
                for (size_t i = 0; i < n; i++)
                        MUST((marks[i] & MARK_COLOUR) <= 8);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n < 3)
                return 0;
        int rows = bytes[0] % 50 + 2, columns = bytes[1] % 132 + 2;
        size_t piece = bytes[2] % 16 + 1, typed = 0;
        _cleanup_(terminal_freep) struct terminal *terminal = terminal_new(rows, columns, on_type, &typed);
        for (size_t at = 3; at < n; at += piece)
                terminal_write(terminal, bytes + at, n - at < piece ? n - at : piece, at % 2);
        check(terminal, rows, columns);
        terminal_key(terminal, KEY_CURSOR_UP);
        MUST(typed > 0);
        terminal_resize(terminal, columns, rows);
        check(terminal, columns, rows);
        return 0;
}
