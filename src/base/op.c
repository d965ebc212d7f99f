/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/op.h"

#include "base/memory.h"

struct op {
        void (*stop)(void *userdata);
        void *userdata;
};

struct op *op_new(void (*stop)(void *userdata), void *userdata) {
        struct op *op = new0(struct op);
        *op = (struct op) { .stop = stop, .userdata = userdata };
        return op;
}

void op_finish(struct op *op) {
        op->stop = NULL;
}

bool op_finished(const struct op *op) {
        return !op->stop;
}

struct op *op_cancel(struct op *op) {
        if (!op)
                return NULL;
        void (*stop)(void *userdata) = op->stop;
        op->stop = NULL;
        if (stop)
                stop(op->userdata);
        free(op);
        return NULL;
}
