/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far a pull is, for those who watch the job: the file JOBFOLDER_PROGRESS in its folder, written when the
 * first layer is seen and once a second from then on. It is not synced, and means nothing behind the step. */

#include <systemd/sd-event.h>

#include "model/job/pull.h"

struct meter;

/* folder: of the job; the caller's. */
struct meter *meter_new(sd_event *event, int folder);
/* The file goes. NULL-safe. */
struct meter *meter_free(struct meter *meter);

/* For what is known before the first layer comes, and behind the last. */
struct pull_tally *meter_tally(struct meter *meter);

/* What the engine says of a layer (engine_pull()). */
void meter_layer_seen(struct meter *meter, const char *layer, enum pull_event event, uint64_t bytes,
                      uint64_t size);
