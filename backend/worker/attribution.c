/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds which changes on the host are the job's own work: an undo takes back those and nothing else. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/path.h"

struct work {
        struct worker *w;
        struct manifest after;    /* of the job's last scan */
        bool known;               /* a scan exists; else every difference is its work */
        bool whole;               /* the scan followed all steps */
        struct changes installed; /* an uninstall restores the files that the install had changed */
        time_t booted; /* later changes are not the work of a job that died with the host; 0: not known */
};

static void work_done(struct work *work) {
        manifest_done(&work->after);
        changes_done(&work->installed);
}

/* Paths that the steps write after the command: units, the links that enable them, the folders above. */
static bool in_unit_folders(const char *path) {
        static const char *const places[] = { "/etc/systemd/system", "/etc/containers/systemd" };
        for (size_t i = 0; i < ELEMENTS(places); i++)
                if (path_below(path, places[i]) || path_below(places[i], path))
                        return true;
        return false;
}

static bool written_by_steps(const struct work *work, const char *path) {
        return !work->whole && (in_unit_folders(path) || changes_find(&work->installed, path));
}

static bool in_added(const struct changes *changes, const char *path) {
        for (size_t i = 0; i < changes->n; i++) {
                const struct change *change = &changes->items[i];
                if ((change->what & CHANGE_ADDED) && S_ISDIR(change->after.mode) &&
                    path_below(path, change->path))
                        return true;
        }
        return false;
}

void worker_add_entry(struct manifest *to, const struct entry *e) {
        struct entry copy;
        entry_copy(e, &copy);
        manifest_take(to, &copy);
}

/* Adds a present object to the job's work, if it is. */
static void attribution_add_present(const struct work *work, const struct entry *e, struct manifest *to) {
        struct worker *w = work->w;
        if (work->booted && e->ctime.tv_sec > work->booted)
                return;
        const struct entry *then = manifest_find(&work->after, e->path);
        if (!work->known || written_by_steps(work, e->path))
                then = e;
        /* Somebody else created it since; but the content of a folder of the job's own goes with it, and so
         * does a half-written file of a step. */
        const char *name = strrchr(e->path, '/');
        if (!then && (in_added(&w->kept.made.changes, e->path) || (name && files_is_temporary(name + 1))))
                then = e;
        if (then)
                worker_add_entry(to, then);
}

/* Boot time by the host's clock now. A clock that was set in between proves nothing. */
static time_t boot_time(const struct worker *w) {
        struct timespec real, since;
        if (!w->recorder->rebooted || clock_gettime(CLOCK_REALTIME, &real) < 0 ||
            clock_gettime(CLOCK_BOOTTIME, &since) < 0)
                return 0;
        time_t booted = real.tv_sec - since.tv_sec;
        return w->recorder->last_before < booted ? booted : 0;
}

static void attribution_load(struct work *work) {
        struct worker *w = work->w;
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, NULL);
        work->booted = boot_time(w);
        work->known = saved >= 0 && worker_load_changes(w, NULL) >= 0 &&
                      snapshot_load(saved, "after", &work->after, NULL) >= 0;
        work->whole = work->known && faccessat(saved, SNAPSHOT_WHOLE, F_OK, 0) == 0;
        _cleanup_close_ int install = worker_open_install(w, NULL);
        if (install >= 0)
                (void) jobfolder_changes(install, &work->installed, NULL);
}

void worker_own_work(struct worker *w, const struct manifest *now, struct manifest *ret) {
        _cleanup_(work_done) struct work work = { .w = w };
        struct manifest own = {};
        attribution_load(&work);
        for (size_t i = 0; i < now->n; i++)
                attribution_add_present(&work, &now->items[i], &own);
        /* A missing object was removed by somebody else, unless the steps did it. */
        for (size_t i = 0; i < work.after.n; i++) {
                const struct entry *then = &work.after.items[i];
                if (!manifest_find(now, then->path) && !written_by_steps(&work, then->path))
                        worker_add_entry(&own, then);
        }
        manifest_sort(&own);
        own.taken = now->taken;
        *ret = own;
}
