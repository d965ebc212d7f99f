/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes back the files of a service's install before it is set up again: its installer then sees the host as
 * at first, and writes what the new answers say instead of keeping what is there. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/path.h"
#include "base/text.h"

/* Its unit stays until the new one is written, and so does what starts it at boot. */
static bool withdraw_keeps(const struct worker *w, const struct change *c) {
        mode_t mode = c->after.path ? c->after.mode : c->before.mode;
        return strv_contains(w->record->files, c->path) ||
               (S_ISLNK(mode) && path_below(c->path, "/etc/systemd/system"));
}

/* As later jobs of fairlead left it, it is its work. */
static void withdraw_accept_rewritten(const struct worker *w, int root, struct change *c) {
        const char *name;
        struct entry now = {};
        _cleanup_close_ int folder = c->after.path ? files_open_parent(root, c->path, &name, NULL) : -1;
        if (folder < 0 || snapshot_look(folder, name, c->path, &now) < 0)
                return;
        _cleanup_free_ char *line = str_printf("%s  %s", now.digest, c->path);
        if (!strv_contains(w->record->rewritten, line)) {
                entry_done(&now);
                return;
        }
        entry_done(&c->after);
        c->after = now;
}

static int withdraw_gather(struct worker *w, int root, int folder, struct manifest *before,
                           struct changes *ret, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest after = {};
        _cleanup_(changes_done) struct changes all = {};
        int r = jobfolder_service(folder, before, &after, reterr);
        if (r < 0)
                return r;
        changes_make(before, &after, &all);
        for (size_t i = 0; i < all.n; i++) {
                struct change *c = &all.items[i];
                if (withdraw_keeps(w, c))
                        continue;
                withdraw_accept_rewritten(w, root, c);
                ret->items = xreallocarray(ret->items, ret->n + 1, sizeof *ret->items);
                ret->items[ret->n++] = *c;
                *c = (struct change){};
        }
        return 0;
}

/* An undo restores the times of the folders where something went and came back. */
static int withdraw_save_folders(struct worker *w, const struct changes *changes, struct error **reterr) {
        _cleanup_strv_ char **folders = NULL;
        for (size_t i = 0; i < changes->n; i++) {
                _cleanup_free_ char *folder = path_folder(changes->items[i].path);
                if (!strv_contains(folders, folder))
                        strv_add(&folders, folder);
        }
        return worker_save_lines(w, WORKER_WITHDRAWN, folders, reterr);
}

static int withdraw_files(struct worker *w, int root, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest before = {};
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_(restored_done) struct restored restored = {};
        _cleanup_close_ int folder = worker_open_install(w, reterr);
        int r = folder < 0 ? folder : withdraw_gather(w, root, folder, &before, &changes, reterr);
        if (r >= 0)
                r = withdraw_save_folders(w, &changes, reterr);
        _cleanup_close_ int blobs = r < 0 ? -1 : jobfolder_snapshot(folder, "blobs", false, reterr);
        if (blobs < 0)
                return error_wrap(
                        reterr, -ENODATA,
                        "What the install changed is not known any more, so it cannot be done anew");
        const struct restore_options options = {
                .root = root, .changes = &changes, .blobs = blobs, .before = &before, .of_install = true
        };
        restore_run(&options, &restored);
        for (char **left = restored.left; left && *left; left++)
                joblog_note(w->log, "the installer sees %s", *left);
        joblog_note(w->log,
                    plural(restored.files, "%zu file of the earlier install was taken back",
                           "%zu files of the earlier install were taken back"),
                    restored.files);
        return restored.failed ? error_set(reterr, -EIO, "The files of the install cannot be taken back")
                               : STEP_ENDED;
}

static int withdraw_stopped(struct worker *w, struct error **reterr) {
        int r = withdraw_files(w, w->root, reterr);
        return r < 0 ? r : w->wait.then(w, reterr);
}

int worker_withdraw_install(struct worker *w, step_next_t then, struct error **reterr) {
        char **names = NULL;
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        w->wait.then = then;
        if (w->plan->verb == VERB_REHEARSE) {
                _cleanup_free_ char *copy = str_printf("%s/rehearsal/host", w->paths->run);
                _cleanup_close_ int root = open(copy, O_PATH | O_DIRECTORY | O_CLOEXEC);
                if (root < 0)
                        return error_errno(reterr, -errno, "The copy of the host's files cannot be opened");
                r = withdraw_files(w, root, reterr);
                return r < 0 ? r : then(w, reterr);
        }
        strv_extend(&names, w->record->units);
        return worker_act_on_units(w, names, UNIT_STOP, withdraw_stopped, reterr);
}
