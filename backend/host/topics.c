/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/host/internal.h"

/* Topics of one burst are reported together: an engine that removes a container sends three events. */
#define REPORT_USEC 20000U

static int host_topics_report(sd_event_source *source, uint64_t usec, void *userdata) {
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
                                           host_topics_report, b);
}
