/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The handle of an operation in flight.
 *
 * The holder calls op_cancel() exactly once per handle, at any time, also inside the operation's own callback
 * (usually first in it: `st->loading = op_cancel(st->loading);`). While the operation runs, op_cancel() stops
 * the work and the callback will not run any more; after its end, op_cancel() only frees the handle. A
 * callback never runs inside the call that started the operation.
 *
 * The implementation calls op_new() with the function that stops the work and frees its state, and
 * op_finish() right before the last callback, which may free the op. */

#include <stdbool.h>

#include "base/cleanup.h"

struct op;

/* stop is called at most once, and only before the operation has finished. */
struct op *op_new(void (*stop)(void *userdata), void *userdata);
void op_finish(struct op *op);
bool op_finished(const struct op *op);

/* NULL-safe; returns NULL. */
struct op *op_cancel(struct op *op);
DEFINE_CLEANUP(struct op, op_cancel)
