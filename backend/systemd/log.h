/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The journal of one unit and its container, read in the loop: at most a few hundred entries a turn, found
 * newest first, reported oldest first. Selection as of journalctl -u. */

#include <systemd/sd-event.h>

#include "model/host.h"

/* directory: NULL for the host's journal; tests have a folder. */
struct op *unitlog_read(sd_event *event, const char *directory, const struct log_query *query,
                        const struct log_reader *reader);

/* Lines from the messages of a journal, which any process may write: one message with line breaks gives
 * several, none with a NUL, none longer than LOG_MESSAGE_MAX, at most LOGLINES_SPLIT_MAX from one message
 * (the last then has the rest). */

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
