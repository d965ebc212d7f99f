/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Words by POSIX shell quoting (XCU 2.2: backslash, single and double quotes; no expansion, no comments) and
 * back. words_split() is for typed text: free arguments, OPT1-3. model/image/recipe.h reads labels with the
 * same scanner and sees how each byte was quoted. */

#include "base/base.h"

#define WORDS_MAX 512U

/* Splits at blanks, tabs and newlines outside quotes. -EINVAL with a sentence: unbalanced quote, trailing
 * backslash; -E2BIG: more than WORDS_MAX words. */
int words_split(const char *text, char ***ret, struct error **reterr);

/* One word for words_split(), in single quotes unless all [A-Za-z0-9_@%+=:,./-]. The caller frees. */
char *word_quote(const char *word);

/* ---- the scanner below words_split(): one event a call ---- */

enum quote {
        QUOTE_NONE,
        QUOTE_BACKSLASH,
        QUOTE_SINGLE,
        QUOTE_DOUBLE,
};

/* { .at = text } begins. */
struct words_scan {
        const char *at;
        enum quote open;        /* the open quote: QUOTE_NONE, QUOTE_SINGLE or QUOTE_DOUBLE */
        enum quote how; /* WORDS_BYTE: the quoting of this byte; QUOTE_BACKSLASH also inside double quotes.
                         * -EINVAL: the quote that was not closed */
};

enum words_event {
        WORDS_END,
        WORDS_GAP,              /* a blank, tab or newline between words */
        WORDS_BYTE,             /* a byte of a word */
        WORDS_QUOTE,            /* a quote opened or closed: a word begins, even an empty one */
};

/* The next event; -EINVAL at an end inside a quote or after a backslash, and at every further call. */
int words_scan_next(struct words_scan *s, char *ret_byte);
