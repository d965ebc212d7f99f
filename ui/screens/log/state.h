/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The state of the log screen, for its parts: reading.c (the window into the journal), search.c
 * (search, files, the pager outside), ui/screens/log.c (filters, keys, drawing). */

#include "ui/screen.h"
#include "ui/screens/log/filter.h"
#include "ui/screens/log/window.h"

struct log_state {
        char *unit, *container, *title;
        bool kernel;
        struct log_filter filter;
        struct log_window window;
        struct op *paging, *searching, *writing, *asking;
        struct log_line *page;          /* older lines that came so far */
        size_t n_page;
        bool older;                     /* of paging */
        struct log_line *found;         /* by searching: the lines of one entry */
        size_t n_found;
        char *needle, *path;            /* of searching (model/log/needle.h) and writing */
        bool up;                        /* the way of the search: to older entries */
        int step;                       /* that waits for the boots */
        uint64_t progress;
        int64_t progress_time;
        size_t missed;                  /* new lines since the text was held */
        char *note;                     /* what cannot be read */
};

struct log_query log_query_now(const struct log_state *st, int64_t now);        /* now in seconds */
/* Frees the lines and forgets them. */
void log_lines_free(struct log_line **lines, size_t *n);
/* Takes the lines' strings. */
void log_lines_keep(struct log_line **kept, size_t *n_kept, struct log_line *lines, size_t n);

/* ---- reading.c ---- */

/* Ends all reading and empties the window. */
void log_forget(struct screen *s);
/* Reads the newest lines anew, and follows. */
void log_read(struct screen *s);
/* Reads older or newer lines where the reader comes near the end of those that are there. */
void log_fill(struct screen *s);
/* The beginning of the journal, and its end, wherever the window is. */
void log_go_first(struct screen *s);
void log_go_last(struct screen *s);

/* ---- search.c ---- */

/* From the line with the focus, which is left out where `beyond`, through the window and on into the
 * journal. */
void log_search(struct screen *s, bool up, bool beyond);
void log_ask_search(struct screen *s);
/* Writes what the filters select to a new file. */
void log_ask_path(struct screen *s);
/* Shows it in the person's pager. */
void log_lend_pager(struct screen *s);
