/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/host/call.h"

static void host_call_free(void *userdata) {
        struct host_call *c = userdata;
        op_cancel(c->asking);
        sd_event_source_disable_unref(c->turn);
        error_free(c->error);
        free(c->text);
        free(c);
}

struct host_call *host_call_new(struct host *host, host_call_done done, void *userdata, const char *text) {
        struct host_call *c = xcalloc(1, sizeof *c);
        *c = (struct host_call) { .backend = backend_of(host), .done = done, .userdata = userdata };
        c->text = xstrdup(text);
        c->op = op_new(host_call_free, c);
        return c;
}

struct op *host_call_ask(struct host_call *c, struct op *asking) {
        c->asking = asking;
        return asking ? c->op : op_cancel(c->op);
}

static int host_call_on_turn(sd_event_source *source, void *userdata) {
        struct host_call *c = userdata;
        c->give(c);
        return 0;
}

struct op *host_call_turn(struct host_call *c, void (*give)(struct host_call *c)) {
        c->give = give;
        return sd_event_add_defer(c->backend->event, &c->turn, host_call_on_turn, c) < 0 ? op_cancel(c->op)
                                                                                         : c->op;
}

host_call_done host_call_end(struct host_call *c, void **userdata) {
        host_call_done done = c->done;
        *userdata = c->userdata;
        op_finish(c->op);
        host_call_free(c);
        return done;
}
