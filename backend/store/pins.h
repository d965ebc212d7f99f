/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units that people pinned beside the services: `state`/pins, a name a line. */

#include "backend/io/paths.h"

#define PINS_MAX 200U

/* The caller frees; NULL: none. Lines that are no unit's name are left out. */
char **pins_read(const struct paths *paths);
/* Pins the unit, or unpins it where it is pinned; *ret: it is now. */
int pins_toggle(const struct paths *paths, const char *unit, bool *ret, struct error **reterr);
