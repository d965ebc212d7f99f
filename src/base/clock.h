/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <time.h>

#include "base/base.h"

/* The clock in microseconds; the clocks that this program reads cannot fail. */
static inline int64_t usec_now(clockid_t clock) {
        struct timespec t;
        clock_gettime(clock, &t);
        return (int64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
