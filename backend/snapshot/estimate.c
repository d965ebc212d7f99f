/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/snapshot/estimate.h"

#include <unistd.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"

#define TURN_USEC 8000 /* of scanning at a time: the screen stays responsive */
#define NAMED_MAX 12U  /* by name; the rest is counted */

struct estimate {
        struct plan *plan;
        struct snapshot *snapshot;
        sd_event_source *turn;
        char *excluded[3];
        int root;
        size_t left_out;
        void (*done)(void *userdata);
        void *userdata;
};

struct estimate *estimate_free(struct estimate *e) {
        if (!e)
                return NULL;
        sd_event_source_disable_unref(e->turn);
        snapshot_free(e->snapshot);
        if (e->root >= 0)
                close(e->root);
        free(e);
        return NULL;
}

static void on_left_out(const char *path, enum snapshot_reason reason, void *userdata) {
        struct estimate *e = userdata;
        if (e->left_out++ < NAMED_MAX)
                (void) finding_report(&e->plan->findings, "not-saved", path, "%s is not saved: %s", path,
                                      snapshot_reason_text(reason));
}

static int estimate_on_turn(sd_event_source *source, uint64_t usec, void *userdata) {
        struct estimate *e = userdata;
        if (snapshot_go(e->snapshot, TURN_USEC, NULL) == 0) {
                sd_event_source_set_time_relative(source, 0);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        /* The job will meet and report the failure itself. */
        e->plan->saved_objects = snapshot_tally(e->snapshot)->files;
        e->plan->saved_bytes = snapshot_tally(e->snapshot)->bytes;
        if (e->left_out > NAMED_MAX)
                (void) finding_report(&e->plan->findings, "not-saved", "paths", "%zu more are not saved",
                                      e->left_out - NAMED_MAX);
        e->done(e->userdata);
        return 0;
}

static bool estimate_begin(struct estimate *e, sd_event *event, const struct paths *paths) {
        e->root = files_open_root(paths->root, NULL);
        const struct snapshot_options options = {
                .root = e->root,
                .paths = e->plan->paths,
                .excluded = e->excluded,
                .blobs = -1,
                .known_blobs = -1,
                .names_only = true,
                .left_out = on_left_out,
                .userdata = e,
        };
        return e->root >= 0 && snapshot_new(&options, &e->snapshot, NULL) >= 0 &&
               sd_event_add_time_relative(event, &e->turn, CLOCK_MONOTONIC, 0, 1, estimate_on_turn, e) >= 0;
}

struct estimate *estimate_new(sd_event *event, const struct paths *paths, struct plan *plan,
                              void (*done)(void *userdata), void *userdata) {
        bool job = plan->verb == VERB_INSTALL || plan->verb == VERB_UPGRADE || plan->verb == VERB_UNINSTALL;
        struct estimate *e = job ? new0(struct estimate) : NULL;
        if (!e)
                return NULL;
        *e = (struct estimate){ .plan = plan, .root = -1, .done = done, .userdata = userdata };
        e->excluded[0] = (char *) paths->state;
        e->excluded[1] = (char *) paths->run;
        return estimate_begin(e, event, paths) ? e : estimate_free(e);
}
