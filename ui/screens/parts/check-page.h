/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight of a join as a page: results appear in their places as they come, the focused one with its
 * meaning and its repair. */

#include "ui/screen.h"

struct check_page {
        struct screen *screen;
        struct op *looking, *repairing;
        bool leaving;                   /* a leave is open above: checks again after it */
        bool left_behind;               /* this check follows the leave, which may not be done yet */
        void (*look)(struct screen *screen);    /* checks again, with the screen's order */
        const struct preflight *live;   /* lent while it runs */
        struct preflight *preflight;    /* done; NULL: none yet */
        bool details;                   /* of the focused result */
        bool leads_on;                  /* a page of a wizard: another follows, and answers can be changed */
};

extern const struct list_source check_page_source;      /* of the screen's list */

void check_page_init(struct check_page *p, struct screen *screen, void (*look)(struct screen *screen));
void check_page_done(struct check_page *p);

/* Checks (again). */
void check_page_look(struct check_page *p, const struct preflight_order *order);

/* Whether the last check found an error; false before the first. */
bool check_page_fails(const struct check_page *p);

/* For the class of a screen that has one (screen.checks); it wants TOPIC_SERVICES. act() is false for a
 * repair that is another answer, elsewhere in the wizard. */
void check_page_draw(struct screen *s, const struct canvas *c);
void check_page_status(const struct screen *s, struct str *out);
/* The repair of the focused result that is possible from here; FIX_NONE during a check or a repair. */
enum fix check_page_fix(const struct check_page *p);
bool check_page_can(const struct screen *s, enum action action);
bool check_page_act(struct screen *s, enum action action);
void check_page_changed(struct screen *s, unsigned topics);
