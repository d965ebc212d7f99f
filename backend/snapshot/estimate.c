/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/snapshot/estimate.h"

#include <unistd.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"

#define TURN_USEC 8000          /* of looking at a time: the screen stays alive */
#define NAMED_MAX 12U           /* by name; the rest is counted */

struct weigh {
        struct plan *plan;
        struct snapshot *snapshot;
        sd_event_source *turn;
        char *excluded[3];
        int root;
        size_t left_out;
        void (*done)(void *userdata);
        void *userdata;
};

struct weigh *weigh_free(struct weigh *w) {
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->turn);
        snapshot_free(w->snapshot);
        if (w->root >= 0)
                close(w->root);
        free(w);
        return NULL;
}

static void on_left_out(const char *path, enum snapshot_reason reason, void *userdata) {
        struct weigh *w = userdata;
        if (w->left_out++ < NAMED_MAX)
                (void) finding_report(&w->plan->findings, "not-saved", path, "%s is not saved: %s", path,
                                      snapshot_reason_text(reason));
}

static int snapshot_estimate_on_turn(sd_event_source *source, uint64_t usec, void *userdata) {
        struct weigh *w = userdata;
        if (snapshot_go(w->snapshot, TURN_USEC, NULL) == 0) {
                sd_event_source_set_time_relative(source, 0);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        /* What went wrong the job will meet, and say. */
        w->plan->saved_objects = snapshot_tally(w->snapshot)->files;
        w->plan->saved_bytes = snapshot_tally(w->snapshot)->bytes;
        if (w->left_out > NAMED_MAX)
                (void) finding_report(&w->plan->findings, "not-saved", "paths", "%zu more are not saved",
                                      w->left_out - NAMED_MAX);
        w->done(w->userdata);
        return 0;
}

static bool snapshot_estimate_begin(struct weigh *w, sd_event *event, const struct paths *paths) {
        w->root = files_open_root(paths->root, NULL);
        const struct snapshot_options options = {
                .root = w->root,
                .paths = w->plan->paths,
                .excluded = w->excluded,
                .blobs = -1,
                .known_blobs = -1,
                .names_only = true,
                .left_out = on_left_out,
                .userdata = w,
        };
        return w->root >= 0 && snapshot_new(&options, &w->snapshot, NULL) >= 0 &&
               sd_event_add_time_relative(event, &w->turn, CLOCK_MONOTONIC, 0, 1, snapshot_estimate_on_turn,
                                          w) >= 0;
}

struct weigh *weigh_new(sd_event *event, const struct paths *paths, struct plan *plan,
                        void (*done)(void *userdata), void *userdata) {
        bool job = plan->verb == VERB_INSTALL || plan->verb == VERB_UPGRADE || plan->verb == VERB_UNINSTALL;
        struct weigh *w = job ? calloc(1, sizeof *w) : NULL;
        if (!w)
                return NULL;
        *w = (struct weigh) { .plan = plan, .root = -1, .done = done, .userdata = userdata };
        w->excluded[0] = (char *) paths->state;
        w->excluded[1] = (char *) paths->run;
        return snapshot_estimate_begin(w, event, paths) ? w : weigh_free(w);
}
