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
        struct list list;
        bool details;                   /* of the focused result */
        bool leads_on;                  /* a page of a wizard: another follows, and answers can be changed */
};

void check_page_init(struct check_page *p, struct screen *screen, void (*look)(struct screen *screen));
void check_page_done(struct check_page *p);

/* Checks (again). */
void check_page_look(struct check_page *p, const struct preflight_order *order);
bool check_page_looking(const struct check_page *p);

/* Whether the last check found an error; false before the first. */
bool check_page_fails(const struct check_page *p);
/* The repair of the focused result that is possible from here; FIX_NONE during a check or a repair. */
enum fix check_page_fix(const struct check_page *p);
/* Asks, repairs, and checks again. False: the repair is another answer, elsewhere in the wizard. */
bool check_page_repair(struct check_page *p);
/* For a screen's changed(), which wants TOPIC_SERVICES. */
void check_page_changed(struct check_page *p);
const struct check_result *check_page_focus(const struct check_page *p);  /* NULL: none */

/* For a screen's draw() and status(). */
void check_page_draw(struct check_page *p, const struct canvas *c);
void check_page_status(const struct check_page *p, struct str *out);
