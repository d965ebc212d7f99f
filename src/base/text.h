/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Untrusted bytes -> text for the screen (ui/widgets/canvas.c) and for standard output (src/cli/out.c). */

#include "base/base.h"

enum text_charset {
        TEXT_UTF8,  /* every character that the terminal can show */
        TEXT_ASCII, /* everything else becomes "?" or an ASCII look-alike of as many cells */
};

/* Cleans n bytes and appends them to out. Not UTF-8 (overlong, surrogates, beyond U+10FFFF) becomes U+FFFD;
 * C0, DEL and C1 become <1b>; bidi controls, zero-width, variation selectors, tags, private use, U+2028/9,
 * unassigned, non-characters and a combining mark without a base become <202e>; a third and further combining
 * mark on a base is dropped; a tab becomes one blank; a newline (also CR LF) becomes a blank, or stays where
 * keep_newlines (without a cell). Fuzzed property: the output is valid UTF-8 without controls and bidi or
 * zero-width characters, and cleaning it again changes nothing. At most columns cells are written (0: no
 * limit); longer text ends in "…" (TEXT_ASCII: "~"). Returns the cells written. */
size_t text_clean(struct str *out, const void *bytes, size_t n, size_t columns, enum text_charset charset,
                  bool keep_newlines);

/* The same as a new string without newlines; NULL for NULL. */
char *text_cleaned(const char *s);

/* Cells of clean text; of other text, the cells of its cleaned form. NULL: 0. */
size_t text_width(const char *s);

/* The bytes of clean text that fit in columns cells, with the combining marks of the last cell. NULL: 0. */
size_t text_prefix(const char *s, size_t columns);

/* Decodes one character: bytes consumed (at least 1 when n > 0), *ret is U+FFFD for bytes that are not UTF-8.
 * The longest valid beginning of a broken character is one U+FFFD (Unicode 3.9, "Best Practices for Using
 * U+FFFD"). */
size_t text_decode(const char *s, size_t n, unsigned *ret);

/* Whether more bytes could complete these n; false for n == 0, a whole or a broken character. */
bool text_incomplete(const char *s, size_t n);

/* Writes c as UTF-8, without a NUL: 1 to 4 bytes. Surrogates and values above U+10FFFF become U+FFFD. */
size_t text_encode(char buffer[static 4], unsigned c);

/* Cells of one character: 0 combining, 1, 2; -1: must not be shown. By libunistring, independent of
 * the locale; wcwidth(3) needs one that may not be set, and calls U+202E printable. */
int text_cells(unsigned c);

/* The form of a character that must not be shown: "<1b>", "<202e>". Returns the length. */
#define TEXT_ESCAPE_MAX 8U
size_t text_escape(char buffer[static TEXT_ESCAPE_MAX], unsigned c);

/* The length of the printable ASCII (0x20 to 0x7e) at the beginning of n bytes. */
size_t text_ascii_run(const char *s, size_t n);

/* "512 B", "12.3 kB", "466 MB": three digits at most, decimal units like Podman's. Returns buffer. */
const char *text_size(char buffer[static 16], unsigned long long bytes);

/* "41 s", "2 min", "1 hour", "3 days", "5 weeks", "7 months", "2 years": a span, rounded down; negative (the
 * clock was set back): "0 s". Returns buffer. */
const char *text_age(char buffer[static 24], long long seconds);
/* The seconds until text_age() says something else; a day at most. */
long long text_age_left(long long seconds);

/* Breaks clean text into lines of at most columns cells: at newlines, else at blanks (which go), else within
 * a word. A two-cell character in one column stays whole. "" gives no line; an empty line between two
 * newlines is one. Returns a list (base/str.h) that the caller frees. */
char **text_wrap(const char *s, size_t columns);

/* Whether the n bytes are UTF-8. */
bool text_is_utf8(const char *text, size_t n);

/* The form for n: str_addf(out, plural(n, "%zu step", "%zu steps"), n). Whole phrases are translatable. */
static inline const char *plural(size_t n, const char *one, const char *many)
        __attribute__((format_arg(2), format_arg(3)));
static inline const char *plural(size_t n, const char *one, const char *many) {
        return n == 1 ? one : many;
}
