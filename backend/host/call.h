/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A call of the port that another operation answers, or whose result is known at once and still comes from
 * the loop, as base/op.h promises. */

#include "backend/host/internal.h"

typedef void (*host_call_done)(void); /* of any type: cast back at the call's end */

struct host_call {
        struct backend *backend;
        struct op *op;
        struct op *asking; /* its operation; NULL: the loop's next turn */
        sd_event_source *turn;
        void (*give)(struct host_call *c);
        host_call_done done;
        void *userdata;
        char *text; /* the caller's argument; NULL */
        bool flag;
        struct error *error;
};

/* text is copied; NULL. */
struct host_call *host_call_new(struct host *host, host_call_done done, void *userdata, const char *text);

/* Returns the call's handle: asking answers it, or (NULL) none does and the call ends. */
struct op *host_call_ask(struct host_call *c, struct op *asking);
/* Returns the call's handle: give() comes from the loop and ends the call. */
struct op *host_call_turn(struct host_call *c, void (*give)(struct host_call *c));

/* Frees the call; the caller still has to call done() with *userdata. */
host_call_done host_call_end(struct host_call *c, void **userdata);
