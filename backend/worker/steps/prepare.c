/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>

#include "backend/io/files.h"
#include "backend/store/services.h"
#include "backend/worker/step.h"
#include "base/str.h"

/* Room for saved files, log and journal; the undo needs none of it any more. */
#define ROOM_BYTES (64ULL * 1000 * 1000)
#define ROOM_FILES 8192ULL

static int check_room(struct worker *w, struct error **reterr) {
        struct statvfs fs;
        if (fstatvfs(w->folder, &fs) < 0)
                return error_errno(reterr, -errno, "The room in %s cannot be told", w->paths->state);
        unsigned long long bytes = (unsigned long long) fs.f_bavail * fs.f_frsize;
        if (bytes >= ROOM_BYTES && (fs.f_files == 0 || fs.f_favail >= ROOM_FILES))
                return 0;
        error_set(reterr, -ENOSPC,
                  "There is too little room in %s to save the host's files first: %llu MB and %llu files are "
                  "free",
                  w->paths->state, bytes / 1000000, (unsigned long long) fs.f_favail);
        error_hint(reterr, "Make room on that file system: %llu MB and %llu files are wanted",
                   ROOM_BYTES / 1000000, ROOM_FILES);
        return -ENOSPC;
}

/* Writing is tried, without a trace: asking for permissions says nothing of a file system that is read-only
 * or full. */
static int check_writable(struct worker *w, struct error **reterr) {
        _cleanup_close_ int etc = files_open_folder(w->root, "/etc", reterr);
        if (etc < 0)
                return etc;
        _cleanup_close_ int fd = openat(etc, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        int r = fd < 0 ? -errno : 0;
        if (r >= 0 || r == -EOPNOTSUPP || r == -EISDIR)
                return 0;
        error_errno(reterr, r, "Nothing can be written to /etc");
        if (r == -EROFS)
                error_hint(reterr, "The file system of /etc is read-only: remount it, or install on a host "
                                   "where it is not");
        else if (r == -ENOSPC)
                error_hint(reterr, "Its file system is full");
        return r;
}

/* The labels that were compared must be those of the installed image. */
static int check_from(struct worker *w, struct error **reterr) {
        const struct plan_from *from = w->plan->from;
        if (from && str_equal(from->image_id, w->record->image_id))
                return 0;
        error_set(reterr, -ESTALE, "%s does not run the image any more that the plan was made against",
                  w->plan->name);
        error_hint(reterr, "Look at it again and make a new plan");
        return -ESTALE;
}

static int prepare_check_name(struct worker *w, struct error **reterr) {
        const char *name = w->plan->name;
        if (w->plan->verb != VERB_INSTALL && w->plan->verb != VERB_REHEARSE) {
                int r = services_read(w->paths, name, &w->record, reterr);
                if (r >= 0 && w->plan->verb == VERB_UPGRADE)
                        r = check_from(w, reterr);
                return r < 0 ? r : worker_save_record(w, reterr);
        }
        if (w->plan->verb == VERB_REHEARSE || !services_exists(w->paths, name))
                return 0;
        error_set(reterr, -EEXIST, "A service named %s is installed already", name);
        error_hint(reterr, "Take another name with --name, or uninstall it first: fairlead uninstall %s",
                   name);
        return -EEXIST;
}

/* The last thing, so that little time passes until the join. */
static void look_at_realm(struct worker *w) {
        struct error *e = NULL;
        bool asks =
                w->plan->joins != REALM_NONE && (w->plan->verb == VERB_INSTALL || w->plan->deletes_account);
        int r = asks ? worker_look_at_realm(w, worker_ended, &e) : STEP_ENDED;
        if (r < 0)
                worker_failed(w, e);
        else if (r == STEP_ENDED)
                worker_ended(w);
}

static void prepare_on_units(struct unit_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (!list) {
                worker_failed(w, e);
                return;
        }
        _cleanup_(unit_list_freep) struct unit_list *units = list;
        _cleanup_strv_ char **active = NULL, **stopped = NULL;
        for (size_t i = 0; i < units->n; i++) {
                const struct unit *u = &units->items[i];
                if (str_equal(u->active, "active") && strv_add(&active, u->name) < 0)
                        break;
                /* one that failed is none of them: it should run */
                if (w->record && strv_contains(w->record->units, u->name) &&
                    str_equal(u->active, "inactive") && strv_add(&stopped, u->name) < 0)
                        break;
        }
        struct error *failure = NULL;
        if (worker_save_lines(w, "active-before", active, &failure) < 0 ||
            worker_save_lines(w, "stopped-before", stopped, &failure) < 0)
                worker_failed(w, failure);
        else
                look_at_realm(w);
}

static int prepare_apply(struct worker *w, struct error **reterr) {
        int r = plan_permitted(w->plan, reterr);
        if (r >= 0)
                r = prepare_check_name(w, reterr);
        if (r >= 0)
                r = check_room(w, reterr);
        if (r >= 0 && w->plan->verb != VERB_REHEARSE)
                r = check_writable(w, reterr);
        if (r < 0)
                return r;
        if (!w->units)
                return STEP_ENDED;
        /* Which services run now: an undo starts again what the job stopped, and stops what it started. */
        w->op = units_list(w->units, "*.service", prepare_on_units, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

const struct step preflight_step = { .step = STEP_PREFLIGHT, .apply = prepare_apply };
