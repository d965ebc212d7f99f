/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A terminal byte stream (an installer's output) -> lines of clean text with marks. A state machine that survives
 * any chunk border: SGR sequences become marks, a carriage return rewrites the line, a backspace steps back, a tab
 * goes to the next eighth column, every other sequence (OSC 52, titles, queries that would make the terminal
 * answer) is dropped, what is not text is cleaned as base/text.h does. Bounded: a line holds FEED_CELLS_MAX cells
 * (longer ones are broken), a sequence FEED_SEQUENCE_MAX bytes (longer ones are dropped up to their end). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_CELLS_MAX 2048U
#define FEED_SEQUENCE_MAX 256U

/* What one cell looks like: 0 is plain. */
enum {
        MARK_COLOUR = 0x0f,     /* low four bits: 0 default, 1..8 = red green yellow blue magenta cyan white black
                                 * (bright ones map to the same) */
        MARK_BOLD = 0x10,
        MARK_UNDERLINE = 0x20,
        MARK_REVERSE = 0x40,
        MARK_DIM = 0x80,
};

struct feed;

/* line() is called for each finished line; text is clean UTF-8 (NUL-terminated), marks has one byte for each byte
 * of text. It must not free them and not call the feed. */
struct feed_sink {
        void (*line)(const char *text, const uint8_t *marks, size_t bytes, void *userdata);
        void *userdata;
};

struct feed *feed_new(const struct feed_sink *sink);
struct feed *feed_free(struct feed *feed);
int feed_write(struct feed *feed, const void *bytes, size_t n);        /* 0 or -ENOMEM */

/* The line that is not finished yet (a prompt, a progress bar): valid until the next call. *ret_bytes may be 0. */
void feed_pending(const struct feed *feed, const char **ret_text, const uint8_t **ret_marks, size_t *ret_bytes);

/* Ends a pending line as if a newline had come. */
int feed_flush(struct feed *feed);
