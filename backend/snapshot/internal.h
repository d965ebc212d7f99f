/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What overlay.c and overlay-read.c share. */

#include <stdarg.h>

#include "backend/io/paths.h"

#define OVERLAY_LIST "list"             /* a line "NUMBER MOUNT-POINT" for each layer */

/* `run`/rehearsal, and a path in it. The caller frees; NULL when out of memory. */
char *overlay_base(const struct paths *paths);
char *overlay_path(const struct paths *paths, const char *format, ...) __attribute__((format(printf, 2, 3)));
