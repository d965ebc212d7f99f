/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a preflight found wrong on this host, set right at once. */

#include <stdint.h>

#include "base/error.h"

/* Steps the clock: ahead_usec is what it is ahead of the right time. */
int repair_clock(int64_t ahead_usec, struct error **reterr);

/* The name of this host, now and (ROOT/etc/hostname) after its next start. -EINVAL with a sentence: no realm
 * would take it. */
int repair_hostname(const char *root_path, const char *name, struct error **reterr);
