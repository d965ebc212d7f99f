/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Partial files of dead workers in fairlead's own folders. */

#include "backend/io/paths.h"

/* Removes them; the caller holds the host's lock, so that no worker lives. */
void sweep_run(const struct paths *paths);

/* The same, unless a worker lives. */
void sweep_unless_held(const struct paths *paths);
