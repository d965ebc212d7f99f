/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A terminal byte stream (an installer's output) -> lines of clean text with marks. A state machine that
 * survives any chunk border: the same bytes give the same lines however they are cut.
 *
 * What is understood: SGR (colours and attributes become marks), CR (what follows rewrites the line), LF, VT
 * and FF (end the line), BS (steps back), TAB (to the next eighth column), and the cursor and erase sequences
 * that progress bars are made of, within their line (CSI C, D, G, K, X, P). Every other sequence is dropped:
 * OSC 52, titles, queries that would make the terminal answer, character sets, modes, moves to other lines.
 * BEL, NUL, SO, SI, DEL are dropped; what else is not text is cleaned as base/text.h does. Concealed text is
 * shown.
 *
 * Bounded: a line holds FEED_CELLS_MAX cells (longer ones are broken), a sequence FEED_SEQUENCE_MAX bytes
 * (longer ones are dropped up to their end). A string sequence (OSC, DCS, …) that was not ended ends with its
 * line, so that it can hide no more than that. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define FEED_CELLS_MAX 2048U
#define FEED_SEQUENCE_MAX 256U

/* What one cell looks like: 0 is plain. */
enum {
        MARK_COLOUR = 0x0f, /* low four bits: 0 default, 1..8 = red green yellow blue magenta cyan white black
                             * (bright ones map to the same) */
        MARK_BOLD = 0x10,
        MARK_UNDERLINE = 0x20,
        MARK_REVERSE = 0x40,
        MARK_DIM = 0x80,
};

struct feed;

/* line() is called for each finished line; text is clean UTF-8 (NUL-terminated, without a newline), marks has
 * one byte for each byte of text. Both are the feed's and change with the next call; line() must not call the
 * feed. */
struct feed_sink {
        void (*line)(const char *text, const uint8_t *marks, size_t bytes, void *userdata);
        void *userdata;
};

struct feed *feed_new(const struct feed_sink *sink);    /* sink is copied; NULL when out of memory */
struct feed *feed_free(struct feed *feed);              /* NULL-safe; a pending line is lost */
DEFINE_CLEANUP(struct feed, feed_free)
int feed_write(struct feed *feed, const void *bytes, size_t n);        /* 0 or -ENOMEM */

/* The line that is not finished yet (a prompt, a progress bar): valid until the next call. *ret_bytes may be
 * 0. */
void feed_pending(const struct feed *feed, const char **ret_text, const uint8_t **ret_marks,
                  size_t *ret_bytes);

/* Ends a pending line as if a newline had come, and forgets a sequence or character that was begun. Without a
 * pending line nothing comes. 0 or -ENOMEM. */
int feed_flush(struct feed *feed);
