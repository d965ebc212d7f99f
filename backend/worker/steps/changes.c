/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/str.h"

static void changes_on_looked(struct worker *w, struct manifest *now, struct error *e) {
        if (e) {
                worker_failed(w, e);
                return;
        }
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, &e);
        int r = saved < 0 ? saved : snapshot_store(saved, "after", now, -1, &e);
        if (r >= 0)
                r = worker_load_changes(w, &e);
        if (r >= 0)
                r = worker_keep_texts(w, &e);
        if (r < 0) {
                worker_failed(w, e);
                return;
        }
        worker_note(w, w->changes.n == 1 ? "%zu change" : "%zu changes", w->changes.n);
        worker_ended(w);
}

static int changes_apply(struct worker *w, struct error **reterr) {
        int r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        const struct snapshot_options options = worker_look_options(w, &w->before);
        r = worker_look(w, &options, changes_on_looked, reterr);
        return r < 0 ? r : STEP_WAITS;
}

static int changes_recall(struct worker *w, struct error **reterr) {
        return recorder_job(w->recorder)->steps[STEP_CHANGES].state == STEP_DONE
                       ? worker_load_changes(w, reterr)
                       : 0;
}

const struct step changes_step = { .step = STEP_CHANGES, .apply = changes_apply, .recall = changes_recall };
