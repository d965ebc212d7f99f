/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bounded scrollback of clean lines with marks, fed by base/feed.h: the newest LINES_MAX (at most
 * LINES_BYTES) are in memory, allocated as needed; the job's log file has the older ones. */

#include "base/base.h"

#define LINES_MAX 10000U
#define LINES_BYTES (2U * 1024 * 1024)

struct line {
        const char *text;       /* clean, NUL-terminated */
        const uint8_t *marks;   /* NULL: all plain */
        size_t bytes;
        uint64_t number; /* from 0 at the beginning; stays the same when older lines are dropped */
};

struct lines;
struct lines *lines_new(void);
struct lines *lines_free(struct lines *lines);
DEFINE_CLEANUP(struct lines, lines_free)
void lines_add(struct lines *lines, const char *text, const uint8_t *marks, size_t bytes);
uint64_t lines_first(const struct lines *lines);        /* number of the oldest kept */
uint64_t lines_end(const struct lines *lines);          /* one past the newest */
size_t lines_memory(const struct lines *lines);         /* bytes held for texts, used or not */
bool lines_get(const struct lines *lines, uint64_t number, struct line *ret);

/* The next line from `from` (down or up) that contains needle without case (ASCII); lines_end(): none. */
uint64_t lines_search(const struct lines *lines, const char *needle, uint64_t from, bool up);
