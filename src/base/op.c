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

struct outside {
        struct op op;
        void (*stop)(void *userdata);
        void *userdata;
};

static void op_drop_outside(struct op *op) {
        struct outside *outside = container_of(op, struct outside, op);
        outside->stop(outside->userdata);
}

struct op *op_new(void (*stop)(void *userdata), void *userdata) {
        struct outside *outside = new0(struct outside);
        *outside = (struct outside) { .op.drop = op_drop_outside, .stop = stop, .userdata = userdata };
        return &outside->op;
}

void op_finish(struct op *op) {
        op->drop = NULL;
}

bool op_finished(const struct op *op) {
        return !op->drop;
}
