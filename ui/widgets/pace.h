/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The time of the next paint. A key is answered at once, without this; other changes (output, answers of the
 * backend) wait: one paint a frame while they stream, so that a flood costs the same at any rate. A screen
 * that opens fills in a few pieces within milliseconds (first the request, then the engine's answer), and a
 * frame is a long wait for the first useful row: `burst` paints may follow a key or a pause one upon the
 * other before the spacing applies. Each of them is paid back by a frame without, so the rate over time is
 * the same. */

#include "base/base.h"

struct pace {
        int64_t frame;          /* usec between two paints while something streams */
        unsigned burst;
        int64_t due;            /* the next paint, were all of them spaced equally */
};

/* Changes within this time are painted together. */
#define PACE_TOGETHER_USEC 2000

int64_t pace_next(const struct pace *pace, int64_t now);        /* time of the paint, never before `now` */
void pace_painted(struct pace *pace, int64_t now);
void pace_key(struct pace *pace, int64_t now);                  /* the burst is granted anew */
