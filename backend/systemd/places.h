/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where files make units, and which of a job's changes do. */

#include <stdbool.h>

#include "model/job/changes.h"

/* Is it a file in a folder where an administrator's units are? */
bool unit_places_has(const char *path);

/* The units that added and changed files make, that of the service `name` first. *ret (what was there is
 * freed) are names of units; *ret_quadlet: the first comes from a .container. Templates are none: they cannot
 * be started as they are. 0 or -ENOMEM. */
int unit_places_find(const struct changes *changes, const char *name, char ***ret, bool *ret_quadlet);

/* The added or changed file that makes this unit; it belongs to changes. NULL: none. */
const struct change *unit_places_file(const struct changes *changes, const char *unit);
