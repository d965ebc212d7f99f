/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text to read (model/job/lines.h): a log that follows its end until touched, or a finished text, with
 * search, wrapping or moving sideways. A paint costs the rows of the screen, however much was added since the
 * last one. */

#include "base/feed.h"
#include "model/job/lines.h"
#include "ui/widgets/action.h"
#include "ui/widgets/canvas.h"

enum pager_wrap {
        PAGER_PAN,              /* long lines are cut; Left and Right move */
        PAGER_WRAP,             /* broken at blanks, continued at the margin */
        PAGER_WORDS,            /* broken at blanks, continued under the text's own column */
};

struct pager {
        struct lines *lines;            /* owned */
        const struct feed *pending;     /* whose half line is shown last; NULL: none */
        enum pager_wrap wrap;
        bool follow;
        uint64_t top;                   /* number of the first line shown, when not following */
        size_t skip;                    /* rows of that line above the screen (wrapped) */
        size_t pan;                     /* cells to the left of the screen */
        int height, width;              /* as drawn last */
        bool more;                      /* than was drawn: below the screen */
        bool live;                      /* more lines come: the end is worth following */
        bool picks;                     /* one line has the focus, and its mark in a margin of two cells */
        uint64_t point;                 /* that line, when not following */
        char *needle;                   /* of the search; NULL */
        bool wrapped;                   /* the last search went on from the other end */
        uint64_t match;                 /* line of the match; UINT64_MAX: none */
        struct str part;                /* of the line being put together, and its marks */
        struct str part_marks;
        int name_width;                 /* of pager_row() */
        uint8_t name_mark;
};

/* Marks (base/feed.h) with a meaning, for texts of our own. */
enum {
        DOC_PLAIN = 0,
        DOC_HEAD = MARK_BOLD | MARK_UNDERLINE,
        DOC_STRONG = MARK_BOLD,
        DOC_DIM = MARK_DIM,
        DOC_GOOD = 2,
        DOC_WARN = 3 | MARK_BOLD,
        DOC_BAD = 1 | MARK_BOLD,
};

void pager_init(struct pager *pager, enum pager_wrap wrap, bool follow);
void pager_done(struct pager *pager);

/* Puts a line together of parts with a mark each, cleaned on the way, and ends it. pager_addf() does both. */
void pager_put(struct pager *pager, uint8_t mark, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void pager_end(struct pager *pager);
void pager_addf(struct pager *pager, uint8_t mark, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* A line with a name of name_width cells before the text. */
void pager_row(struct pager *pager, const char *name, uint8_t mark, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
void pager_clear(struct pager *pager);          /* forgets the text, keeps the place as far as it can */

/* moving, follow, wrap; false: not an action of pagers */
bool pager_act(struct pager *pager, enum action action);
/* The line with the focus, or that is read now. */
uint64_t pager_point(const struct pager *pager);
/* Gives a line the focus and shows it, a third of the screen from the top where it was not to be seen. */
void pager_go(struct pager *pager, uint64_t number);
/* Finds needle (NULL: the last one) from the present place; false: nothing found (the place stays). */
bool pager_search(struct pager *pager, const char *needle, bool up);
void pager_draw(struct pager *pager, const struct canvas *c);

/* "line 20 of 340", "12 lines" when all are on the screen, "following": for the title. */
void pager_place(const struct pager *pager, struct str *out);
