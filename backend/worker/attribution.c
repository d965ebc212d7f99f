/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of the host's files is the job's own work, so that an undo takes back that and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/str.h"

/* How exactly the work is known. */
struct work {
        struct worker *w;
        struct manifest after;          /* of the job's last look at what changed; none: everything that is
                                         * different is its work */
        bool looked;
        bool whole;                     /* that look came behind all steps */
        struct changes installed;       /* an uninstall puts back what the install had changed */
        time_t booted;                  /* what changed after this moment is not the work of a job that
                                         * died with the host; 0: not known */
};

static void work_done(struct work *work) {
        manifest_done(&work->after);
        changes_done(&work->installed);
}

/* Where the steps themselves write behind the command: units, the links that enable them, the folders on the
 * way. */
static bool in_unit_folders(const char *path) {
        static const char *const places[] = { "/etc/systemd/system", "/etc/containers/systemd" };
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                const char *rest = str_starts(path, places[i]);
                if ((rest && (rest[0] == '/' || rest[0] == '\0')) || str_starts(places[i], path))
                        return true;
        }
        return false;
}

static bool worker_attribution_among(const struct changes *changes, const char *path) {
        size_t low = 0, high = changes->n;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = strcmp(path, changes->items[middle].path);
                if (order == 0)
                        return true;
                if (order > 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return false;
}

static bool written_by_steps(const struct work *work, const char *path) {
        return !work->whole && (in_unit_folders(path) || worker_attribution_among(&work->installed, path));
}

/* Is path in a folder that the job added? */
static bool in_added(const struct changes *changes, const char *path) {
        for (size_t i = 0; i < changes->n; i++) {
                const struct change *change = &changes->items[i];
                const char *rest = (change->what & CHANGE_ADDED) && S_ISDIR(change->after.mode)
                                           ? str_starts(path, change->path)
                                           : NULL;
                if (rest && rest[0] == '/')
                        return true;
        }
        return false;
}

static int worker_attribution_add(struct manifest *to, const struct entry *e) {
        struct entry copy;
        return entry_copy(e, &copy) < 0 || manifest_take(to, &copy) < 0 ? -ENOMEM : 0;
}

/* What is there now. */
static int take_present(const struct work *work, const struct entry *e, struct manifest *to) {
        struct worker *w = work->w;
        if (work->booted && e->ctime.tv_sec > work->booted)
                return 0;
        if (!work->looked || written_by_steps(work, e->path))
                return worker_attribution_add(to, e);
        const struct entry *then = manifest_find(&work->after, e->path);
        if (then)
                return worker_attribution_add(to, then);
        /* made by somebody else since; but what is in a folder of the job's own goes with it, and what the
         * steps left half made */
        const char *name = strrchr(e->path, '/');
        return in_added(&w->changes, e->path) || (name && files_is_temporary(name + 1))
                       ? worker_attribution_add(to, e)
                       : 0;
}

/* What is not there any more: unless the steps took it away, somebody else did. */
static int take_absent(const struct work *work, const struct manifest *now, struct manifest *to) {
        int r = 0;
        for (size_t i = 0; r >= 0 && i < work->after.n; i++) {
                const struct entry *then = &work->after.items[i];
                if (!manifest_find(now, then->path) && !written_by_steps(work, then->path))
                        r = worker_attribution_add(to, then);
        }
        return r;
}

/* When the host was started, as its clock shows it now. A clock that was set in between proves nothing. */
static time_t boot_time(const struct worker *w) {
        struct timespec real, since;
        if (!recorder_rebooted(w->recorder) || clock_gettime(CLOCK_REALTIME, &real) < 0 ||
            clock_gettime(CLOCK_BOOTTIME, &since) < 0)
                return 0;
        time_t booted = real.tv_sec - since.tv_sec;
        return recorder_last_before(w->recorder) < booted ? booted : 0;
}

static int worker_attribution_load(struct work *work) {
        struct worker *w = work->w;
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, NULL);
        work->booted = boot_time(w);
        work->looked = saved >= 0 && worker_load_changes(w, NULL) >= 0 &&
                       snapshot_load(saved, "after", &work->after, NULL) >= 0;
        work->whole = work->looked && faccessat(saved, SNAPSHOT_WHOLE, F_OK, 0) == 0;
        _cleanup_close_ int install =
                w->record && w->record->job ? jobfolder_open(w->paths, w->record->job, NULL) : -1;
        return install >= 0 && jobfolder_changes(install, &work->installed, NULL, NULL) == -ENOMEM ? -ENOMEM
                                                                                                   : 0;
}

int worker_own_work(struct worker *w, const struct manifest *now, struct manifest *ret,
                    struct error **reterr) {
        _cleanup_(work_done) struct work work = { .w = w };
        _cleanup_(manifest_done) struct manifest left = {};
        int r = worker_attribution_load(&work);
        for (size_t i = 0; r >= 0 && i < now->n; i++)
                r = take_present(&work, &now->items[i], &left);
        if (r >= 0)
                r = take_absent(&work, now, &left);
        if (r < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        manifest_sort(&left);
        left.taken = now->taken;
        *ret = left;
        left = (struct manifest) {};
        return 0;
}
