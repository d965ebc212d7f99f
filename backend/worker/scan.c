/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scans the host's files in turns of the loop, so that a cancel is noticed in between. */
#include <unistd.h>

#include "backend/worker/step.h"

#define TURN_USEC 20000

struct scan {
        struct worker *w;
        struct op *op;
        struct snapshot *snapshot;
        sd_event_source *turn;
        const char *excluded[3]; /* our own folders */
        struct manifest known;   /* of an earlier job: unchanged files are not read */
        int blobs, known_blobs;
        worker_scanned_t scanned;
};

static void scan_free(void *userdata) {
        struct scan *s = userdata;
        sd_event_source_disable_unref(s->turn);
        snapshot_free(s->snapshot);
        manifest_done(&s->known);
        if (s->blobs >= 0)
                close(s->blobs);
        if (s->known_blobs >= 0)
                close(s->known_blobs);
        free(s);
}

static int scan_on_turn(sd_event_source *source, uint64_t usec, void *userdata) {
        struct scan *s = userdata;
        struct worker *w = s->w;
        struct error *e = NULL;
        int r = snapshot_go(s->snapshot, TURN_USEC, &e);
        if (r == 0 && !(w->cancelled && !w->undoing)) {
                sd_event_source_set_time_relative(source, 0);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        if (r == 0)
                r = error_set(&e, -ECANCELED, "Cancelled while the files were scanned");
        _cleanup_(manifest_done) struct manifest now = {};
        struct snapshot_tally tally = *snapshot_tally(s->snapshot);
        worker_scanned_t scanned = s->scanned;
        if (r > 0)
                snapshot_take(s->snapshot, &now);
        op_finish(s->op);
        scan_free(s);
        w->op = op_cancel(w->op);
        if (r > 0)
                r = scanned(w, &now, &tally, &e);
        worker_settle(w, r, e);
        return 0;
}

static int scan_begin(struct worker *w, struct scan *s, const struct manifest *known, uint64_t files_max,
                      struct error **reterr) {
        s->w = w;
        s->excluded[0] = w->paths->state;
        s->excluded[1] = w->paths->run;
        const struct snapshot_options options = {
                .root = w->root,
                .paths = w->plan->paths,
                .excluded = (char *const *) s->excluded,
                .blobs = s->blobs,
                .known = known,
                .known_blobs = s->known_blobs,
                .files_max = files_max,
        };
        w->op = s->op = op_new(scan_free, s);
        int r = snapshot_new(&options, &s->snapshot, reterr);
        if (r < 0)
                return r;
        /* A timer of zero length rather than a defer source: signals and the control socket come first. */
        r = sd_event_add_time_relative(w->event, &s->turn, CLOCK_MONOTONIC, 0, 1, scan_on_turn, s);
        if (r >= 0)
                r = sd_event_source_set_priority(s->turn, 20);
        return r < 0 ? error_errno(reterr, r, "The host's files cannot be scanned") : STEP_WAITS;
}

int worker_scan(struct worker *w, worker_scanned_t scanned, struct error **reterr) {
        int r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        struct scan *s = new0(struct scan);
        s->blobs = s->known_blobs = -1;
        s->scanned = scanned;
        /* With the same ceiling as the first scan, additions could push other objects out of sight. */
        return scan_begin(w, s, w->before, 2 * SNAPSHOT_FILES_MAX, reterr);
}

int worker_scan_keeping(struct worker *w, int blobs, struct manifest *known, int known_blobs,
                        worker_scanned_t scanned, struct error **reterr) {
        struct scan *s = new0(struct scan);
        s->blobs = blobs;
        s->known = *known;
        *known = (struct manifest){};
        s->known_blobs = known_blobs;
        s->scanned = scanned;
        return scan_begin(w, s, s->known.n ? &s->known : NULL, 0, reterr);
}
