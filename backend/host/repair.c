/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's mending: what a preflight found wrong and can be set right at once. */
#include <errno.h>

#include "backend/host/internal.h"
#include "backend/io/defer.h"
#include "backend/realm/repair.h"

struct outcome {
        struct error *error;    /* NULL: done */
        nothing_done_t done;
        void *userdata;
};

static void outcome_drop(void *state) {
        struct outcome *o = state;
        error_free(o->error);
        free(o);
}

static void outcome_give(void *state) {
        struct outcome *o = state;
        struct error *e = TAKE(o->error);
        nothing_done_t done = o->done;
        void *userdata = o->userdata;
        outcome_drop(o);
        done(e, userdata);
}

struct op *backend_repair(struct host *host, const struct repair *repair, nothing_done_t done,
                          void *userdata) {
        struct backend *b = backend_of(host);
        struct outcome *o = calloc(1, sizeof *o);
        if (!o)
                return NULL;
        *o = (struct outcome) { .done = done, .userdata = userdata };
        if (repair->fix == FIX_CLOCK)
                repair_clock(repair->clock_usec, &o->error);
        else if (repair->fix == FIX_HOSTNAME && repair->hostname) {
                if (repair_hostname(b->paths.root, repair->hostname, &o->error) >= 0) {
                        facts_done(&b->facts);
                        facts_read(b->paths.root, &b->facts);
                }
        } else
                error_set(&o->error, -EINVAL, "That cannot be mended from here");
        return defer_new(b->event, outcome_give, outcome_drop, o);
}
