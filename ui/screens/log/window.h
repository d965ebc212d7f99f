/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The part of a journal that is in memory, and its text in a pager: the journal is the buffer. It grows at
 * either end; what is farthest from the reader is let go. Between the lines stand heads: a new day, another
 * boot, a clock that was set. */

#include "model/log/log.h"
#include "ui/widgets/pager.h"

#define LOG_WINDOW_LINES 6000U
#define LOG_WINDOW_BYTES (1024U * 1024)

struct log_window {
        struct pager *pager;            /* of the screen */
        struct log_line *lines;         /* oldest first */
        size_t n, bytes;
        size_t *rows;                   /* of each row of the pager: 1 + the index of its line; 0: a head */
        size_t n_rows;
        bool at_start, at_end;          /* the journal has nothing older, nothing newer */
};

/* The pager belongs to the screen. */
void log_window_init(struct log_window *w, struct pager *pager);
void log_window_clear(struct log_window *w);

/* Both take the lines' strings. Prepending keeps the place of the text; appending drops old lines where the
 * pager follows, and else, where it is full, takes nothing and is not at_end any more. */
void log_window_prepend(struct log_window *w, struct log_line *lines, size_t n);
void log_window_append(struct log_window *w, struct log_line *lines, size_t n);

/* The line with the focus; NULL: none, or a head has it. */
const struct log_line *log_window_line(const struct log_window *w);
/* The nearest line from the focus on, without it where `beyond`, that has the text; false: none. It gets the
 * focus. */
bool log_window_find(struct log_window *w, const char *text, bool up, bool beyond);
/* The cursor of the entry next to the focused line, above or below it; with `focused` that of the line
 * itself. NULL: the window ends there. */
const char *log_window_cursor(const struct log_window *w, bool above, bool focused);
/* Gives the first line of the entry with this cursor the focus; false: it is not in the window. */
bool log_window_go(struct log_window *w, const char *cursor);
/* Whether less than a screen is left above (below) what is shown. */
bool log_window_wants(const struct log_window *w, bool older);
