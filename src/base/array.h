/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Arrays that grow one by one and do not store their room: it is the next power of two of their count. */

#include <stdbool.h>

#include "base/memory.h"

/* Makes room for one more item of size bytes behind the n that *items has (0 and NULL: none yet). Only for
 * arrays that grew by this alone. */
static inline void room_for_one(void **items, size_t n, size_t size) {
        if (!(n & (n - 1)))
                *items = xreallocarray(*items, n ? n * 2 : 1, size);
}
