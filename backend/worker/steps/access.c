/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit step of an access change: writes sssd.conf as shown in the plan, unless it was changed
 * meanwhile. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "backend/worker/step.h"

#define BYTES_MAX (256U * 1024)

/* Opens the file's folder; also returns the present content on request. */
static int access_open(struct worker *w, const char **ret_name, char **ret_text, struct error **reterr) {
        size_t n;
        int folder = files_open_parent(w->root, w->plan->file.path, ret_name, reterr);
        if (folder < 0 || files_read(folder, *ret_name, BYTES_MAX, ret_text, &n, reterr) >= 0)
                return folder;
        close(folder);
        return -ENOENT;
}

/* The units to restart: those of the service, or the plan's where it has none of its own. */
static int access_recall(struct worker *w, struct error **reterr) {
        if (w->made.units)
                return 0;
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        if (strv_length(w->record->units))
                strv_extend(&w->made.units, w->record->units);
        else if (w->plan->unit.name)
                strv_add(&w->made.units, w->plan->unit.name);
        return 0;
}

static int access_apply(struct worker *w, struct error **reterr) {
        const struct plan_file *file = &w->plan->file;
        const char *name;
        _cleanup_free_ char *now = NULL;
        struct stat st;
        int r = access_recall(w, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = access_open(w, &name, &now, reterr);
        if (folder < 0)
                return folder;
        if (strcmp(now, file->was) != 0) {
                error_set(reterr, -ESTALE, "Somebody changed %s since this was planned", file->path);
                error_hint(reterr, "Look at it, and plan again");
                return -ESTALE;
        }
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return error_errno(reterr, -errno, "%s cannot be read", file->path);
        r = files_write(folder, name, file->text, strlen(file->text), st.st_mode & 07777, reterr);
        if (r < 0)
                return r;
        if ((st.st_uid || st.st_gid) && fchownat(folder, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
                return error_errno(reterr, -errno, "%s cannot be given to its owner", file->path);
        worker_note(w, "%s", file->sentence ? file->sentence : file->path);
        return STEP_ENDED;
}

static int access_probe(struct worker *w) {
        const char *name;
        _cleanup_free_ char *now = NULL;
        _cleanup_close_ int folder = access_open(w, &name, &now, NULL);
        return folder >= 0 && strcmp(now, w->plan->file.text) == 0;
}

/* The snapshot restores the file itself. */
const struct step access_step = { .apply = access_apply, .probe = access_probe, .recall = access_recall };
