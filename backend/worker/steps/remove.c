/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit step of an uninstall: stops and disables the service's units, removes its container, and restores
 * every file of the install that still is as the install left it. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-folder.h"
#include "backend/store/shims.h"
#include "backend/worker/step.h"
#include "base/path.h"
#include "model/plan/unit-text.h"

/* Is the path a folder of the service's own, or in one? */
static bool remove_in_state(const struct worker *w, const char *path) {
        for (char **folder = w->plan->state; folder && *folder; folder++)
                if (path_below(path, *folder))
                        return true;
        return false;
}

/* Did a later job of fairlead leave it so? */
static bool remove_is_rewritten(const struct worker *w, const struct entry *e) {
        for (char **line = w->record->rewritten; line && *line; line++) {
                const char *gap = strstr(*line, "  ");
                if (gap && str_equal(gap + 2, e->path) &&
                    strncmp(*line, e->digest, (size_t) (gap - *line)) == 0)
                        return true;
        }
        return false;
}

/* Changes by a program of the host at the uninstall are the job's own work, where nobody had changed the file
 * since the install; and in folders of the service's own everything is. */
static void remove_own_work(struct worker *w, const struct manifest *installed, const struct manifest *now,
                            struct changes *ret) {
        _cleanup_(changes_done) struct changes since = {};
        _cleanup_(manifest_done) struct manifest from = {}, to = {};
        changes_make(&w->kept.before, now, &since);
        for (size_t i = 0; i < since.n; i++) {
                const struct change *c = &since.items[i];
                const struct entry *then = manifest_find(installed, c->path),
                                   *start = c->before.path ? &c->before : NULL;
                bool ours = then && start ? entry_same(then, start) || remove_is_rewritten(w, start)
                                          : then == start;
                if (!ours || remove_in_state(w, c->path))
                        continue;
                if (start)
                        worker_add_entry(&from, start);
                if (c->after.path)
                        worker_add_entry(&to, &c->after);
        }
        for (size_t i = 0; i < installed->n; i++)
                if (remove_in_state(w, installed->items[i].path))
                        worker_add_entry(&from, &installed->items[i]);
        for (size_t i = 0; i < now->n; i++)
                if (remove_in_state(w, now->items[i].path))
                        worker_add_entry(&to, &now->items[i]);
        manifest_sort(&from);
        manifest_sort(&to);
        changes_make(&from, &to, ret);
}

/* Gathers the changes to revert: the install's, and for a program of the host those that it added. */
static int remove_gather(struct worker *w, int folder, const struct manifest *now, struct manifest *before,
                         struct changes *ret, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest after = {}, both_before = {}, both_after = {};
        _cleanup_(changes_done) struct changes own = {};
        int r = jobfolder_service(folder, before, &after, reterr);
        if (r >= 0 && !now)
                changes_make(before, &after, ret);
        if (r < 0 || !now)
                return r;
        r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        remove_own_work(w, &after, now, &own);
        changes_join(before, &after, &own, &both_before, &both_after);
        changes_make(&both_before, &both_after, ret);
        return 0;
}

/* What a file is now counts as the install's, so that it is reverted; digest NULL: whatever it is. */
static void remove_own_file(struct worker *w, struct changes *changes, const char *path, const char *digest) {
        const char *name;
        struct change *change = (struct change *) changes_find(changes, path);
        _cleanup_close_ int folder =
                change && change->after.path ? files_open_parent(w->root, path, &name, NULL) : -1;
        struct entry now = {};
        if (folder < 0 || snapshot_look(folder, name, path, &now) < 0)
                return;
        if (!digest || (now.digest[0] && str_starts(digest, now.digest))) {
                entry_done(&change->after);
                change->after = now;
        } else
                entry_done(&now);
}

/* A file as left by a later job of fairlead is not foreign; nor is an edited unit file that is to go. */
static void remove_own_rewritten(struct worker *w, struct changes *changes) {
        for (char **line = w->record->rewritten; line && *line; line++) {
                const char *gap = strstr(*line, "  ");
                remove_own_file(w, changes, gap ? gap + 2 : "", *line);
        }
        for (char **file = w->record->files; w->plan->removes_unit && file && *file; file++)
                remove_own_file(w, changes, *file, NULL);
}

static int remove_restore(struct worker *w, const struct manifest *now, struct error **reterr) {
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_(manifest_done) struct manifest before = {};
        _cleanup_close_ int folder = worker_open_install(w, reterr);
        int r = folder < 0 ? folder : remove_gather(w, folder, now, &before, &changes, reterr);
        _cleanup_close_ int blobs = r < 0 ? -1 : jobfolder_snapshot(folder, "blobs", false, reterr);
        if (blobs < 0)
                return error_wrap(reterr, -ENODATA,
                                  "What the install changed is not known any more, so its files stay "
                                  "as they are");
        remove_own_rewritten(w, &changes);
        const struct restore_options options = {
                .root = w->root, .changes = &changes, .blobs = blobs, .before = &before
        };
        return worker_restore(w, &options, w->record->job, reterr);
}

/* ---- a unit of the host's own ---- */

/* Resets the sockets that come with it, which fail where its configuration names their services. */
static int remove_reset_failed(struct worker *w, struct error **reterr) {
        const struct unit_list *units = w->got.units_listed;
        char **failed = NULL;
        for (size_t i = 0; units && i < units->n; i++)
                if (str_equal(units->items[i].active, "failed"))
                        strv_add(&failed, units->items[i].name);
        return worker_act_on_units(w, failed, UNIT_RESET_FAILED, NULL, reterr);
}

static int remove_reset_units(struct worker *w) {
        const char *unit = w->plan->host_unit, *dot = unit ? strrchr(unit, '.') : NULL;
        if (!dot || !w->units)
                return STEP_ENDED;
        _cleanup_free_ char *pattern = str_printf("%.*s*", (int) (dot - unit), unit);
        return worker_list_units(w, pattern, remove_reset_failed);
}

/* ---- the files ---- */

/* An image's uninstaller removes its own files as it sees fit; a program of the host knows nothing of this
 * job: its changes are scanned. */
static bool remove_scans(const struct worker *w) {
        return w->plan->command && !worker_needs_engine(w);
}

/* A Quadlet would start again at the next boot by its own [Install]; a .service was disabled. */
static void remove_set_file_aside(struct worker *w, const char *path) {
        const char *name;
        struct stat st;
        _cleanup_close_ int folder = files_open_parent(w->root, path, &name, NULL);
        const char *why =
                w->record->adopted ? "it was there before the service" : "edited since the install";
        if (folder < 0 || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return;
        /* The snapshot has it, should the job be undone. */
        if (w->record->adopted && w->plan->removes_unit && unlinkat(folder, name, 0) == 0)
                return;
        if (!str_ends(path, ".container")) {
                worker_leftover(w, "%s: %s; it is disabled", path, why);
                return;
        }
        _cleanup_free_ char *aside = str_printf("%s" UNIT_EDITED, name);
        if (renameat2(folder, name, folder, aside, RENAME_NOREPLACE) < 0)
                worker_leftover(
                        w,
                        "%s: %s; the service starts again at the next boot, since it could not be renamed: "
                        "%s",
                        path, why, strerror(errno));
        else
                worker_leftover(w, "%s" UNIT_EDITED ": %s; nothing starts it any more", path, why);
}

/* Where the plan says so, before anything is restored; of what stayed all the same, behind that. */
static void remove_set_aside(struct worker *w, const char *kind) {
        bool early = *kind;
        if (early && !finding_list_find(&w->plan->findings, "unit-kept"))
                return;
        for (char **file = w->record->files; file && *file; file++)
                if (str_ends(*file, kind))
                        remove_set_file_aside(w, *file);
}

static int remove_files_known(struct worker *w, struct error **reterr) {
        _cleanup_error_ struct error *e = NULL;
        remove_set_aside(w, ".container");
        int r = remove_restore(w, remove_scans(w) ? &w->got.now : NULL, &e);
        if (r < 0 && r != -ENODATA) {
                *reterr = TAKE(e);
                return r;
        }
        if (r < 0) {
                /* The service is uninstalled all the same; leftovers are named. */
                _cleanup_free_ char *line = error_line(e);
                worker_leftover(w, "%s", line);
        }
        remove_set_aside(w, "");
        shims_unlink(w->root, w->record);
        return remove_reset_units(w);
}

static int remove_files(struct worker *w, struct error **reterr) {
        return remove_scans(w) ? worker_scan(w, remove_files_known, reterr) : remove_files_known(w, reterr);
}

static int remove_container(struct worker *w, struct error **reterr) {
        char **names = NULL;
        if (w->record->container)
                strv_add(&names, w->record->container);
        return worker_remove_containers(w, names, false, remove_files, reterr);
}

/* Was a unit of this name wanted by others before the install? Then the host's own comes back, with its links
 * once the files are restored. */
static bool remove_wanted_before(const struct manifest *before, const char *unit) {
        for (size_t i = 0; i < before->n; i++) {
                const char *path = before->items[i].path,
                           *slash = S_ISLNK(before->items[i].mode) ? strrchr(path, '/') : NULL;
                if (slash && str_equal(slash + 1, unit) && str_starts(path, "/etc/systemd/system/"))
                        return true;
        }
        return false;
}

static int remove_disable(struct worker *w, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        _cleanup_close_ int folder = worker_open_install(w, NULL);
        char **names = NULL;
        if (folder >= 0)
                (void) jobfolder_service(folder, &before, &after, NULL);
        for (char **unit = w->record->units; unit && *unit; unit++)
                if (!str_equal(*unit, w->plan->host_unit) && !remove_wanted_before(&before, *unit))
                        strv_add(&names, *unit);
        return worker_act_on_units(w, names, UNIT_DISABLE, remove_container, reterr);
}

static int remove_apply(struct worker *w, struct error **reterr) {
        if (!w->record)
                return error_set(reterr, -ENOENT, "The record of the service is gone");
        char **names = NULL;
        strv_extend(&names, w->record->units);
        return worker_act_on_units(w, names, UNIT_STOP, remove_disable, reterr);
}

/* The snapshot restores the files, reloads, and starts the units that were running. Of a job that died here
 * it would take the missing shims for somebody else's work. */
static int remove_undo(struct worker *w, struct error **reterr) {
        if (faccessat(w->folder, "snapshot/" SNAPSHOT_WHOLE, F_OK, 0) == 0)
                return STEP_ENDED;
        int r = worker_load_record(w, reterr);
        r = r < 0 ? r : shims_restore(w->root, w->record, reterr);
        return r < 0 ? r : STEP_ENDED;
}

const struct step remove_step = { .apply = remove_apply, .undo = remove_undo };
