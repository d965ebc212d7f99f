/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a search of the log looks for: a text, whose letters of ASCII match in either case; or, behind "~", a
 * regular expression in the dialect and within the ceilings of model/param/pattern.h, since lines come from
 * anybody. An expression without a capital letter matches either case, too, as journalctl's --grep has it.
 *
 * A text is found at once. An expression may take its ceiling of steps at each place of each line, so a
 * program that must not wait has a process of the reader search for it (backend/systemd/log-read.c). */

#include "model/log/log.h"

struct log_needle;

/* Whether the text is an expression. */
bool log_needle_is_pattern(const char *text);

/* text: not empty. -EINVAL with a sentence where it is no expression. */
int log_needle_new(const char *text, struct log_needle **ret, struct error **reterr);
struct log_needle *log_needle_free(struct log_needle *n);
DEFINE_CLEANUP(struct log_needle, log_needle_free)

/* Whether the line has it, in its message or the name of who wrote it. */
bool log_needle_in(struct log_needle *n, const struct log_line *line);

/* The lines so far that took more steps than an expression may, and count as without it. */
uint64_t log_needle_given_up(const struct log_needle *n);
