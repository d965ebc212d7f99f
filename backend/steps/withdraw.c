/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit step of an uninstall: stop and disable the service's units, remove its container, put back every file of the
 * install that still is as the install left it. */
#include <errno.h>
#include <string.h>

#include "backend/jobfolder.h"
#include "backend/restore.h"
#include "backend/steps/step.h"
#include "base/str.h"

static int put_back(struct worker *w, struct error **reterr) {
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_(manifest_done) struct manifest before = {};
        _cleanup_(restored_done) struct restored restored = {};
        _cleanup_close_ int folder = jobfolder_open(w->paths, w->record->job ? w->record->job : "", reterr);
        int r = folder < 0 ? folder : jobfolder_service_changes(folder, &changes, &before, reterr);
        _cleanup_close_ int blobs = r < 0 ? -1 : jobfolder_snapshot(folder, "blobs", false, reterr);
        if (blobs < 0)
                return error_wrap(reterr, -ENODATA, "What the install changed is not known any more, so its files stay as they are");
        _cleanup_free_ char *blobs_name = str_printf("%s/jobs/%s/snapshot/blobs", w->paths->state, w->record->job);
        const struct restore_options options = { .root = w->root, .changes = &changes, .blobs = blobs, .before = &before, .blobs_name = blobs_name };
        r = restore_run(&options, &restored, reterr);
        if (r < 0)
                return r;
        for (char **left = restored.left; left && *left; left++)
                worker_kept(w, "%s", *left);
        worker_note(w, restored.put_back == 1 ? "%zu file put back" : "%zu files put back", restored.put_back);
        if (restored.failed)
                return error_set(reterr, -EIO, restored.failed == 1 ? "%zu file could not be put back" : "%zu files could not be put back",
                                 restored.failed);
        return 0;
}

static void files_now(struct worker *w) {
        struct error *e = NULL;
        int r = put_back(w, &e);
        if (r == -ENODATA) {
                /* The service goes all the same; what stays is named. */
                _cleanup_free_ char *line = error_line(e);
                worker_kept(w, "%s", line ? line : "its files");
                error_free(e);
                worker_ended(w);
        } else if (r < 0)
                worker_failed(w, e);
        else
                worker_ended(w);
}

static void container_now(struct worker *w) {
        struct error *e = NULL;
        char **names = NULL;
        if (w->record->container && w->record->run_argv)
                (void) strv_add(&names, w->record->container);
        if (worker_remove_containers(w, names, files_now, &e) < 0)
                worker_failed(w, e);
}

static void disable_now(struct worker *w) {
        struct error *e = NULL;
        char **names = NULL;
        for (char **unit = w->record->units; unit && *unit; unit++)
                (void) strv_add(&names, *unit);
        if (worker_act_on_units(w, names, UNIT_DISABLE, container_now, &e) < 0)
                worker_failed(w, e);
}

static int apply(struct worker *w, struct error **reterr) {
        if (!w->record)
                return error_set(reterr, -ENOENT, "The record of the service is gone");
        char **names = NULL;
        for (char **unit = w->record->units; unit && *unit; unit++)
                if (strv_add(&names, *unit) < 0)
                        return error_set(reterr, -ENOMEM, "Out of memory");
        int r = worker_act_on_units(w, names, UNIT_STOP, disable_now, reterr);
        return r < 0 ? r : STEP_WAITS;
}

/* Undone with the snapshot: it puts the files back, reloads, and starts what was running. */
const struct step withdraw_step = { .step = STEP_UNIT, .apply = apply };
