/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/worker/meter.h"

#include <fcntl.h>

#include "backend/store/job-folder.h"
#include "base/clock.h"

#define TICK_USEC 1000000U /* the engines report as often */

struct meter {
        sd_event *event;
        sd_event_source *timer;
        int folder, fd; /* fd -1: nothing is written */
        struct pull_tally tally;
        struct pull_pace pace;
        struct pull_progress shown;
};

struct meter *meter_new(sd_event *event, int folder) {
        struct meter *meter = new0(struct meter);
        meter->event = event;
        meter->folder = folder;
        meter->fd = -1;
        return meter;
}

struct meter *meter_free(struct meter *meter) {
        if (!meter)
                return NULL;
        sd_event_source_disable_unref(meter->timer);
        if (meter->fd >= 0) {
                close(meter->fd);
                (void) unlinkat(meter->folder, JOBFOLDER_PROGRESS, 0);
        }
        pull_tally_done(&meter->tally);
        free(meter);
        return NULL;
}

struct pull_tally *meter_tally(struct meter *meter) {
        return &meter->tally;
}

/* Over what was there, as long as it was: a reader sees one or the other. */
static void meter_show(struct meter *meter) {
        struct pull_progress now;
        pull_tally_sum(&meter->tally, &now);
        now.rate = pull_pace_rate(&meter->pace, (uint64_t) usec_now(CLOCK_MONOTONIC), now.bytes);
        if (meter->fd < 0 || memcmp(&now, &meter->shown, sizeof now) == 0)
                return;
        _cleanup_free_ char *line = pull_progress_format(&now);
        if (pwrite(meter->fd, line, strlen(line), 0) == (ssize_t) strlen(line))
                meter->shown = now;
}

static int meter_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        meter_show(userdata);
        sd_event_source_set_time_relative(source, TICK_USEC);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

void meter_layer_seen(struct meter *meter, const char *layer, enum pull_event event, uint64_t bytes,
                      uint64_t size) {
        pull_tally_take(&meter->tally, layer, event, bytes, size);
        if (meter->timer || !meter->tally.n)
                return;
        meter->fd = openat(meter->folder, JOBFOLDER_PROGRESS,
                           O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        sd_event_add_time_relative(meter->event, &meter->timer, CLOCK_MONOTONIC, TICK_USEC, 100000,
                                   meter_on_time, meter);
        meter_show(meter);
}
