/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An operation in flight: its state, of which this is the first member, and the handle of its holder.
 *
 * The holder calls op_cancel() exactly once per handle, at any time, also inside the operation's own callback
 * (usually first in it: `st->loading = op_cancel(st->loading);`). While the operation runs, op_cancel() stops
 * the work and the callback will not run any more; after its end, op_cancel() only frees the state. A
 * callback never runs inside the call that started the operation (backend/io/turn.h answers at once).
 *
 *     struct asking {
 *             struct op op;
 *             void (*done)(struct error *e, void *userdata);
 *             …
 *     };
 *     struct asking *a = new0(struct asking);
 *     *a = (struct asking) { .op.drop = asking_drop, .done = done, … };
 *     return op_wait(&a->op, engine_list_images(engine, asking_listed, a));
 *
 * and in asking_listed():
 *
 *     op_end(&a->op);
 *     a->done(e, a->userdata);         a is valid up to this call and no longer
 */

#include "base/base.h"

struct op {
        void (*drop)(struct op *op);    /* frees what the state holds, not the state; NULL: it has ended */
        struct op *inner;               /* of op_wait() */
        unsigned held;
        bool cancelled;                 /* by the holder, while held */
};

/* NULL-safe; returns NULL. */
struct op *op_cancel(struct op *op);
DEFINE_CLEANUP(struct op, op_cancel)

/* The end, before the last callback: drops all that the state holds. Results are taken out before; the
 * state's memory belongs to the holder from now on. */
void op_end(struct op *op);

/* Waits for inner in place of the operation so far, which has ended or is cancelled now. inner goes with op.
 * Returns op. */
struct op *op_wait(struct op *op, struct op *inner);

/* Around a callback that is not the last one: a holder's op_cancel() takes effect at the release. False: it
 * was cancelled, the state is gone. */
void op_hold(struct op *op);
bool op_release(struct op *op);
