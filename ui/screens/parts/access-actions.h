/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The changes of who may log in, of the screens that show it: names are asked for in the status line, the
 * wizard shows the plan. */

#include "ui/screen.h"

/* False: not one of them. */
bool access_actions_act(struct screen *s, enum action action);

/* Names off the lists. */
void access_actions_withdraw(struct screen *s, bool groups, const char *name);
