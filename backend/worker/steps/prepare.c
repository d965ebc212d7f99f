/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/statvfs.h>

#include "backend/io/files.h"
#include "backend/store/services.h"
#include "backend/worker/step.h"

/* Space for saved files, log and journal; the undo needs none of it any more. */
#define ROOM_BYTES (64ULL * 1000 * 1000)
#define ROOM_FILES 8192ULL

static int prepare_check_room(struct worker *w, struct error **reterr) {
        struct statvfs fs;
        if (fstatvfs(w->folder, &fs) < 0)
                return error_errno(reterr, -errno, "The free space in %s cannot be read", w->paths->state);
        unsigned long long bytes = (unsigned long long) fs.f_bavail * fs.f_frsize;
        if (bytes >= ROOM_BYTES && (fs.f_files == 0 || fs.f_favail >= ROOM_FILES))
                return 0;
        error_set(reterr, -ENOSPC,
                  "Not enough space in %s to save the host's files first: %llu MB and %llu files are free",
                  w->paths->state, bytes / 1000000, (unsigned long long) fs.f_favail);
        return error_hint(reterr, "Free space on that file system: %llu MB and %llu files are needed",
                          ROOM_BYTES / 1000000, ROOM_FILES);
}

/* A trial write, without a trace: permissions do not show a file system that is read-only or full. */
static int prepare_check_writable(struct worker *w, struct error **reterr) {
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
static int prepare_check_from(struct worker *w, struct error **reterr) {
        const struct image_pin *from = w->plan->from;
        if (str_equal(from->image_id, w->record->pin.image_id))
                return 0;
        error_set(reterr, -ESTALE, "%s no longer runs the image that the plan was made against",
                  w->plan->name);
        return error_hint(reterr, "Look at it again and make a new plan");
}

static int prepare_check_name(struct worker *w, struct error **reterr) {
        const char *name = w->plan->name;
        if ((w->plan->verb == VERB_REHEARSE && !w->plan->from) || w->plan->verb == VERB_EDIT)
                return 0;
        if (!plan_brings(w->plan->verb)) {
                int r = services_read(w->paths, name, &w->record, reterr);
                if (r >= 0 && w->plan->from)
                        r = prepare_check_from(w, reterr);
                return r < 0 ? r : worker_save_record(w, reterr);
        }
        if (!services_exists(w->paths, name))
                return 0;
        error_set(reterr, -EEXIST, "A service named %s is installed already", name);
        return error_hint(reterr,
                          "Choose another name with --name, or uninstall it first: fairlead uninstall %s",
                          name);
}

/* Last, so that little time passes until the join. */
static int prepare_check_realm(struct worker *w, struct error **reterr) {
        bool asks =
                w->plan->joins != REALM_NONE && (w->plan->verb == VERB_INSTALL || w->plan->deletes_account);
        return asks ? worker_join_check(w, reterr) : STEP_ENDED;
}

static int prepare_save_units(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **active = NULL, **stopped = NULL;
        if (*reterr)
                return (*reterr)->code;
        for (size_t i = 0; i < w->got.units_listed->n; i++) {
                const struct unit *u = &w->got.units_listed->items[i];
                if (str_equal(u->active, "active"))
                        strv_add(&active, u->name);
                /* A failed unit is not one of them: it should run. */
                if (w->record && strv_contains(w->record->units, u->name) && str_equal(u->active, "inactive"))
                        strv_add(&stopped, u->name);
        }
        int r = worker_save_lines(w, "active-before", active, reterr);
        if (r >= 0)
                r = worker_save_lines(w, "stopped-before", stopped, reterr);
        return r < 0 ? r : prepare_check_realm(w, reterr);
}

static int prepare_apply(struct worker *w, struct error **reterr) {
        int r = plan_permitted(w->plan, reterr);
        if (r >= 0)
                r = prepare_check_name(w, reterr);
        if (r >= 0)
                r = prepare_check_room(w, reterr);
        if (r >= 0 && w->plan->verb != VERB_REHEARSE)
                r = prepare_check_writable(w, reterr);
        if (r < 0)
                return r;
        if (!w->units)
                return STEP_ENDED;
        /* Lists the running services: an undo restarts those that the job stopped, and stops new ones. */
        return worker_list_units(w, "*.service", prepare_save_units);
}

const struct step prepare_step = { .apply = prepare_apply };
