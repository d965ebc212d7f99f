/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The messages of a journal, which anybody on the host may write, become lines: one message with line breaks
 * several of them, none with a NUL in it, none longer than LOG_MESSAGE_MAX, no more than LOGLINES_SPLIT_MAX
 * from one message (the last then holds the rest). */

#include <stdbool.h>
#include <stddef.h>

#include "model/host.h"

#define LOGLINES_SPLIT_MAX 128U

/* All zero is empty. */
struct loglines {
        struct log_line *items;
        size_t n, room;
        size_t bytes;           /* what they take, about */
};
void loglines_done(struct loglines *lines);

/* Adds the lines of one message, with time, priority and identifier of `like` (copied). backwards: the last
 * line first, for whoever reads the journal from its end. 0 or -ENOMEM. */
int loglines_add(struct loglines *lines, const struct log_line *like, const char *bytes, size_t n,
                 bool backwards);

/* As much of the bytes as fits into LOG_MESSAGE_MAX, as a string, with U+FFFD for NUL. The caller frees; NULL
 * when out of memory. */
char *loglines_text(const char *bytes, size_t n);
