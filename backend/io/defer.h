/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An operation whose answer is known at once: given from the loop all the same, as base/op.h promises. */

#include <systemd/sd-event.h>

#include "base/op.h"

/* give(state) comes from the loop, once, and owns state from then on; drop(state) instead of it when the wish
 * for the answer is dropped before. NULL when out of memory (state is then dropped, too). */
struct op *defer_new(sd_event *event, void (*give)(void *state), void (*drop)(void *state), void *state);
