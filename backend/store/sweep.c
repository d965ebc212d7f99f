/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "backend/store/control.h"
#include "backend/store/delivery.h"
#include "backend/store/host-lock.h"
#include "backend/store/job-folder.h"

#define UNBEGUN_SECONDS 600 /* many times the start of a worker */

/* Folders of jobs whose console died before a worker began them: none will. A young one may be about to
 * begin. */
static void sweep_unbegun(const struct paths *paths) {
        _cleanup_free_ char *path = str_printf("%s/jobs", paths->state);
        DIR *d = opendir(path);
        for (struct dirent *item; d && (item = readdir(d));) {
                char journal[NAME_MAX + 16];
                struct stat st;
                if (!job_id_valid(item->d_name) ||
                    fstatat(dirfd(d), item->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
                    st.st_mtim.tv_sec > time(NULL) - UNBEGUN_SECONDS)
                        continue;
                snprintf(journal, sizeof journal, "%s/journal", item->d_name);
                if (faccessat(dirfd(d), journal, F_OK, 0) < 0 && errno == ENOENT)
                        (void) jobfolder_remove(paths, item->d_name);
        }
        if (d)
                closedir(d);
}

/* In each folder of a worker's own files a temporary name of files.c has no owner any more. */
void sweep_run(const struct paths *paths) {
        static const char *const own[] = { "", "/services", "/jobs" };
        control_sweep(paths);
        delivery_remove_all(paths);
        sweep_unbegun(paths);
        for (size_t i = 0; i < ELEMENTS(own); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", paths->state, own[i]);
                _cleanup_close_ int folder = files_open_root(path, NULL);
                if (folder >= 0)
                        (void) files_sweep(folder);
        }
}

void sweep_unless_held(const struct paths *paths) {
        _cleanup_close_ int lock = hostlock_take(paths, "", NULL, NULL);
        if (lock >= 0)
                sweep_run(paths);
}
