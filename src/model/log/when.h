/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Times as people type them, in the time zone of this host. */

#include "base/base.h"

/* "2026-11-29 10:00[:30]", "2026-11-29", "10:00" (today), "-2h", "2h", "2 hours ago", "now", "today",
 * "yesterday", "@SECONDS"; now and *ret in usec since the epoch. A span takes s, m or min, h, d, w and their
 * whole words. 0, or -EINVAL with a sentence. */
int when_parse(const char *text, int64_t now, int64_t *ret, struct error **reterr);

/* "FROM to UNTIL", "FROM", "to UNTIL"; ".." does for "to". An end that is missing is 0; a day as UNTIL is
 * meant to its end. -EINVAL with a sentence, also where the end is not after the beginning. */
int when_parse_range(const char *text, int64_t now, int64_t *ret_since, int64_t *ret_until,
                     struct error **reterr);
