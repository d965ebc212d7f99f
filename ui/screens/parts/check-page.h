/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight of a join as a page: results in their places as they come, and of the focused one what it
 * means and what to do. */

#include "ui/screen.h"

struct check_page {
        struct screen *screen;
        struct op *looking, *repairing;
        bool leaving;                   /* the old realm is being left above this screen: looks again when
                                         * that is done */
        bool left_behind;               /* this check is for that: it may not be done yet */
        void (*look)(struct screen *screen);    /* checks again, with the screen's order */
        const struct preflight *live;   /* lent while it looks */
        struct preflight *preflight;    /* done; NULL: never yet */
        struct list list;
        bool details;                   /* of the focused result */
        bool leads_on;                  /* it is a page of a wizard: another follows, and answers can be
                                         * changed */
};

void check_page_init(struct check_page *p, struct screen *screen, void (*look)(struct screen *screen));
void check_page_done(struct check_page *p);

/* Looks (again). */
void check_page_look(struct check_page *p, const struct preflight_order *order);
bool check_page_looking(const struct check_page *p);

/* Did the last check find an error? False while there was none. */
bool check_page_fails(const struct check_page *p);
/* What can be done about the focused result from here; FIX_NONE while it looks or mends. */
enum fix check_page_fix(const struct check_page *p);
/* Asks, does it, and looks again. False: it is done elsewhere in the wizard, by another answer. */
bool check_page_repair(struct check_page *p);
/* As a screen's changed(), which wants TOPIC_SERVICES. */
void check_page_changed(struct check_page *p);
const struct check_result *check_page_focus(const struct check_page *p);  /* NULL: none */

/* As a screen's draw() and status(). */
void check_page_draw(struct check_page *p, const struct canvas *c);
void check_page_status(const struct check_page *p, struct str *out);
