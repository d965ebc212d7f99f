/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of an edit: a unit's drop-in is written, or removed where nothing remains in it. The last scan
 * knows this job's own work from that of others, so that an undo takes back nothing else. */
#include "backend/io/files.h"
#include "backend/worker/step.h"
#include "base/path.h"
#include "model/plan/drop-in.h"
#include "model/plan/unit-text.h"

#define BYTES_MAX (256U * 1024)

/* The present text; "" where there is no file. Negative: it cannot be read. */
static int edit_read(struct worker *w, char **ret, struct error **reterr) {
        const char *name;
        size_t n;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_close_ int folder = files_open_parent(w->root, w->plan->file.path, &name, &e);
        int r = folder < 0 ? folder : files_read(folder, name, BYTES_MAX, ret, &n, &e);
        if (r == -ENOENT) {
                *ret = xstrdup("");
                return 0;
        }
        return r < 0 ? error_take(reterr, TAKE(e)) : 0;
}

static int edit_recall(struct worker *w, struct error **reterr) {
        if (!w->kept.made.units && unit_name_valid(w->plan->name)) /* a Quadlet's generator names its unit */
                strv_add(&w->kept.made.units, w->plan->name);
        return 0;
}

static int edit_probe(struct worker *w) {
        _cleanup_free_ char *now = NULL;
        return edit_read(w, &now, NULL) >= 0 && str_equal(now, w->plan->file.text);
}

static int edit_write(struct worker *w, struct error **reterr) {
        const struct plan_file *file = &w->plan->file;
        _cleanup_free_ char *now = NULL, *path = path_folder(file->path);
        int r = edit_recall(w, reterr);
        if (r >= 0)
                r = edit_read(w, &now, reterr);
        if (r < 0)
                return r;
        if (!str_equal(now, file->was)) {
                error_set(reterr, -ESTALE, "Somebody changed %s since this was planned", file->path);
                return error_hint(reterr, "Look at it, and plan again");
        }
        _cleanup_close_ int folder = files_make_folder(w->root, path, reterr);
        if (folder < 0)
                return folder;
        const char *name = file->path + strlen(path) + 1;
        r = *file->text ? files_write(folder, name, file->text, strlen(file->text), 0644, reterr)
                        : files_remove(folder, name, reterr);
        if (r < 0)
                return r;
        worker_note(w, "%s", file->path);
        return STEP_ENDED;
}

static int edit_note(struct worker *w, struct error **reterr) {
        worker_note(w, "%s", w->plan->file.sentence ? w->plan->file.sentence : "Done");
        return 0;
}

static int edit_scanned(struct worker *w, struct error **reterr) {
        int r = worker_keep_changes(w, true, reterr);
        if (r < 0)
                return r;
        (void) edit_note(w, reterr);
        return STEP_ENDED;
}

static int edit_commit(struct worker *w, struct error **reterr) {
        return worker_scan(w, edit_scanned, reterr);
}

static int edit_commit_undo(struct worker *w, struct error **reterr) {
        return STEP_ENDED;
}

const struct step edit_steps[_JOB_STEP_MAX] = {
        [STEP_UNIT] = { .apply = edit_write, .probe = edit_probe, .recall = edit_recall },
        [STEP_COMMIT] = { .probe = edit_probe,
                          .recall = edit_note,
                          .apply = edit_commit,
                          .undo = edit_commit_undo },
};
