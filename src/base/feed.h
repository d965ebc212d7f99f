/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A terminal byte stream (an installer's output) -> lines of clean text with marks. A state machine: the same
 * bytes give the same lines, however they are cut into chunks.
 *
 * The feed understands SGR (colours and attributes become marks), CR (the text after it rewrites the line),
 * LF, VT and FF (end the line), BS (one column back), TAB (to the next eighth column), and the cursor and
 * erase sequences of progress bars within their line (CSI C, D, G, K, X, P). Every other sequence is dropped:
 * OSC 52, titles, queries that the terminal would answer, character sets, modes, moves to other lines. BEL,
 * NUL, SO, SI and DEL are dropped; the rest is cleaned as base/text.h does. Concealed text is shown.
 *
 * Bounded: a line holds FEED_CELLS_MAX cells (longer ones are broken), a sequence FEED_SEQUENCE_MAX bytes
 * (longer ones are dropped up to their end). An unterminated string sequence (OSC, DCS, …) ends with its
 * line, so that it hides no more than that. */

#include "base/base.h"

#define FEED_CELLS_MAX 2048U
#define FEED_SEQUENCE_MAX 256U

/* The look of one cell: 0 is plain. */
enum {
        MARK_COLOUR = 0x0f, /* low four bits: 0 default, 1..8 = red green yellow blue magenta cyan white black
                             * (bright ones map to the same) */
        MARK_BOLD = 0x10,
        MARK_UNDERLINE = 0x20,
        MARK_REVERSE = 0x40,
        MARK_DIM = 0x80,
        MARK_OWN = 0x0f, /* for MARK_COLOUR: the program's own words, which no output can imitate */
};

/* Begins a line of our own in a job's log; output never has this byte there (backend/store/job-journal.c).
 * The whole line gets MARK_OWN. Logs from before 0.3.0 do not have it. */
#define FEED_OWN '\x1e'

static inline bool marks_are_own(const uint8_t *marks, size_t bytes) {
        return marks && bytes && (marks[0] & MARK_COLOUR) == MARK_OWN;
}

struct feed;

/* line() is called for each finished line; text is clean UTF-8 (NUL-terminated, no newline), marks has one
 * byte for each byte of text. The feed owns both until the next call; line() must not call the feed. */
struct feed_sink {
        void (*line)(const char *text, const uint8_t *marks, size_t bytes, void *userdata);
        void *userdata;
};

struct feed *feed_new(const struct feed_sink *sink);    /* sink is copied */
struct feed *feed_free(struct feed *feed);              /* a pending line is lost */
DEFINE_CLEANUP(struct feed, feed_free)
void feed_write(struct feed *feed, const void *bytes, size_t n);

/* The unfinished line (a prompt, a progress bar), valid until the next call. *ret_bytes may be 0. */
void feed_pending(const struct feed *feed, const char **ret_text, const uint8_t **ret_marks,
                  size_t *ret_bytes);

/* Ends a pending line as a newline would, and drops an unfinished sequence or character. */
void feed_flush(struct feed *feed);
