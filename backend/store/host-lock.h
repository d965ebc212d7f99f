/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One job at a time: an open-file-description lock on `run`/lock, held by the worker and released by its end,
 * however it ends. The file has the job's id. */

#include "backend/io/paths.h"

/* Returns the descriptor with the lock; close it to release. -EBUSY: another job has it; *ret_holder (may be
 * NULL) is then its id, the caller's, or NULL where it is not known yet. */
int hostlock_take(const struct paths *paths, const char *id, char **ret_holder, struct error **reterr);

/* The id of the job that holds the host now (the caller's), or NULL: none, or not known yet. */
char *hostlock_holder(const struct paths *paths);

/* Removes partial files of dead workers from fairlead's own folders; the caller holds the lock, so that no
 * worker lives. */
void sweep_run(const struct paths *paths);

/* The same, unless a worker lives. */
void sweep_unless_held(const struct paths *paths);
