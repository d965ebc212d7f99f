/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `atomic stop`, which an image's own unit still calls in its ExecStop=: the STOP label of the service, or a
 * plain stop of the container of that name. */

#include "cli/session.h"

/* Replaces this process by the command; returns an exit status on failure. */
int stop_container(struct session *s, const char *name);
