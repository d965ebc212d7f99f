/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The console: one event loop, the host, the screens; wires the keyboard, signals and the frame timer. */

#include "cli/session.h"

/* Runs until the user leaves: an exit status. display: "basic", "normal", "rich" or NULL (by terminal). */
int app_run(struct session *session, const char *display);
