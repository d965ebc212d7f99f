/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether small files changed since they were read, without reading them again. */

#include "base/base.h"

/* The state of a file, or of a folder and all that is in it (not deeper), as one number: it becomes another
 * with names, owners, modes, sizes and times of change. `before` is the stamp of what belongs to it (0:
 * nothing), so that several paths make one stamp. What is not there has a stamp, too. Take it before the
 * files are read: then no change is missed. */
uint64_t stamp_add(uint64_t before, const char *path);
