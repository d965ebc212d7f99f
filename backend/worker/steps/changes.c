/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records the command's changes to the host's files. */
#include "backend/worker/step.h"

static int changes_scanned(struct worker *w, struct error **reterr) {
        int r = worker_keep_changes(w, false, reterr);
        if (r < 0)
                return r;
        worker_note_changes(w);
        return STEP_ENDED;
}

static int changes_apply(struct worker *w, struct error **reterr) {
        return worker_scan(w, changes_scanned, reterr);
}

static int changes_recall(struct worker *w, struct error **reterr) {
        bool done = w->recorder->job->steps[STEP_CHANGES].state == STEP_DONE;
        return done ? worker_load_changes(w, reterr) : 0;
}

const struct step changes_step = { .apply = changes_apply, .recall = changes_recall };
