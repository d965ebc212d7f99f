/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A call of the port that another operation answers, or that is known at once and still answered from the
 * loop, as base/op.h promises. */

#include "backend/host/internal.h"

typedef void (*host_call_done)(void); /* of any answer: cast back by who ends the call */

struct host_call {
        struct backend *backend;
        struct op *op;
        struct op *asking; /* what answers it; NULL: the loop's next turn */
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

/* The handle to return: asking answers it, or (NULL) nothing does and the call ends. */
struct op *host_call_ask(struct host_call *c, struct op *asking);
/* The handle to return: give() comes from the loop and ends the call. */
struct op *host_call_turn(struct host_call *c, void (*give)(struct host_call *c));

/* Frees the call; done() and *userdata are left to call. */
host_call_done host_call_end(struct host_call *c, void **userdata);
