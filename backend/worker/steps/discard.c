/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a rehearsal: its containers and the copy go, and the host is as it was. */
#include "backend/snapshot/overlay.h"
#include "backend/worker/step.h"

static int discard_apply(struct worker *w, struct error **reterr) {
        int r = overlay_remove(w->paths, reterr);
        if (r < 0)
                return r;
        if (w->changes.n)
                worker_note(w, "the install of %s would change %zu of the host's files; nothing was changed",
                            w->plan->name, w->changes.n);
        else
                worker_note(w, "the install of %s would change none of the host's files", w->plan->name);
        /* What an undo of the command takes away, a rehearsal takes away in any case. */
        return command_step.undo(w, reterr);
}

static int discard_undo(struct worker *w, struct error **reterr) {
        int r = overlay_remove(w->paths, reterr);
        return r < 0 ? r : STEP_ENDED;
}

const struct step discard_step = { .step = STEP_COMMIT, .apply = discard_apply, .undo = discard_undo };
