/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Immediate repairs of errors that a preflight found on this host. */

#include <systemd/sd-bus.h>

#include "base/base.h"
#include "base/op.h"

/* Steps the clock: ahead_usec is its lead over the right time. */
int repair_clock(int64_t ahead_usec, struct error **reterr);

/* Sets the static host name by systemd-hostnamed, for now and after a restart. e NULL: done. bus: connected
 * and in the loop. NULL with a sentence: no request was sent, or (-EINVAL) no realm accepts the name. */
struct op *repair_hostname(sd_bus *bus, const char *name, void (*done)(struct error *e, void *userdata),
                           void *userdata, struct error **reterr);
