/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door to the screen: any bytes, cut to any width, in both character sets. What comes out is valid UTF-8 (or ASCII) without anything that a
 * terminal obeys or hides, fits its width, and is not changed by going through again. The first byte chooses the width. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Only what can be shown: returns its cells. */
static size_t check_clean(const char *s, size_t n, enum text_charset charset, bool newlines) {
        size_t cells = 0;
        bool base = false;
        for (size_t i = 0; i < n;) {
                unsigned c;
                size_t used = text_decode(s + i, n - i, &c);
                MUST(used > 0 && (c != 0xfffd || (used == 3 && memcmp(s + i, "\xef\xbf\xbd", 3) == 0)));
                i += used;
                if (c == '\n') {
                        MUST(newlines);
                        base = false;
                        continue;
                }
                MUST(c >= 0x20 && c != 0x7f && (c < 0x80 || c > 0x9f) && (charset == TEXT_UTF8 || c < 0x7f));
                MUST(!(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff);
                MUST(!(c >= 0xe0000 && c <= 0xe0fff) && !(c >= 0xd800 && c <= 0xdfff));
                int width = text_cells(c);
                MUST(width >= 0 && (width > 0 || base));
                base = true;
                cells += (size_t) width;
        }
        return cells;
}

static void check_wrap(const char *clean, size_t columns) {
        char **lines = text_wrap(clean, columns);
        for (size_t i = 0; lines && lines[i]; i++) {
                MUST(strlen(lines[i]) <= strlen(clean));
                size_t cells = check_clean(lines[i], strlen(lines[i]), TEXT_UTF8, false);
                MUST(cells <= columns || columns == 1);
        }
        strv_free(lines);
}

static void check(const char *bytes, size_t n, size_t columns, enum text_charset charset, bool newlines) {
        _cleanup_str_ struct str clean = {}, again = {};
        size_t cells = text_clean(&clean, bytes, n, columns, charset, newlines);
        MUST(columns == 0 || cells <= columns);
        const char *s = clean.text ? clean.text : "";
        MUST(strlen(s) == clean.length);
        MUST(check_clean(s, clean.length, charset, newlines) == cells);
        MUST(text_clean(&again, s, clean.length, columns, charset, newlines) == cells);
        MUST(again.length == clean.length && (!clean.length || memcmp(again.text, clean.text, clean.length) == 0));
        if (newlines || charset == TEXT_ASCII)
                return;
        MUST(text_width(s) == cells);
        for (size_t k = 0; k < 5; k++) {
                size_t some = text_prefix(s, k);
                MUST(some <= clean.length && check_clean(s, some, charset, false) <= k);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n == 0)
                return 0;
        const char *s = (const char *) bytes + 1;
        size_t width = bytes[0] & 0x3f;
        n--;
        for (int newlines = 0; newlines < 2; newlines++)
                for (int charset = 0; charset < 2; charset++) {
                        check(s, n, 0, charset ? TEXT_ASCII : TEXT_UTF8, newlines);
                        check(s, n, width + 1, charset ? TEXT_ASCII : TEXT_UTF8, newlines);
                }
        _cleanup_str_ struct str clean = {};
        text_clean(&clean, s, n, 0, TEXT_UTF8, true);
        check_wrap(clean.text ? clean.text : "", width + 1);
        if (n > 0)
                (void) text_incomplete(s, n < 4 ? n : 4);
        return 0;
}
