/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rehearsal's first effect: the copy that the command sees in the place of the host's files. Nothing of the
 * host changes. */
#include "backend/snapshot/overlay.h"

#include "backend/worker/step.h"
#include "base/str.h"

static int overlay_apply(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **bare = NULL;
        int r = overlay_make(w->paths, &bare, reterr);
        if (r < 0)
                return r;
        for (char **point = bare; point && *point; point++)
                joblog_note(w->log, "not in the copy: what is mounted at %s", *point);
        return STEP_ENDED;
}

/* How far the command came is worth seeing, too. */
static int overlay_undo(struct worker *w, struct error **reterr) {
        struct error *e = NULL;
        if (overlay_is_there(w->paths) && worker_read_rehearsal(w, &e) < 0)
                worker_log_error(w, e);
        error_free(e);
        int r = overlay_remove(w->paths, reterr);
        return r < 0 ? r : STEP_ENDED;
}

const struct step overlay_step = { .step = STEP_SNAPSHOT, .apply = overlay_apply, .undo = overlay_undo };
