/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The journal of one unit and its container, read in the loop: at most a few hundred entries a turn, found
 * newest first, reported oldest first. Selection as of journalctl -u. */

#include <systemd/sd-event.h>

#include "base/op.h"
#include "model/host.h"

/* directory: NULL for the host's journal; tests have a folder. */
struct op *unitlog_read(sd_event *event, const char *directory, const struct log_query *query,
                        const struct log_reader *reader);
