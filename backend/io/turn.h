/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-event.h>

#include "base/op.h"

/* Answers at once, as base/op.h promises it: from the loop's next turn, unless op is cancelled before.
 * answer() gets the state that begins with op. Returns op. */
struct op *op_answer(struct op *op, sd_event *event, void (*answer)(void *state));
