/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The menu of the host's own console, by numbers, a line at a time: what fairlead-console starts behind a
 * login, and what may be the shell of a user who is to have nothing else but by choice. */

#include <stdbool.h>

/* Whether the program was called fairlead-menu, as a login shell ("-fairlead-menu"), too. */
bool menu_called(const char *argv0);

/* Until the person leaves: an exit status. */
int menu_main(void);
