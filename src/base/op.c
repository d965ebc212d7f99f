/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/op.h"

void op_end(struct op *op) {
        void (*drop)(struct op *op) = op->drop;
        op->drop = NULL;
        op_wait(op, NULL);
        if (drop)
                drop(op);
}

struct op *op_cancel(struct op *op) {
        if (!op)
                return NULL;
        op->cancelled = true;
        if (op->held)
                return NULL;
        op_end(op);
        if (!op->held)
                free(op);
        return NULL;
}

struct op *op_wait(struct op *op, struct op *inner) {
        struct op *before = op->inner;
        op->inner = inner;
        op_cancel(before);
        return op;
}

void op_hold(struct op *op) {
        op->held++;
}

bool op_release(struct op *op) {
        op->held--;
        if (!op->cancelled)
                return true;
        op_cancel(op);
        return false;
}
