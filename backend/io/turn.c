/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/turn.h"

#include "base/base.h"

struct turn {
        struct op op;
        struct op *outer;
        sd_event_source *source;
        void (*answer)(void *state);
};

static void turn_drop(struct op *op) {
        sd_event_source_disable_unref(container_of(op, struct turn, op)->source);
}

static int turn_came(sd_event_source *source, void *userdata) {
        struct turn *turn = userdata;
        struct op *outer = turn->outer;
        void (*answer)(void *state) = turn->answer;
        op_wait(outer, NULL);
        answer(outer);
        return 0;
}

struct op *op_answer(struct op *op, sd_event *event, void (*answer)(void *state)) {
        struct turn *turn = new0(struct turn);
        *turn = (struct turn) { .op.drop = turn_drop, .outer = op, .answer = answer };
        sd_event_add_defer(event, &turn->source, turn_came, turn);
        return op_wait(op, &turn->op);
}
