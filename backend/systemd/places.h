/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Places where files create units, and the units of a job's changes. */

#include "model/job/changes.h"

/* Whether path is a file in a folder of an administrator's units. */
bool unit_places_has(const char *path);

/* The units that added and changed files create, that of the service `name` first. *ret (freed before) are
 * names of units; *ret_quadlet: the first comes from a .container. Templates are skipped: they cannot be
 * started themselves. */
void unit_places_find(const struct changes *changes, const char *name, char ***ret, bool *ret_quadlet);

/* The added or changed file that creates this unit; it belongs to changes. NULL: none. */
const struct change *unit_places_file(const struct changes *changes, const char *unit);
