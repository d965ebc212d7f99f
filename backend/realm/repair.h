/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a preflight found wrong on this host, set right at once. */

#include <stdint.h>

#include <systemd/sd-bus.h>

#include "base/error.h"
#include "base/op.h"

/* Steps the clock: ahead_usec is what it is ahead of the right time. */
int repair_clock(int64_t ahead_usec, struct error **reterr);

/* Sets the name of this host, now and after its next start, by systemd-hostnamed. e NULL: done. bus:
 * connected and in the loop. NULL with a sentence: it could not be asked, or (-EINVAL) no realm would take
 * the name. */
struct op *repair_hostname(sd_bus *bus, const char *name, void (*done)(struct error *e, void *userdata),
                           void *userdata, struct error **reterr);
