/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Characters of a label that are hidden or cannot be shown unchanged: the text shown must be the text run. */

#include "base/text.h"
#include "model/image/internal.h"

#define REPLACEMENT 0xfffdU

/* Combining marks on one base that the screen shows (text_clean() drops the rest). */
#define MARKS_MAX 2U

/* Blanks of Unicode: they look like the end of a word and are part of it. */
static bool is_odd_blank(unsigned c) {
        return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
               c == 0x2800 || c == 0x3000;
}

static const struct trouble {
        const char *id, *what;
} troubles[] = {
        { "not-utf8", "bytes that are not UTF-8" },
        { "control-character", "a control character" },
        { "odd-blank", "a blank that does not separate words" },
        { "invisible-character", "a character that hides" },
};

/* The row of a character, or -1. marks: the number of combining ones up to it. */
static int trouble_of(const char *s, size_t n, unsigned c, unsigned marks) {
        if (c == REPLACEMENT && (n != 3 || memcmp(s, "\xef\xbf\xbd", 3) != 0))
                return 0;
        if (c < 0x20 ? c != '\t' && c != '\n' : c >= 0x7f && c <= 0x9f)
                return 1;
        if (is_odd_blank(c))
                return 2;
        return c >= 0x80 && (text_cells(c) < 0 || marks > MARKS_MAX) ? 3 : -1;
}

void recipe_check_characters(const struct recipe *recipe, struct finding_list *findings) {
        size_t n = strlen(recipe->text);
        bool reported[ELEMENTS(troubles)] = {};         /* each once, at its first place */
        unsigned marks = 0;
        for (size_t at = 0, length; at < n; at += length) {
                unsigned c;
                length = text_decode(recipe->text + at, n - at, &c);
                marks = text_cells(c) == 0 ? marks + 1 : 0;
                int i = trouble_of(recipe->text + at, length, c, marks);
                if (i < 0 || reported[i])
                        continue;
                reported[i] = true;
                finding_report(findings, troubles[i].id, recipe->where,
                               "The label holds %s, U+%04X at byte %zu", troubles[i].what, c, at + 1);
        }
}
