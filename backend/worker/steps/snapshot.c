/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/snapshot/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/snapshot/restore.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/str.h"

#define LEFT_OUT_SHOWN 20U

/* ---- saving ---- */

/* The newest earlier job with a whole snapshot: what did not change since need not be read again. */
static char *find_earlier(struct worker *w) {
        _cleanup_free_ char *path = str_printf("%s/jobs", w->paths->state), *best = NULL;
        DIR *d = path ? opendir(path) : NULL;
        for (struct dirent *item; d && (item = readdir(d));) {
                char manifest[512];
                if (!job_id_valid(item->d_name) || strcmp(item->d_name, w->id) >= 0 ||
                    (best && strcmp(item->d_name, best) <= 0))
                        continue;
                snprintf(manifest, sizeof manifest, "%s/snapshot/manifest", item->d_name);
                if (faccessat(dirfd(d), manifest, F_OK, 0) == 0)
                        (void) str_replace(&best, item->d_name);
        }
        if (d)
                closedir(d);
        return TAKE(best);
}

static void load_known(struct worker *w) {
        _cleanup_free_ char *earlier = find_earlier(w);
        _cleanup_close_ int folder = earlier ? jobfolder_open(w->paths, earlier, NULL) : -1;
        _cleanup_close_ int saved = folder >= 0 ? jobfolder_snapshot(folder, NULL, false, NULL) : -1;
        if (saved < 0 || snapshot_load(saved, "manifest", &w->known, NULL) < 0)
                return;
        w->known_blobs = jobfolder_snapshot(folder, "blobs", false, NULL);
}

static void drop_known(struct worker *w) {
        manifest_done(&w->known);
        if (w->known_blobs >= 0)
                close(w->known_blobs);
        w->known_blobs = -1;
}

/* What an undo could not bring back is said before anything happens. */
static void log_left_out(struct worker *w, const struct manifest *m) {
        size_t shown = 0, n = 0;
        for (size_t i = 0; i < m->n; i++) {
                const struct entry *e = &m->items[i];
                if (!e->left_out || snapshot_volatile(e->path))
                        continue;
                if (shown < LEFT_OUT_SHOWN) {
                        joblog_note(w->log,
                                    "not saved (too large, unreadable or on a file system of its own): %s",
                                    e->path);
                        shown++;
                }
                n++;
        }
        if (n > shown)
                joblog_note(w->log, "not saved: %zu more", n - shown);
}

static void on_saved(struct worker *w, struct manifest *now, struct error *e) {
        struct snapshot_tally tally = w->snapshot ? *snapshot_tally(w->snapshot) : (struct snapshot_tally) {};
        drop_known(w);
        if (e) {
                worker_failed(w, e);
                return;
        }
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, &e);
        _cleanup_close_ int blobs = saved < 0 ? -1 : jobfolder_snapshot(w->folder, "blobs", false, &e);
        int r = blobs < 0 ? -EIO : snapshot_store(saved, "manifest", now, blobs, &e);
        if (r < 0) {
                worker_failed(w, e);
                return;
        }
        log_left_out(w, now);
        w->before = *now;
        *now = (struct manifest) {};
        w->before_loaded = true;
        worker_note(w, "%llu files, %llu.%llu MB", (unsigned long long) tally.files,
                    (unsigned long long) tally.bytes / 1000000,
                    (unsigned long long) tally.bytes / 100000 % 10);
        worker_ended(w);
}

static int snapshot_probe(struct worker *w) {
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, NULL);
        return saved >= 0 && faccessat(saved, "manifest", F_OK, 0) == 0;
}

static int snapshot_apply(struct worker *w, struct error **reterr) {
        /* One that was cut off is worth nothing: its blobs were perhaps never synced. */
        (void) files_remove_tree(w->folder, "snapshot");
        int blobs = jobfolder_snapshot(w->folder, "blobs", true, reterr);
        if (blobs < 0)
                return blobs;
        load_known(w);
        struct snapshot_options options = worker_look_options(w, w->known.n ? &w->known : NULL);
        options.blobs = blobs;
        options.known_blobs = w->known_blobs;
        options.files_max = 0;
        w->blobs = blobs;
        int r = worker_look(w, &options, on_saved, reterr);
        return r < 0 ? r : STEP_WAITS;
}

/* ---- putting back: stop what the job started, put files back, reload, start what the job stopped ---- */

/* Units that this job has to do with: the service's own name, the plan's unit, those among the changes, those
 * of the record. */
static bool snapshot_concerns(const struct worker *w, char *const *made, const char *unit) {
        const char *stem = str_starts(unit, w->plan->name);
        if ((stem && strcmp(stem, ".service") == 0) || str_equal(w->plan->unit.name, unit) ||
            str_equal(w->plan->host_unit, unit))
                return true;
        return strv_contains(made, unit) || (w->record && strv_contains(w->record->units, unit));
}

/* A service that an upgrade has put back must run again: it did before. */
static void on_service_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        _cleanup_(unit_detail_freep) struct unit_detail *d = detail;
        if (d && str_equal(d->unit.active, "active")) {
                joblog_note(w->log, "%s runs again, with the image it had", d->unit.name);
                worker_ended(w);
                return;
        }
        if (!e)
                error_set(&e, -EIO, "%s does not run again: it is %s", w->record->units[0],
                          d->unit.active ? d->unit.active : "?");
        worker_failed(w, e);
}

static void undo_end(struct worker *w) {
        _cleanup_strv_ char **before = NULL;
        (void) worker_load_lines(w, "active-before", &before, NULL);
        const char *unit =
                w->plan->verb == VERB_UPGRADE && w->record && w->record->units ? w->record->units[0] : NULL;
        w->op = unit && strv_contains(before, unit) ? units_show(w->units, unit, on_service_shown, w) : NULL;
        if (!w->op)
                worker_ended(w);
}

static void on_units_again(struct unit_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        _cleanup_(unit_list_freep) struct unit_list *units = list;
        _cleanup_strv_ char **before = NULL;
        char **start = NULL;
        if (e)
                worker_log_error(w, e);
        error_free(e);
        (void) worker_load_lines(w, "active-before", &before, NULL);
        for (char **name = before; units && name && *name; name++) {
                bool active = false;
                for (size_t i = 0; i < units->n && !active; i++)
                        active = strcmp(units->items[i].name, *name) == 0 &&
                                 str_equal(units->items[i].active, "active");
                if (!active && snapshot_concerns(w, w->made_units, *name))
                        (void) strv_add(&start, *name);
        }
        struct error *failure = NULL;
        if (worker_act_on_units(w, start, UNIT_START, undo_end, &failure) < 0)
                worker_failed(w, failure);
}

static void snapshot_on_reloaded(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e)
                worker_log_error(w, e);
        error_free(e);
        w->op = units_list(w->units, "*.service", on_units_again, w);
        if (!w->op)
                worker_ended(w);
}

/* What an undo that died left under its working name is nobody's. */
static void snapshot_sweep(struct worker *w, const struct manifest *now) {
        for (size_t i = 0; i < now->n; i++) {
                const char *name = strrchr(now->items[i].path, '/');
                if (!name || !files_is_temporary(name + 1))
                        continue;
                _cleanup_close_ int folder = files_open_parent(w->root, now->items[i].path, &name, NULL);
                if (folder >= 0)
                        (void) files_remove(folder, name, NULL);
        }
}

/* The job's own work is written down before the first file is touched: an undo that dies and is taken up
 * again must not take its own half for somebody else's work. */
static int load_reference(struct worker *w, const struct manifest *now, struct manifest *ret,
                          struct error **reterr) {
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, reterr);
        if (saved < 0)
                return saved;
        if (faccessat(saved, "undo", F_OK, 0) == 0)
                return snapshot_load(saved, "undo", ret, reterr);
        int r = worker_own_work(w, now, ret, reterr);
        return r < 0 ? r : snapshot_store(saved, "undo", ret, -1, reterr);
}

static void list_left(struct worker *w, char *const *left) {
        for (; left && *left; left++)
                worker_kept(w, "%s", *left);
}

static int snapshot_put_back(struct worker *w, const struct manifest *now, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest reference = {};
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_(restored_done) struct restored restored = {};
        int r = load_reference(w, now, &reference, reterr);
        if (r < 0)
                return r;
        if (changes_make(&w->before, &reference, &changes) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        _cleanup_close_ int blobs = jobfolder_snapshot(w->folder, "blobs", false, reterr);
        _cleanup_free_ char *blobs_name = str_printf("%s/jobs/%s/snapshot/blobs", w->paths->state, w->id);
        if (blobs < 0)
                return blobs;
        /* A unit that could not be written leaves nothing but the folder's new time. */
        const char *slash = w->plan->unit.path ? strrchr(w->plan->unit.path, '/') : NULL;
        _cleanup_free_ char *unit_folder =
                slash ? strndup(w->plan->unit.path, (size_t) (slash - w->plan->unit.path)) : NULL;
        char *const folders[] = { unit_folder, NULL };
        const struct restore_options options = {
                .root = w->root,
                .changes = &changes,
                .blobs = blobs,
                .before = &w->before,
                .folders = folders,
                .blobs_name = blobs_name,
        };
        snapshot_sweep(w, now);
        r = restore_run(&options, &restored, reterr);
        if (r < 0)
                return r;
        list_left(w, restored.left);
        worker_note(w, restored.put_back == 1 ? "%zu file put back" : "%zu files put back",
                    restored.put_back);
        joblog_note(w->log, "%zu objects put back, %zu could not be", restored.put_back, restored.failed);
        if (restored.failed)
                return error_set(reterr, -EIO,
                                 restored.failed == 1 ? "%zu file could not be put back"
                                                      : "%zu files could not be put back",
                                 restored.failed);
        return 0;
}

static void on_undo_looked(struct worker *w, struct manifest *now, struct error *e) {
        int r = e ? e->code : snapshot_put_back(w, now, &e);
        if (r < 0) {
                worker_failed(w, e);
                return;
        }
        if (w->units)
                w->op = units_reload(w->units, snapshot_on_reloaded, w);
        if (!w->op)
                worker_ended(w);
}

static void look_before_undo(struct worker *w) {
        struct error *e = NULL;
        const struct snapshot_options options = worker_look_options(w, &w->before);
        if (worker_look(w, &options, on_undo_looked, &e) < 0)
                worker_failed(w, e);
}

static void snapshot_on_stopped(struct worker *w) {
        look_before_undo(w);
}

static void on_units_now(struct unit_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        _cleanup_(unit_list_freep) struct unit_list *units = list;
        _cleanup_strv_ char **before = NULL;
        char **stop = NULL;
        if (e)
                worker_log_error(w, e);
        error_free(e);
        (void) worker_load_lines(w, "active-before", &before, NULL);
        enum step_state start = recorder_job(w->recorder)->steps[STEP_START].state;
        bool started = start != STEP_TODO && start != STEP_SKIPPED;
        for (size_t i = 0; units && i < units->n; i++) {
                const struct unit *u = &units->items[i];
                bool up = str_equal(u->active, "active") || str_equal(u->active, "activating") ||
                          str_equal(u->active, "failed");
                /* What ran before and may run by the new definition has to take the old one up again, too. */
                if (up && snapshot_concerns(w, w->made_units, u->name) &&
                    (started || !strv_contains(before, u->name)))
                        (void) strv_add(&stop, u->name);
        }
        struct error *failure = NULL;
        if (worker_act_on_units(w, stop, UNIT_STOP, snapshot_on_stopped, &failure) < 0)
                worker_failed(w, failure);
}

static int snapshot_undo(struct worker *w, struct error **reterr) {
        /* A full disk must not stand in the way of putting back. */
        (void) files_remove(w->folder, "reserve", NULL);
        if (!snapshot_probe(w)) {
                worker_note(w, "nothing had been changed yet");
                return STEP_ENDED;
        }
        int r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        (void) worker_load_changes(w, NULL);
        (void) worker_load_record(w, NULL);
        if (w->units) {
                w->op = units_list(w->units, "*.service", on_units_now, w);
                if (w->op)
                        return STEP_WAITS;
        }
        const struct snapshot_options options = worker_look_options(w, &w->before);
        r = worker_look(w, &options, on_undo_looked, reterr);
        return r < 0 ? r : STEP_WAITS;
}

const struct step snapshot_step = {
        .step = STEP_SNAPSHOT,
        .probe = snapshot_probe,
        .apply = snapshot_apply,
        .undo = snapshot_undo,
};
