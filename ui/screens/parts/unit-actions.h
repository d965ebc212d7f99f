/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the screens of units share: the menu behind x, what fits a unit's state, asking before what is
 * dangerous, and showing how it went. */

#include "ui/screen.h"

extern const struct binding unit_menu[];

/* Can nothing start it? */
bool unit_masked(const struct unit *unit);
enum style unit_state_style(const char *active);

/* Does the action make sense for the unit as it is now? True for actions that are not about units. unit NULL:
 * false for those that are. */
bool unit_action_fits(const struct unit *unit, enum action action);

/* One action that runs. All zero: none. The screen has it in its state and points to it (screen.acting). */
struct unit_acting {
        struct op *op;
        struct screen *screen;
        char *unit;
        enum unit_action action;
};
void unit_acting_done(struct unit_acting *acting);

/* Begins it, after a question where it stops something; shows the end in the status line or a dialog. False:
 * the action is none of a unit's. */
bool unit_acting_begin(struct screen *s, const char *unit, enum action action);
