/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Untrusted bytes -> text that can be shown. The one door to the screen (ui/canvas.c) and to standard output
 * (src/out.c) both go through here. reference/security.md section 2. */

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum text_charset {
        TEXT_UTF8,              /* show what the terminal can show */
        TEXT_ASCII,             /* everything else becomes "?" or an ASCII look-alike; one cell each stays one cell
                                 * each, wide ones two */
};

/* Cleans n bytes and appends them to out. Not UTF-8 (overlong, surrogates, beyond U+10FFFF) becomes U+FFFD; C0,
 * DEL and C1 become <1b>; bidi controls, zero-width, variation selectors, tags, private use, U+2028/9, unassigned
 * and non-characters become <202e>; more than two combining marks on a base are dropped; a tab becomes one blank;
 * a newline becomes a blank, or stays where keep_newlines. The property that is fuzzed: the output is valid UTF-8
 * without controls and bidi or zero-width characters. At most columns cells are written (0: no limit); what is
 * longer ends in "…" (TEXT_ASCII: "~"). Returns the cells written. */
size_t text_clean(struct str *out, const void *bytes, size_t n, size_t columns, enum text_charset charset,
                  bool keep_newlines);

/* The same for a string, as a new string; NULL when out of memory. */
char *text_cleaned(const char *s);

/* Cells of clean text (from text_clean); of dirty text the cells its cleaned form would take. */
size_t text_width(const char *s);

/* The bytes of clean text that fit in columns cells. */
size_t text_prefix(const char *s, size_t columns);

/* Decodes one character: bytes consumed (at least 1 when n > 0), *ret is U+FFFD for what is not UTF-8. */
size_t text_decode(const char *s, size_t n, unsigned *ret);

/* Cells of one character: 0 combining, 1, 2; -1: must not be shown as it is. */
int text_cells(unsigned c);

/* "12 KiB", "466 MB"-like sizes: three digits at most, decimal units as podman shows them (kB, MB, GB). Fills
 * buffer, returns it. */
const char *text_size(char buffer[static 16], unsigned long long bytes);

/* "3 days", "2 min", "41 s" between two times in seconds. */
const char *text_age(char buffer[static 24], long long seconds);

/* Breaks clean text into lines of at most columns cells at blanks (long words are cut): a string list. 0 or -ENOMEM. */
int text_wrap(const char *s, size_t columns, char ***ret);
