/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saves the host's files before the first effect, and restores them when the job is undone. */
#include "backend/snapshot/snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"

#define LEFT_OUT_SHOWN 20U

/* ---- saving ---- */

/* The newest earlier job with a whole snapshot: files unchanged since are not read again. */
static char *snapshot_find_earlier(struct worker *w) {
        _cleanup_free_ char *path = str_printf("%s/jobs", w->paths->state), *best = NULL;
        DIR *d = opendir(path);
        for (struct dirent *item; d && (item = readdir(d));) {
                char manifest[512];
                if (!job_id_valid(item->d_name) || strcmp(item->d_name, w->id) >= 0 ||
                    (best && strcmp(item->d_name, best) <= 0))
                        continue;
                snprintf(manifest, sizeof manifest, "%s/snapshot/manifest", item->d_name);
                if (faccessat(dirfd(d), manifest, F_OK, 0) == 0)
                        str_replace(&best, item->d_name);
        }
        if (d)
                closedir(d);
        return TAKE(best);
}

/* Logs the objects that an undo could not restore, before anything happens. */
static void snapshot_log_left_out(struct worker *w, const struct manifest *m) {
        size_t n = 0;
        for (size_t i = 0; i < m->n; i++) {
                const struct entry *e = &m->items[i];
                if (e->left_out && !plan_path_volatile(e->path) && n++ < LEFT_OUT_SHOWN)
                        joblog_note(w->log,
                                    "not saved (too large, unreadable or on a file system of its own): %s",
                                    e->path);
        }
        if (n > LEFT_OUT_SHOWN)
                joblog_note(w->log, "not saved: %zu more", n - LEFT_OUT_SHOWN);
}

/* Of snapshot_apply(). */
struct saving {
        bool opened; /* the folders of contents */
        int blobs, known_blobs;
        struct manifest known;
};

static void snapshot_clear(struct worker *w) {
        struct saving *s = w->state;
        manifest_done(&s->known);
        if (s->opened)
                cleanup_closep(&s->blobs);
        if (s->opened)
                cleanup_closep(&s->known_blobs);
}

static int snapshot_saved(struct worker *w, struct error **reterr) {
        const struct saving *s = w->state;
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, reterr);
        int r = saved < 0 ? saved : snapshot_store(saved, "manifest", &w->got.now, s->blobs, reterr);
        if (r < 0)
                return r;
        snapshot_log_left_out(w, &w->got.now);
        w->kept.before = w->got.now;
        w->got.now = (struct manifest){};
        w->kept.saved = true;
        worker_note(w, "%llu files, %llu.%llu MB", (unsigned long long) w->got.tally.files,
                    (unsigned long long) w->got.tally.bytes / 1000000,
                    (unsigned long long) w->got.tally.bytes / 100000 % 10);
        return STEP_ENDED;
}

static int snapshot_probe(struct worker *w) {
        return faccessat(w->folder, "snapshot/manifest", F_OK, 0) == 0;
}

static int snapshot_apply(struct worker *w, struct error **reterr) {
        struct saving *s = w->state;
        /* An interrupted one is useless: its blobs were perhaps never synced. */
        (void) files_remove_tree(w->folder, "snapshot");
        *s = (struct saving){ .opened = true, .known_blobs = -1 };
        s->blobs = jobfolder_snapshot(w->folder, "blobs", true, reterr);
        if (s->blobs < 0)
                return s->blobs;
        _cleanup_free_ char *earlier = snapshot_find_earlier(w);
        _cleanup_close_ int folder = earlier ? jobfolder_open(w->paths, earlier, NULL) : -1;
        _cleanup_close_ int saved = folder >= 0 ? jobfolder_snapshot(folder, NULL, false, NULL) : -1;
        if (saved >= 0 && snapshot_load(saved, "manifest", &s->known, NULL) >= 0)
                s->known_blobs = jobfolder_snapshot(folder, "blobs", false, NULL);
        const struct snapshot_options options = { .blobs = s->blobs,
                                                  .known = s->known.n ? &s->known : NULL,
                                                  .known_blobs = s->known_blobs };
        return worker_scan_with(w, options, snapshot_saved, reterr);
}

/* ---- undo: stop what the job started, restore files, reload, start what the job stopped ---- */

/* Units of this job: the service's own name, the plan's unit, those among the changes or in the record. */
static bool snapshot_concerns(const struct worker *w, const char *unit) {
        const char *stem = str_starts(unit, w->plan->name);
        if ((stem && strcmp(stem, ".service") == 0) || str_equal(w->plan->unit.name, unit) ||
            str_equal(w->plan->host_unit, unit))
                return true;
        return strv_contains(w->kept.made.units, unit) ||
               (w->record && strv_contains(w->record->units, unit));
}

/* A service restored by the undo of an upgrade must run again: it did before. */
static int snapshot_check_active(struct worker *w, struct error **reterr) {
        const struct unit_detail *d = w->got.unit_shown;
        if (!d)
                return (*reterr)->code;
        if (!str_equal(d->unit.active, "active"))
                return error_set(reterr, -EIO, "%s does not run again: it is %s", w->record->units[0],
                                 d->unit.active ? d->unit.active : "?");
        joblog_note(w->log,
                    w->plan->verb == VERB_UPGRADE ? "%s runs again, with the image it had"
                                                  : "%s runs again, as it did before",
                    d->unit.name);
        return STEP_ENDED;
}

static int snapshot_check_service(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **before = worker_load_lines(w->folder, "active-before", NULL);
        bool stays = plan_changes_service(w->plan->verb) && w->record && w->record->units;
        const char *unit = stays ? w->record->units[0] : NULL;
        if (!unit || !strv_contains(before, unit))
                return STEP_ENDED;
        return worker_show_unit(w, unit, snapshot_check_active);
}

static bool snapshot_runs(const struct unit_list *units, const char *name) {
        for (size_t i = 0; i < units->n; i++)
                if (strcmp(units->items[i].name, name) == 0 && str_equal(units->items[i].active, "active"))
                        return true;
        return false;
}

static int snapshot_start_units(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **before = worker_load_lines(w->folder, "active-before", NULL);
        char **start = NULL;
        for (char **name = before; w->got.units_listed && name && *name; name++)
                if (!snapshot_runs(w->got.units_listed, *name) && snapshot_concerns(w, *name))
                        strv_add(&start, *name);
        return worker_act_on_units(w, start, UNIT_START, snapshot_check_service, reterr);
}

static int snapshot_reloaded(struct worker *w, struct error **reterr) {
        return worker_list_units(w, "*.service", snapshot_start_units);
}

/* Removes temporary files of an undo that died. */
static void snapshot_sweep(struct worker *w) {
        for (size_t i = 0; i < w->got.now.n; i++) {
                const char *name = strrchr(w->got.now.items[i].path, '/');
                if (!name || !files_is_temporary(name + 1))
                        continue;
                _cleanup_close_ int folder =
                        files_open_parent(w->root, w->got.now.items[i].path, &name, NULL);
                if (folder >= 0)
                        (void) files_remove(folder, name, NULL);
        }
}

/* The job's own work is saved before the first file is restored: an undo that dies and resumes must not take
 * its own half for somebody else's work. */
static int snapshot_load_own_work(struct worker *w, struct manifest *ret, struct error **reterr) {
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, reterr);
        if (saved < 0)
                return saved;
        if (faccessat(saved, "undo", F_OK, 0) == 0)
                return snapshot_load(saved, "undo", ret, reterr);
        worker_own_work(w, &w->got.now, ret);
        return snapshot_store(saved, "undo", ret, -1, reterr);
}

static int snapshot_restore(struct worker *w, struct error **reterr) {
        _cleanup_(manifest_done) struct manifest work = {};
        _cleanup_(changes_done) struct changes changes = {};
        int r = snapshot_load_own_work(w, &work, reterr);
        if (r < 0)
                return r;
        changes_make(&w->kept.before, &work, &changes);
        _cleanup_close_ int blobs = jobfolder_snapshot(w->folder, "blobs", false, reterr);
        if (blobs < 0)
                return blobs;
        /* A unit that could not be written leaves nothing but the folder's new time. */
        _cleanup_free_ char *unit_folder = worker_unit_folder(w);
        _cleanup_strv_ char **folders = worker_load_lines(w->folder, WORKER_WITHDRAWN, NULL);
        if (unit_folder)
                strv_add(&folders, unit_folder);
        const struct restore_options options = { .root = w->root,
                                                 .changes = &changes,
                                                 .blobs = blobs,
                                                 .before = &w->kept.before,
                                                 .folders = folders };
        snapshot_sweep(w);
        return worker_restore(w, &options, w->id, reterr);
}

static int snapshot_scanned(struct worker *w, struct error **reterr) {
        int r = snapshot_restore(w, reterr);
        if (r < 0)
                return r;
        return w->units ? worker_reload_units(w, snapshot_reloaded) : STEP_ENDED;
}

static int snapshot_scan(struct worker *w, struct error **reterr) {
        return worker_scan(w, snapshot_scanned, reterr);
}

static int snapshot_stop_units(struct worker *w, struct error **reterr) {
        const struct unit_list *units = w->got.units_listed;
        _cleanup_strv_ char **before = worker_load_lines(w->folder, "active-before", NULL);
        char **stop = NULL;
        enum step_state start = w->recorder->job->steps[STEP_START].state;
        bool started = start != STEP_TODO && start != STEP_SKIPPED;
        for (size_t i = 0; units && i < units->n; i++) {
                const struct unit *u = &units->items[i];
                bool up = str_equal(u->active, "active") || str_equal(u->active, "activating") ||
                          str_equal(u->active, "failed");
                /* A unit that ran before and may run by the new definition must use the old one again. */
                if (up && snapshot_concerns(w, u->name) && (started || !strv_contains(before, u->name)))
                        strv_add(&stop, u->name);
        }
        return worker_act_on_units(w, stop, UNIT_STOP, snapshot_scan, reterr);
}

static int snapshot_undo(struct worker *w, struct error **reterr) {
        /* A full disk must not prevent the undo. */
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
        /* a drop-in counts from the unit's next start on, before the undo and after it */
        bool stops = w->units && w->plan->verb != VERB_EDIT;
        return stops ? worker_list_units(w, "*.service", snapshot_stop_units) : snapshot_scan(w, reterr);
}

const struct step snapshot_step = {
        .size = sizeof(struct saving),
        .clear = snapshot_clear,
        .probe = snapshot_probe,
        .apply = snapshot_apply,
        .undo = snapshot_undo,
};
