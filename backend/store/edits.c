/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/edits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/io/files.h"
#include "base/readfile.h"
#include "base/str.h"
#include "model/plan/drop-in.h"
#include "model/service/unit.h"

#define EDITS "edits"
#define DAY_SECONDS 86400

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

/* The folder of a unit, made where it is missing, and locked. One that was removed before we had its lock is
 * no folder of anything. */
static int edit_copy_folder(int edits, const struct paths *paths, const char *unit, struct error **reterr) {
        for (;;) {
                struct stat st;
                _cleanup_close_ int folder = edits < 0 ? edits : files_open_private(edits, unit, true);
                if (folder < 0)
                        return error_errno(reterr, folder,
                                           "No folder for the editor can be made in %s/" EDITS, paths->state);
                int r = edit_copy_lock(folder, unit, reterr);
                if (r < 0)
                        return r;
                if (fstat(folder, &st) < 0 || st.st_nlink > 0)
                        return TAKE_FD(folder);
        }
}

int edit_copy_open(const struct paths *paths, const char *unit, const char *file, struct edit_copy *ret,
                   struct error **reterr) {
        struct edit_copy copy = EDIT_COPY_CLOSED;
        int r = quadlet_name_valid(unit) ? 0 : unit_name_check(unit, reterr);
        r = r < 0 ? r : paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int edits = edits_open(paths, true);
        copy.folder = edit_copy_folder(edits, paths, unit, reterr);
        if (copy.folder < 0)
                return copy.folder;
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

/* ---- what was set aside or left ---- */

struct edit_left {
        char *unit;
        int folder;   /* locked */
        int64_t time; /* of its newest file; 0: it has none */
};

static int64_t edits_newest(int folder) {
        int64_t newest = 0;
        struct stat st;
        _cleanup_strv_ char **files = folder_names(folder, ".", "");
        for (char **file = files; file && *file; file++)
                if (fstatat(folder, *file, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtim.tv_sec > newest)
                        newest = st.st_mtim.tv_sec;
        return newest;
}

static int edits_newest_first(const void *a, const void *b) {
        const struct edit_left *x = a, *y = b;
        return x->time == y->time ? strcmp(x->unit, y->unit) : x->time < y->time ? 1 : -1;
}

/* As with jobs no date removes the newest few: clocks are wrong at times. A folder without a file is of an
 * editor that died at once. */
static bool edits_goes(const struct edit_left *left, size_t i, const struct retention *limits) {
        bool old = limits->days && i >= RETENTION_LEAST &&
                   left->time < time(NULL) - (int64_t) limits->days * DAY_SECONDS;
        return !left->time || limits->all || old || (limits->jobs && i >= limits->jobs);
}

void edits_sweep(const struct paths *paths, const struct retention *limits, bool really, char ***ret) {
        _cleanup_close_ int edits = edits_open(paths, false);
        _cleanup_strv_ char **units = edits < 0 ? NULL : folder_names(edits, ".", "");
        struct edit_left *left = xcalloc(strv_length(units) + 1, sizeof *left);
        size_t n = 0;
        for (char **unit = units; unit && *unit; unit++) {
                _cleanup_close_ int folder = files_open_private(edits, *unit, false);
                if (folder < 0 || flock(folder, LOCK_EX | LOCK_NB) < 0)
                        continue; /* somebody edits it */
                int64_t time = edits_newest(folder);
                left[n++] = (struct edit_left){ .unit = *unit, .time = time, .folder = TAKE_FD(folder) };
        }
        qsort(left, n, sizeof *left, edits_newest_first);
        for (size_t i = 0; i < n; i++) {
                if (edits_goes(&left[i], i, limits)) {
                        if (left[i].time)
                                strv_add(ret, left[i].unit);
                        if (really)
                                (void) files_remove_tree(edits, left[i].unit);
                }
                close(left[i].folder);
        }
        free(left);
}
