/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A process that dies late, as one does that the kernel holds in a read. */

#include <sys/types.h>

/* Who traces a process sees it dead before its parent does. Returns the tracer, which waits for the end of *hold, and which
 * the caller waits for; 0: this host permits no such thing. */
pid_t trace_begin(pid_t pid, int *hold);
