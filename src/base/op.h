/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The handle of an operation in flight. Whoever holds it owns the wish for the answer.
 *
 * For the holder: exactly one op_cancel() per handle, at any time, also from inside the operation's own
 * callback (that is the usual place: `st->loading = op_cancel(st->loading);` first thing in it). While the
 * operation runs, op_cancel() stops the work and promises that the callback will not run any more; once it
 * has finished, op_cancel() only frees the handle. A callback never runs inside the call that started the
 * operation.
 *
 * For the one who carries it out: op_new() with the function that stops the work and frees its state;
 * op_finish() right before the last callback, after which the op must not be touched (the callback may have
 * freed it). */

#include <stdbool.h>

#include "base/cleanup.h"

struct op;

/* stop is called at most once, only while the operation has not finished. */
struct op *op_new(void (*stop)(void *userdata), void *userdata);
void op_finish(struct op *op);
bool op_finished(const struct op *op);

/* NULL-safe; returns NULL. */
struct op *op_cancel(struct op *op);
DEFINE_CLEANUP(struct op, op_cancel)
