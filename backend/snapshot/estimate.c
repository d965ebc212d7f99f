/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"

#define TURN_USEC 8000 /* of scanning at a time: the screen stays responsive */
#define NAMED_MAX 12U  /* by name; the rest is counted */

struct estimate {
        struct op op;
        struct plan *plan;
        char *excluded[3];
        int root;
        size_t left_out;
        void (*done)(void *userdata);
        void *userdata;
};

static void estimate_drop(struct op *op) {
        cleanup_closep(&container_of(op, struct estimate, op)->root);
}

static void on_left_out(const char *path, enum snapshot_reason reason, void *userdata) {
        struct estimate *e = userdata;
        if (e->left_out++ < NAMED_MAX)
                finding_report(&e->plan->findings, "not-saved", path, "%s is not saved: %s", path,
                               snapshot_reason_text(reason));
}

/* The job will meet and report a failure itself. */
static void estimate_on_scanned(struct snapshot *snapshot, struct error *error, void *userdata) {
        struct estimate *e = userdata;
        e->plan->saved_objects = snapshot_tally(snapshot)->files;
        e->plan->saved_bytes = snapshot_tally(snapshot)->bytes;
        if (e->left_out > NAMED_MAX)
                finding_report(&e->plan->findings, "not-saved", "paths", "%zu more are not saved",
                               e->left_out - NAMED_MAX);
        snapshot_free(snapshot);
        error_free(error);
        op_end(&e->op);
        e->done(e->userdata);
}

struct op *estimate_start(sd_event *event, const struct paths *paths, struct plan *plan,
                          void (*done)(void *userdata), void *userdata) {
        if (plan->verb != VERB_INSTALL && plan->verb != VERB_UNINSTALL && !plan_changes_service(plan->verb))
                return NULL;
        struct estimate *e = new0(struct estimate);
        *e = (struct estimate){ .op.drop = estimate_drop,
                                .plan = plan,
                                .excluded = { (char *) paths->state, (char *) paths->run },
                                .root = files_open_root(paths->root, NULL),
                                .done = done,
                                .userdata = userdata };
        const struct snapshot_options options = {
                .root = e->root,
                .paths = plan->paths,
                .excluded = e->excluded,
                .blobs = -1,
                .known_blobs = -1,
                .names_only = true,
                .left_out = on_left_out,
                .userdata = e,
        };
        struct op *scan = NULL;
        if (e->root >= 0)
                scan = snapshot_start(event, &options, TURN_USEC, estimate_on_scanned, e, NULL);
        return scan ? op_wait(&e->op, scan) : op_cancel(&e->op);
}
