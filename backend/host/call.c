/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/host/internal.h"

static void host_call_drop(struct op *op) {
        struct host_call *c = container_of(op, struct host_call, op);
        error_free(c->error);
        free(c->text);
}

struct host_call *host_call_new(struct host *host, void *userdata, const char *text) {
        struct host_call *c = new0(struct host_call);
        c->op.drop = host_call_drop;
        c->backend = backend_of(host);
        c->userdata = userdata;
        c->text = xstrdup(text);
        return c;
}

/* Topics of one burst are reported together: an engine that removes a container sends three events. */
#define REPORT_USEC 20000U

static int host_call_report(sd_event_source *source, uint64_t usec, void *userdata) {
        struct backend *b = userdata;
        b->reporting = sd_event_source_disable_unref(b->reporting);
        unsigned topics = b->topics;
        b->topics = 0;
        if (b->listener)
                b->listener(topics, b->userdata);
        return 0;
}

void backend_changed(struct backend *b, unsigned topics) {
        b->topics |= topics;
        if (b->listener && !b->reporting)
                sd_event_add_time_relative(b->event, &b->reporting, CLOCK_MONOTONIC, REPORT_USEC, 5000,
                                           host_call_report, b);
}
