/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/edits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "backend/io/files.h"
#include "base/str.h"
#include "model/plan/drop-in.h"
#include "model/service/unit.h"

#define EDITS "edits"

static int edits_open(const struct paths *paths, bool make) {
        _cleanup_close_ int state = open(paths->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return state < 0 ? -errno : files_open_private(state, EDITS, make);
}

/* Two editors of one unit would write over each other. */
static int edit_copy_lock(int folder, const char *unit, struct error **reterr) {
        if (flock(folder, LOCK_EX | LOCK_NB) >= 0)
                return 0;
        if (errno != EWOULDBLOCK)
                return error_errno(reterr, -errno, "The copy of %s cannot be locked", unit);
        error_set(reterr, -EBUSY, "Somebody edits %s at this moment", unit);
        return error_hint(reterr, "Wait until that editor has ended, then edit it again");
}

int edit_copy_open(const struct paths *paths, const char *unit, const char *file, struct edit_copy *ret,
                   struct error **reterr) {
        struct edit_copy copy = EDIT_COPY_CLOSED;
        int r = quadlet_name_valid(unit) ? 0 : unit_name_check(unit, reterr);
        r = r < 0 ? r : paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int edits = edits_open(paths, true);
        copy.folder = edits < 0 ? edits : files_open_private(edits, unit, true);
        if (copy.folder < 0)
                return error_errno(reterr, copy.folder, "No folder for the editor can be made in %s/" EDITS,
                                   paths->state);
        r = edit_copy_lock(copy.folder, unit, reterr);
        if (r < 0) {
                close(copy.folder);
                return r;
        }
        copy.path = str_printf("%s/" EDITS "/%s/%s", paths->state, unit, file);
        copy.name = xstrdup(file);
        copy.earlier = faccessat(copy.folder, file, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
        *ret = copy;
        return 0;
}

int edit_copy_write(const struct edit_copy *copy, const char *text, struct error **reterr) {
        _cleanup_free_ char *older = str_printf("%s~", copy->name);
        if (copy->earlier && renameat(copy->folder, copy->name, copy->folder, older) < 0)
                return error_errno(reterr, -errno, "The earlier copy %s cannot be set aside", copy->path);
        return files_write(copy->folder, copy->name, text, strlen(text), 0600, reterr);
}

int edit_copy_read(const struct edit_copy *copy, size_t max, char **ret, struct error **reterr) {
        size_t n;
        return files_read(copy->folder, copy->name, max, ret, &n, reterr);
}

/* What an editor leaves behind goes with the copy; what a person typed earlier does not. */
void edit_copy_remove(struct edit_copy *copy, const struct paths *paths, const char *unit) {
        _cleanup_free_ char *older = str_printf("%s~", copy->name);
        bool keep = faccessat(copy->folder, older, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
        _cleanup_close_ int edits = edits_open(paths, false);
        if (keep)
                (void) files_remove(copy->folder, copy->name, NULL);
        else if (edits >= 0)
                (void) files_remove_tree(edits, unit);
}

void edit_copy_close(struct edit_copy *copy) {
        if (copy->folder >= 0)
                close(copy->folder);
        FREE_ALL(copy->path, copy->name);
        *copy = EDIT_COPY_CLOSED;
}
