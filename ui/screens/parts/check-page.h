/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight of a join as a page: results in their places as they come, and of the focused one what it
 * means and what to do. */

#include "ui/screen.h"

struct checkpage {
        struct screen *screen;
        struct op *looking, *mending;
        bool leaving;                   /* the old realm is being left above this screen: looks again when
                                         * that is done */
        bool left_behind;               /* this look is for that: it may not be done yet */
        void (*look)(struct screen *screen);    /* looks again, with the order that the screen knows */
        const struct preflight *live;   /* lent while it looks */
        struct preflight *preflight;    /* done; NULL: never yet */
        struct list list;
        bool details;                   /* of the focused result */
        bool leads_on;                  /* it is a page of a wizard: another follows, and answers can be
                                         * changed */
};

void checkpage_init(struct checkpage *p, struct screen *screen, void (*look)(struct screen *screen));
void checkpage_done(struct checkpage *p);

/* Looks (again). */
void checkpage_look(struct checkpage *p, const struct preflight_order *order);
bool checkpage_looking(const struct checkpage *p);

/* Of the last look: something is in the way. False while there was none. */
bool checkpage_fails(const struct checkpage *p);
/* What can be done about the focused result from here; FIX_NONE while it looks or mends. */
enum fix checkpage_fix(const struct checkpage *p);
/* Asks, does it, and looks again. False: it is done elsewhere in the wizard, by another answer. */
bool checkpage_mend(struct checkpage *p);
/* As a screen's changed(), which wants TOPIC_SERVICES. */
void checkpage_changed(struct checkpage *p);
const struct check_result *checkpage_focus(const struct checkpage *p);  /* NULL: none */

/* As a screen's draw() and status(). */
void checkpage_draw(struct checkpage *p, const struct canvas *c);
void checkpage_status(const struct checkpage *p, struct str *out);
