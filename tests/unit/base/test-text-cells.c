/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cells of each character against the C library, and against what text.h says must not be shown. */
#include "tests/test.h"

#include <gnu/libc-version.h>
#include <locale.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "base/text.h"

/* What is not shown, though the C library would show it. */
static const struct {
        unsigned first, last;
} hidden[] = {
        { 0x0000, 0x0000 },
        { 0x00ad, 0x00ad },     /* soft hyphen */
        { 0x034f, 0x034f },     /* combining grapheme joiner */
        { 0x0600, 0x0605 }, { 0x06dd, 0x06dd }, { 0x070f, 0x070f }, { 0x0890, 0x0891 }, { 0x08e2, 0x08e2 },    /* format, Arabic and Syriac */
        { 0x061c, 0x061c },     /* bidi */
        { 0x115f, 0x1160 }, { 0x3164, 0x3164 }, { 0xffa0, 0xffa0 },     /* Hangul fillers */
        { 0x17b4, 0x17b5 },     /* Khmer, inherent vowels */
        { 0x180b, 0x180f },     /* Mongolian variation selectors */
        { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 }, { 0x2066, 0x206f },       /* zero width, bidi */
        /* of two widths */
        { 0x0cbf, 0x0cbf }, { 0x0cc6, 0x0cc6 }, { 0x2630, 0x2637 }, { 0x268a, 0x268f }, { 0x3248, 0x324f }, { 0x4dc0, 0x4dff },
        { 0x11a07, 0x11a08 }, { 0x11c3f, 0x11c3f }, { 0x1d300, 0x1d356 }, { 0x1d360, 0x1d376 },
        { 0xe000, 0xf8ff }, { 0xf0000, 0xffffd }, { 0x100000, 0x10fffd },      /* private use */
        { 0xfe00, 0xfe0f }, { 0xe0100, 0xe01ef },       /* variation selectors */
        { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
        { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x13438 }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
        { 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f },     /* tags */
};

static bool is_hidden(unsigned c) {
        for (size_t i = 0; i < ELEMENTS(hidden); i++)
                if (c >= hidden[i].first && c <= hidden[i].last)
                        return true;
        return false;
}

static void is_that_of_the_library_less_what_is_hidden(void **state) {
        if (strcmp(gnu_get_libc_version(), "2.36") != 0 || !setlocale(LC_CTYPE, "C.UTF-8"))
                skip();         /* another one has other characters */
        for (unsigned c = 0; c <= 0x10ffff; c++) {
                int cells = is_hidden(c) ? -1 : wcwidth((wchar_t) c);
                if (text_cells(c) != cells)
                        fail_msg("U+%04X has %d cells, not %d", c, text_cells(c), cells);
        }
}

/* Whatever the library: none of these ever is text. */
static void hides_what_text_h_says(void **state) {
        for (size_t i = 0; i < ELEMENTS(hidden); i++)
                for (unsigned c = hidden[i].first; c <= hidden[i].last; c++)
                        assert_int_equal(text_cells(c), -1);
        for (unsigned c = 0; c < 0x20; c++)
                assert_int_equal(text_cells(c), -1);
        for (unsigned c = 0x7f; c < 0xa0; c++)
                assert_int_equal(text_cells(c), -1);
        assert_int_equal(text_cells(0x110000), -1);
        assert_int_equal(text_cells(~0U), -1);
        for (unsigned c = 0xd800; c < 0xe000; c++)
                assert_int_equal(text_cells(c), -1);
        static const unsigned others[] = { 0x2028, 0x2029, 0xfffe, 0xffff, 0x1fffe, 0x10ffff, 0xfdd0, 0xfdef, 0x0378 };
        for (size_t i = 0; i < ELEMENTS(others); i++)
                assert_int_equal(text_cells(others[i]), -1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(is_that_of_the_library_less_what_is_hidden),
                cmocka_unit_test(hides_what_text_h_says),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
