/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* When the next paint may come. A key is answered at once and is no business of this; what comes by itself
 * (output, answers of the backend) waits: one paint a frame while it streams, so that a flood costs the same
 * whatever its rate.
 *
 * But a screen that opens fills in a few pieces within milliseconds (what was asked, what the engine says),
 * and then a frame is long to wait for the first useful row. So `burst` paints may follow a key or a pause
 * one upon the other before the spacing applies. Each of them is paid back by a frame without, so the rate
 * over time is the same. */

#include <stdint.h>

struct pace {
        int64_t frame;          /* usec between two paints while something streams */
        unsigned burst;
        int64_t due;            /* when the next paint would come if the spacing were the same between all */
};

/* After this what comes together is painted together. */
#define PACE_TOGETHER_USEC 2000

int64_t pace_next(const struct pace *pace, int64_t now);        /* when it may be painted; never before
                                                                 * `now` */
void pace_painted(struct pace *pace, int64_t now);
void pace_key(struct pace *pace, int64_t now);                  /* the burst is granted anew */
