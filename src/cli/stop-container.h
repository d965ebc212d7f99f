/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `atomic stop` did, and an image's own unit still asks for in its ExecStop=: the STOP label of the
 * service, or plainly the container of that name. */

#include "cli/session.h"

/* Replaces this process by the command; returns an exit status on failure. */
int stop_container(struct session *s, const char *name);
