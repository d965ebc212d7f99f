/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Words by POSIX shell quoting (XCU 2.2: backslash, single and double quotes; no expansion, no comments) and back.
 * For what people type: free arguments, OPT1-3. Labels go through model/recipe.h. */

#include "base/error.h"
#include "base/str.h"

#define WORDS_MAX 512U

/* Splits at blanks, tabs and newlines outside quotes. -EINVAL with a sentence: unbalanced quote, trailing
 * backslash; -E2BIG: more than WORDS_MAX words. */
int words_split(const char *text, char ***ret, struct error **reterr);

/* One word quoted so that words_split() gives it back: as it is when only [A-Za-z0-9_@%+=:,./-], else in single
 * quotes. The caller frees. */
char *word_quote(const char *word);
char *words_join(char *const *words);
