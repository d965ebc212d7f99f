/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* State of the host and of the service, from the job's folder. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-folder.h"
#include "backend/worker/internal.h"
#include "base/path.h"

#define RESERVE_BYTES (4 * 1024 * 1024)
#define LINES_MAX (1024U * 1024)

uint64_t worker_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

void worker_reserve(struct worker *w) {
        _cleanup_close_ int fd =
                openat(w->folder, "reserve", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0)
                (void) posix_fallocate(fd, 0, RESERVE_BYTES);
}

void worker_forget(struct worker *w) {
        manifest_done(&w->kept.before);
        changes_done(&w->kept.made.changes);
        strv_free(w->kept.made.units);
        w->kept.made = (struct worker_made){};
        w->kept.saved = false;
        w->record = service_free(w->record);
}

/* ---- the record of the service ---- */

int worker_save_record(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *text = emit_service(w->record);
        return files_write(w->folder, "record.json", text, strlen(text), 0600, reterr);
}

int worker_load_record(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        if (w->record)
                return 0;
        int r = files_read(w->folder, "record.json", SERVICE_BYTES_MAX, &text, &n, reterr);
        return r < 0 ? r : service_parse(text, n, &w->record, reterr);
}

int worker_copy_record(const struct worker *w, struct service **ret, struct error **reterr) {
        _cleanup_free_ char *text = emit_service(w->record);
        return service_parse(text, strlen(text), ret, reterr);
}

int worker_open_install(const struct worker *w, struct error **reterr) {
        const char *job = w->record ? w->record->job : NULL;
        return jobfolder_open(w->paths, job ? job : "", reterr);
}

/* ---- before and after ---- */

int worker_load_before(struct worker *w, struct error **reterr) {
        if (w->kept.saved)
                return 0;
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, NULL);
        if (saved < 0 || faccessat(saved, "manifest", F_OK, 0) < 0)
                return error_set(reterr, -ENODATA, "The files of the host were not saved");
        int r = snapshot_load(saved, "manifest", &w->kept.before, reterr);
        w->kept.saved = r >= 0;
        return r;
}

static int files_load_changes(struct worker *w, bool units, struct error **reterr) {
        struct worker_made *made = &w->kept.made;
        int r = made->loaded ? 0 : jobfolder_changes(w->folder, &made->changes, reterr);
        if (r < 0 || made->loaded)
                return r;
        made->loaded = true;
        if (units && !made->units)
                unit_places_find(&made->changes, w->plan->name, &made->units, &made->quadlet);
        if (units && !strv_length(made->units) && w->plan->host_unit)
                strv_add(&made->units, w->plan->host_unit);
        return 0;
}

int worker_load_changes(struct worker *w, struct error **reterr) {
        return files_load_changes(w, true, reterr);
}

int worker_keep_changes(struct worker *w, bool whole, struct error **reterr) {
        struct worker_made *made = &w->kept.made;
        /* Before the record: after a power cut a file that is empty, because its content never got to the
         * disk, would be taken for somebody else's work and stay. */
        if (syncfs(w->root) < 0)
                return error_errno(reterr, -errno, "The command's changes cannot be brought to the disk");
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, reterr);
        int r = saved < 0 ? saved : snapshot_store(saved, "after", &w->got.now, -1, reterr);
        if (r >= 0 && whole)
                r = files_write(saved, SNAPSHOT_WHOLE, "", 0, 0600, reterr);
        if (r < 0)
                return r;
        changes_done(&made->changes);
        made->loaded = false;
        /* The unit that fairlead wrote is among the changes by now; the main unit was settled before. */
        r = files_load_changes(w, !whole, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int blobs = jobfolder_snapshot(w->folder, "blobs", false, reterr);
        if (blobs < 0)
                return blobs;
        uint64_t bytes = 0;
        for (size_t i = 0; i < made->changes.n; i++)
                snapshot_keep_text(w->root, &made->changes.items[i].after, blobs, &bytes);
        return 0;
}

int worker_restore(struct worker *w, const struct restore_options *options, const char *job,
                   struct error **reterr) {
        _cleanup_(restored_done) struct restored restored = {};
        _cleanup_free_ char *blobs_name = str_printf("%s/jobs/%s/snapshot/blobs", w->paths->state, job);
        struct restore_options named = *options;
        named.blobs_name = blobs_name;
        named.of_install = w->plan->verb == VERB_UNINSTALL;
        restore_run(&named, &restored);
        for (char **left = restored.left; left && *left; left++)
                worker_leftover(w, "%s", *left);
        worker_note(w, restored.files == 1 ? "%zu file restored" : "%zu files restored",
                    restored.files);
        if (!restored.failed)
                return 0;
        return error_set(reterr, -EIO,
                         restored.failed == 1 ? "%zu file could not be restored"
                                              : "%zu files could not be restored",
                         restored.failed);
}

/* ---- what the steps ask ---- */

const char *worker_main_unit(const struct worker *w) {
        return w->kept.made.units ? w->kept.made.units[0] : NULL;
}

bool worker_stays_stopped(struct worker *w) {
        _cleanup_strv_ char **stopped = worker_load_lines(w->folder, "stopped-before", NULL);
        const char *unit = worker_main_unit(w);
        bool restarts = plan_changes_service(w->plan->verb) || w->plan->verb == VERB_ACCESS;
        return restarts && unit && strv_contains(stopped, unit);
}

bool worker_needs_engine(const struct worker *w) {
        return w->plan->command && w->plan->command->engine != ENGINE_NONE;
}

char *worker_unit_folder(const struct worker *w) {
        return w->plan->unit.path ? path_folder(w->plan->unit.path) : NULL;
}

/* ---- lists in the folder ---- */

int worker_save_lines(struct worker *w, const char *name, char *const *lines, struct error **reterr) {
        _cleanup_free_ char *text = strv_join(lines, "\n");
        return files_write(w->folder, name, text, strlen(text), 0600, reterr);
}

char **worker_load_lines(int folder, const char *name, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        char **lines = NULL;
        size_t n;
        if (faccessat(folder, name, F_OK, 0) == 0 &&
            files_read(folder, name, LINES_MAX, &text, &n, reterr) >= 0)
                lines = strv_split(text, "\n");
        return lines;
}
