/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines from the messages of a journal, which any process may write: one message with line breaks gives
 * several, none with a NUL, none longer than LOG_MESSAGE_MAX, at most LOGLINES_SPLIT_MAX from one message
 * (the last then has the rest). */

#include "model/host.h"

#define LOGLINES_SPLIT_MAX 128U

/* All zero is empty. */
struct loglines {
        struct log_line *items;
        size_t n;
        size_t bytes;           /* approximate memory */
};
void loglines_done(struct loglines *lines);

/* Adds the lines of one message, with time, priority and identifier of `like` (copied). backwards: the last
 * line first, for a journal read from its end. */
void loglines_add(struct loglines *lines, const struct log_line *like, const char *bytes, size_t n,
                  bool backwards);

/* The bytes up to LOG_MESSAGE_MAX as a string, with U+FFFD for NUL. The caller frees. */
char *loglines_text(const char *bytes, size_t n);
