/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every file uses: libc's everyday headers, memory that does not fail, owned scopes, text and errors.
 * The headers of the other rooms begin with it, so their users need not name it again. */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"

static inline int clamp_int(int value, int least, int most) {
        return value > most ? most : value < least ? least : value;
}
