/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The `atomic` link: `atomic install|run|stop|uninstall|info|images` as units and habits expect. An image's
 * own unit has `ExecStart=/usr/bin/atomic run --name=NAME IMAGE`. */

#include "base/base.h"

/* Was the program called by the name atomic? */
bool atomic_called(const char *argv0);

/* Translates the words into fairlead's and runs them: an exit status. */
int atomic_main(int argc, char **argv);
