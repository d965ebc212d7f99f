/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Patterns of profiles, which come with images: compiled and matched within ceilings, so that none can hang
 * the program or fill its memory. By PCRE2: regcomp(3) knows no ceiling, and "a" with 27 "+" takes some
 * 100 GB there.
 *
 * The dialect is that of pcre2pattern(3) without what makes a pattern a program. There are ( ), (?: ),
 * (?= ), (?! ) and (?i); classes; * + ? {n} {n,} {n,m}, also lazy or possessive; \d \s \w \b \A \z \h \x \p
 * and their capitals. There are no back-references, look-behind, recursion, conditions, callouts, verbs or
 * \Q. Text is UTF-8. */

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

#define PATTERN_MAX 256U          /* bytes of one */
#define PATTERN_NEST_MAX 16U      /* groups in groups */
#define PATTERN_REPEAT_MAX 1024U  /* the product of all its {n} */

struct pattern;

/* 0, or -EINVAL with a sentence. */
int pattern_new(const char *text, struct pattern **ret, struct error **reterr);
struct pattern *pattern_free(struct pattern *p);
DEFINE_CLEANUP(struct pattern, pattern_free)

/* 1: it matches the whole of the text, or some part of it; 0: it does not; -E2BIG: the answer takes more
 * steps or memory than a pattern may. */
int pattern_fits(struct pattern *p, const char *text, size_t n);
int pattern_is_in(struct pattern *p, const char *text, size_t n);

/* pattern_new() for who only asks whether it is one. */
int pattern_check(const char *text, struct error **reterr);
