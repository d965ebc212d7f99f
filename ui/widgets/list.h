/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A list of rows of another owner: scrolling, a focus that stays on the same thing when rows come and go,
 * columns that fit 40 to 200 cells, filter and sort. Virtual: only rows on the screen are asked for, except
 * by filter and sort. */

#include "ui/widgets/action.h"
#include "ui/widgets/canvas.h"

#define LIST_COLUMNS_MAX 12U
#define LIST_NONE ((size_t) -1)
#define LIST_RANKS 4U

struct column {
        const char *title;
        unsigned least;         /* cells; dropped rather than made smaller */
        unsigned ideal;         /* cells it wants */
        unsigned priority;      /* 0: never dropped; the highest number is dropped first */
        bool grow;              /* takes the rest, up to `most` */
        bool right;             /* numbers: aligned at their end */
        bool fit;               /* wants no more cells than its longest content, and grows to it */
        bool optional;          /* left out while no row has a content for it */
        bool late;              /* optional, and left out while there is no row at all, too */
        bool spare;             /* left out before a column of priority 0 that fits is cut */
        unsigned most;          /* of list_fit(): its longest content, else twice its ideal: a row must stay
                                 * readable across */
        bool middle;            /* cut in the middle: names that begin alike end differently */
};

/* The content of a cell. text may point into buffer or at something that lives as long as the row. */
struct cell {
        const char *text;       /* NULL shows "-" */
        enum style style;
        bool ordered; /* sorted by this number, not by the text */
        int64_t order;
        char buffer[96];
};
/* An image's reference; ":latest" goes without saying. */
void cell_reference(struct cell *cell, const char *reference);

struct list_source {
        bool bare;              /* rows to choose a command from: no heads, no filter and sort by the ui */
        const struct column *columns;
        size_t n_columns;
        void (*cell)(const void *owner, size_t row, size_t column, struct cell *ret);
        /* the same thing has the same identity after a reload */
        const char *(*identity)(const void *owner, size_t row);
        /* optional: '!' before rows that need attention, else ' ' */
        char (*flag)(const void *owner, size_t row);
        bool (*hidden)(const void *owner, size_t row);                  /* optional: left out beside the
                                                                         * filter */
        /* optional: in the usual order rows of a lower rank come first; at most LIST_RANKS */
        unsigned (*rank)(const void *owner, size_t row);
        /* optional: does the filter keep it; default: some cell contains needle without case */
        bool (*matches)(const void *owner, size_t row, const char *needle);
};

/* All zero but source and owner is a valid, empty list. */
struct list {
        const struct list_source *source;
        const void *owner;
        size_t n;               /* rows of the owner */
        size_t *order;          /* rows shown, in order */
        size_t shown;
        size_t at;              /* the focused one, as an index in order */
        /* follows at after a pause: for text about the focused row */
        size_t settled;
        size_t top;             /* the first on the screen */
        size_t height;          /* rows on the screen when it was drawn last */
        bool passive;           /* another list has the focus: no marker, no cursor */
        bool moved;             /* the person chose a row: the focus stays with it */
        char *identity;         /* of the focused row */
        char *filter;           /* NULL: none */
        size_t sort;            /* column + 1; 0: the owner's order */
        bool sort_down;
        unsigned widths[LIST_COLUMNS_MAX]; /* as drawn last; 0: left out */
        bool drawn;
        unsigned contents[LIST_COLUMNS_MAX]; /* cells of the longest content of columns that depend on it */
        bool measured;
        size_t above; /* rows above the screen when the focus settled: for the title */
};

void list_init(struct list *list, const struct list_source *source, const void *owner);
void list_done(struct list *list);

/* The owner has now n rows (also: the same number, other content). Until the person has moved, focus and view
 * stay at the top; then the focus stays on the same identity, else on its place. */
void list_set(struct list *list, size_t n);

/* The owner's row that has the focus, or that settled; LIST_NONE when the list shows none. */
size_t list_row(const struct list *list);
size_t list_settled_row(const struct list *list);
void list_settle(struct list *list);
/* false: not shown; one that comes with the next rows has the focus then. */
bool list_focus(struct list *list, const char *identity);
/* After an action on the focused row: the focus stays with it, as if the person had moved. */
void list_stay(struct list *list);

/* Moving; false: not an action of lists. */
bool list_act(struct list *list, enum action action);
/* To the next row that is flagged, from the last one to the first; false: none is. */
bool list_next_flagged(struct list *list);
void list_filter(struct list *list, const char *needle);        /* "" or NULL: none */
/* by the next column that is shown, after the last one in the owner's order */
void list_sort_next(struct list *list);
void list_sort_reverse(struct list *list);
/* "2 above, 14 below" where rows are out of sight. */
void list_place_text(struct list *list, struct str *out);

/* Heads in row 0, then the rows. The focus gets the marker ">" and the cursor. */
void list_draw(struct list *list, const struct canvas *c);

/* The text in the place of the rows while there are none, with the cursor on it. */
struct list_empty {
        const char *thing;      /* "job" */
        const char *looking;    /* "Looking for jobs ..." */
        const char *none;       /* no rows: a sentence with the next thing to do */
        bool loaded;            /* an answer came */
        const struct error *error;      /* or it failed */
};
void list_draw_empty(const struct list *list, const struct canvas *c, const struct list_empty *words);

/* The widths that columns get in so many cells: widths[i] 0 means dropped. Public for its test. */
void list_fit(const struct column *columns, size_t n, unsigned cells,
              unsigned widths[static LIST_COLUMNS_MAX]);
