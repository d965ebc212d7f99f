/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/defer.h"

#include <stdlib.h>

struct defer {
        struct op *op;
        sd_event_source *source;
        void (*give)(void *state);
        void (*drop)(void *state);
        void *state;
};

static void defer_stop(void *userdata) {
        struct defer *l = userdata;
        sd_event_source_disable_unref(l->source);
        l->drop(l->state);
        free(l);
}

static int defer_now(sd_event_source *source, void *userdata) {
        struct defer *l = userdata;
        void (*give)(void *state) = l->give;
        void *state = l->state;
        op_finish(l->op);
        sd_event_source_disable_unref(l->source);
        free(l);
        give(state);
        return 0;
}

struct op *defer_new(sd_event *event, void (*give)(void *state), void (*drop)(void *state), void *state) {
        struct defer *l = malloc(sizeof *l);
        if (!l) {
                drop(state);
                return NULL;
        }
        *l = (struct defer) { .give = give, .drop = drop, .state = state };
        l->op = op_new(defer_stop, l);
        if (l->op && sd_event_add_defer(event, &l->source, defer_now, l) >= 0)
                return l->op;
        if (l->op)
                return op_cancel(l->op);
        defer_stop(l);
        return NULL;
}
