/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what the command made of the copy: as an install's changes it lies in the job's folder, for screens
 * and verbs. */
#include <errno.h>
#include <fcntl.h>

#include "backend/snapshot/overlay.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"

int worker_read_rehearsal(struct worker *w, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        _cleanup_close_ int blobs = jobfolder_snapshot(w->folder, "blobs", true, reterr);
        _cleanup_close_ int saved = blobs < 0 ? -1 : jobfolder_snapshot(w->folder, NULL, false, reterr);
        if (saved < 0)
                return -EIO;
        if (faccessat(saved, "rehearsed", F_OK, 0) == 0)
                return worker_load_changes(w, reterr);
        int r = overlay_read(w->paths, w->root, blobs, &before, &after, reterr);
        if (r >= 0)
                r = snapshot_store(saved, "untouched", &before, blobs, reterr);
        if (r >= 0)
                r = snapshot_store(saved, "rehearsed", &after, -1, reterr);
        return r < 0 ? r : worker_load_changes(w, reterr);
}

static int rehearsed_apply(struct worker *w, struct error **reterr) {
        int r = worker_read_rehearsal(w, reterr);
        if (r < 0)
                return r;
        worker_note(w, w->changes.n == 1 ? "%zu change" : "%zu changes", w->changes.n);
        return STEP_ENDED;
}

const struct step rehearsed_step = { .step = STEP_CHANGES, .apply = rehearsed_apply };
