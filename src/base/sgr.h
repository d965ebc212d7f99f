/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parameters of a terminal control sequence (ECMA-48 5.4), and SGR (8.3.117, with the colours of xterm
 * and ISO 8613-6) as marks of base/feed.h. */

#include "base/base.h"

#define SGR_PARAMETERS_MAX 32U

struct sgr {
        unsigned value[SGR_PARAMETERS_MAX];     /* a missing one is 0; at most five digits are read */
        bool joined[SGR_PARAMETERS_MAX];        /* came after a colon: belongs to the previous one */
        size_t n;                               /* 1 or more */
};

/* Reads the bytes between the introducer and the final byte. False, with *ret untouched: private ("?25"),
 * intermediate bytes, or more parameters than fit. */
bool sgr_read(const char *s, size_t n, struct sgr *ret);

/* The mark after SGR. Concealed, italic, blinking and background colours leave no mark. */
uint8_t sgr_apply(const struct sgr *sgr, uint8_t mark);
