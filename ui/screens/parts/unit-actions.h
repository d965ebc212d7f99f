/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the screens of units: the menu behind x, the actions possible in a unit's state, the question
 * before a dangerous one, and its result. */

#include "ui/screen.h"

extern const struct binding unit_menu[];

enum style unit_state_style(const char *active);

/* Whether the action is possible for the unit now. True for actions that do not concern units. unit NULL:
 * false for those that do. */
bool unit_action_fits(const struct unit *unit, enum action action);

/* In close(). */
void unit_acting_done(struct screen *s);

/* Begins an action: of a template it asks for the instance, before what takes something away it asks whether;
 * shows the result in the status line or a dialog. False: not an action of units. */
bool unit_acting_begin(struct screen *s, const char *unit, enum action action);

/* The sentence while an action is under way; false: none is. */
bool unit_acting_status(const struct screen *s, struct str *out);

/* Says why a unit of a user's manager is not edited here, and how it is; false: it is the system's. */
bool unit_edit_refused(struct screen *s, const char *address);
