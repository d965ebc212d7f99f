/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker knows of the host's files: manifests in the job's folder, looking again. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/systemd/places.h"
#include "backend/worker/step.h"
#include "base/str.h"

#define TEXT_MAX (256U * 1024)          /* of a changed file that is kept for a text diff */
#define TEXTS_MAX (16U * 1024 * 1024)   /* of all of them */
#define TURN_USEC 20000         /* of looking at a time: a cancel is heard in between */

uint64_t worker_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

int worker_save_record(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *text = emit_service(w->record);
        return text ? files_write(w->folder, "record.json", text, strlen(text), 0600, reterr)
                    : error_set(reterr, -ENOMEM, "Out of memory");
}

int worker_load_record(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = w->record ? 0 : files_read(w->folder, "record.json", SERVICE_BYTES_MAX, &text, &n, reterr);
        return r < 0 || w->record ? r : service_parse(text, n, &w->record, reterr);
}

int worker_load_before(struct worker *w, struct error **reterr) {
        if (w->before_loaded)
                return 0;
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, NULL);
        if (saved < 0 || faccessat(saved, "manifest", F_OK, 0) < 0)
                return error_set(reterr, -ENODATA, "The files of the host were not saved");
        int r = snapshot_load(saved, "manifest", &w->before, reterr);
        w->before_loaded = r >= 0;
        return r;
}

int worker_load_changes(struct worker *w, struct error **reterr) {
        if (w->changes_loaded)
                return 0;
        int r = jobfolder_changes(w->folder, &w->changes, NULL, reterr);
        if (r < 0)
                return r;
        w->changes_loaded = true;
        if (!w->made_units &&
            unit_places_find(&w->changes, w->plan->name, &w->made_units, &w->made_quadlet) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        if (!strv_length(w->made_units) && w->plan->host_unit &&
            strv_add(&w->made_units, w->plan->host_unit) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        return 0;
}

int worker_keep_texts(struct worker *w, struct error **reterr) {
        _cleanup_close_ int blobs = jobfolder_snapshot(w->folder, "blobs", false, reterr);
        if (blobs < 0)
                return blobs;
        uint64_t bytes = 0;
        for (size_t i = 0; i < w->changes.n; i++) {
                const struct entry *after = &w->changes.items[i].after;
                if (!S_ISREG(after->mode) || !after->digest[0] || after->size > TEXT_MAX ||
                    bytes + after->size > TEXTS_MAX)
                        continue;
                bytes += after->size;
                /* For looking at only: no undo needs it, so a full disk is no reason to fail. */
                (void) snapshot_keep(w->root, after, blobs);
        }
        return 0;
}

/* ---- looking ---- */

static int worker_files_on_look(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        _cleanup_error_ struct error *e = NULL;
        int r = snapshot_go(w->snapshot, TURN_USEC, &e);
        if (r == 0 && !(w->cancelled && !w->undoing)) {
                sd_event_source_set_time_relative(source, 0);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        if (r == 0)
                r = error_set(&e, -ECANCELED, "Cancelled while the files were looked at");
        struct manifest now = {};
        if (r > 0)
                snapshot_take(w->snapshot, &now);
        w->timer = sd_event_source_disable_unref(w->timer);
        w->looked(w, &now, TAKE(e));
        manifest_done(&now);
        return 0;
}

int worker_look(struct worker *w, const struct snapshot_options *options,
                void (*looked)(struct worker *w, struct manifest *now, struct error *e),
                struct error **reterr) {
        w->snapshot = snapshot_free(w->snapshot);
        int r = snapshot_new(options, &w->snapshot, reterr);
        if (r < 0)
                return r;
        w->looked = looked;
        w->timer = sd_event_source_disable_unref(w->timer);
        /* A timer of no length rather than a defer source: signals and the control socket come first. */
        r = sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, 0, 1, worker_files_on_look, w);
        if (r >= 0)
                r = sd_event_source_set_priority(w->timer, 20);
        return r < 0 ? error_errno(reterr, r, "The host's files cannot be looked at") : 0;
}

struct snapshot_options worker_look_options(struct worker *w, const struct manifest *known) {
        return (struct snapshot_options) {
                .root = w->root,
                .paths = w->plan->paths,
                .excluded = w->excluded,
                .blobs = -1,
                .known = known,
                .known_blobs = -1,
                /* Had it the same ceiling as the first look, what the job added could push others out of
                   sight. */
                .files_max = 2 * SNAPSHOT_FILES_MAX,
        };
}

const char *worker_main_unit(const struct worker *w) {
        return w->made_units && w->made_units[0] ? w->made_units[0] : NULL;
}

bool worker_stays_stopped(struct worker *w) {
        _cleanup_strv_ char **stopped = NULL;
        const char *unit = worker_main_unit(w);
        bool restarts = w->plan->verb == VERB_UPGRADE || w->plan->verb == VERB_ACCESS;
        return restarts && unit && worker_load_lines(w, "stopped-before", &stopped, NULL) >= 0 &&
               strv_contains(stopped, unit);
}

bool worker_needs_engine(const struct worker *w) {
        return w->plan->command && w->plan->command->engine != ENGINE_NONE;
}

/* ---- lists in the folder ---- */

int worker_save_lines(struct worker *w, const char *name, char *const *lines, struct error **reterr) {
        _cleanup_free_ char *text = strv_length(lines) ? strv_join(lines, "\n") : strdup("");
        if (!text)
                return error_set(reterr, -ENOMEM, "Out of memory");
        return files_write(w->folder, name, text, strlen(text), 0600, reterr);
}

int worker_load_lines_of(int folder, const char *name, char ***ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        if (faccessat(folder, name, F_OK, 0) < 0) {
                *ret = NULL;
                return 0;
        }
        int r = files_read(folder, name, 1024 * 1024, &text, &n, reterr);
        return r < 0 ? r : strv_split(text, "\n", ret);
}

int worker_load_lines(struct worker *w, const char *name, char ***ret, struct error **reterr) {
        return worker_load_lines_of(w->folder, name, ret, reterr);
}
