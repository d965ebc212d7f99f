/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a rehearsal: a copy of the host's files for the command, the changes to the copy, and its end.
 * Nothing of the host changes. */
#include <fcntl.h>

#include "backend/snapshot/snapshot.h"
#include "backend/store/delivery.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"

/* Reads the changes to the copy into the folder and w->kept.made, as an install's changes; once read they
 * stay. */
static int rehearsal_read(struct worker *w, struct error **reterr) {
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

static int rehearsal_copy(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **bare = NULL;
        int r = overlay_make(w->paths, &bare, reterr);
        if (r < 0)
                return r;
        for (char **point = bare; point && *point; point++)
                joblog_note(w->log, "not in the copy: what is mounted at %s", *point);
        return STEP_ENDED;
}

static int rehearsal_undo_commit(struct worker *w, struct error **reterr) {
        int r = overlay_remove(w->paths, reterr);
        return r < 0 ? r : STEP_ENDED;
}

/* A failed command's changes are worth showing, too. */
static int rehearsal_undo_copy(struct worker *w, struct error **reterr) {
        _cleanup_error_ struct error *e = NULL;
        if (overlay_is_there(w->paths) && rehearsal_read(w, &e) < 0 && e)
                worker_log_error(w, e);
        return rehearsal_undo_commit(w, reterr);
}

static int rehearsal_changes(struct worker *w, struct error **reterr) {
        int r = rehearsal_read(w, reterr);
        if (r < 0)
                return r;
        worker_note_changes(w);
        return STEP_ENDED;
}

static int rehearsal_commit(struct worker *w, struct error **reterr) {
        size_t n = w->kept.made.changes.n;
        int r = overlay_remove(w->paths, reterr);
        if (r < 0)
                return r;
        const char *what = w->plan->from ? "reconfiguration" : "install";
        if (n)
                worker_note(w, "the %s of %s would change %zu of the host's files; nothing was changed", what,
                            w->plan->name, n);
        else
                worker_note(w, "the %s of %s would change none of the host's files", what, w->plan->name);
        /* A rehearsal removes in any case what an undo of the command removes. */
        delivery_remove_files(w->paths, w->plan->name);
        return worker_remove_own_containers(w);
}

const struct step rehearsal_steps[_JOB_STEP_MAX] = {
        [STEP_SNAPSHOT] = { .apply = rehearsal_copy, .undo = rehearsal_undo_copy },
        [STEP_CHANGES] = { .apply = rehearsal_changes },
        [STEP_COMMIT] = { .apply = rehearsal_commit, .undo = rehearsal_undo_commit },
};
