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

/* The finding for a character, or NULL. marks: the number of combining ones before it. */
static const char *trouble_of(const char *s, size_t n, unsigned c, unsigned marks) {
        if (c == REPLACEMENT && (n != 3 || memcmp(s, "\xef\xbf\xbd", 3) != 0))
                return "not-utf8";
        if (c < 0x20 ? c != '\t' && c != '\n' : c >= 0x7f && c <= 0x9f)
                return "control-character";
        if (is_odd_blank(c))
                return "odd-blank";
        if (c >= 0x80 && (text_cells(c) < 0 || marks > MARKS_MAX))
                return "invisible-character";
        return NULL;
}

static int characters_report(const struct recipe *recipe, const char *id, size_t at, unsigned c,
                             struct finding_list *findings) {
        static const struct {
                const char *id, *what;
        } words[] = {
                { "not-utf8", "bytes that are not UTF-8" },
                { "control-character", "a control character" },
                { "odd-blank", "a blank that does not separate words" },
                { "invisible-character", "a character that hides" },
        };
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(words[i].id, id) == 0)
                        return finding_report(findings, id, recipe->where,
                                              "The label holds %s, U+%04X at byte %zu", words[i].what, c,
                                              at + 1);
        return 0;
}

int recipe_check_characters(const struct recipe *recipe, struct finding_list *findings) {
        size_t n = strlen(recipe->text);
        const char *reported[4] = { NULL };         /* each kind once, at its first place */
        unsigned marks = 0;

        for (size_t at = 0; at < n;) {
                unsigned c;
                size_t length = text_decode(recipe->text + at, n - at, &c);
                marks = text_cells(c) == 0 ? marks + 1 : 0;
                const char *id = trouble_of(recipe->text + at, length, c, marks);
                for (size_t i = 0; id && i < ELEMENTS(reported); i++) {
                        if (reported[i] && strcmp(reported[i], id) == 0)
                                break;
                        if (reported[i])
                                continue;
                        reported[i] = id;
                        int r = characters_report(recipe, id, at, c, findings);
                        if (r < 0)
                                return r;
                        break;
                }
                at += length > 0 ? length : 1;
        }
        return 0;
}
