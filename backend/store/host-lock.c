/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/host-lock.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/io/files.h"
#include "backend/store/control.h"
#include "backend/store/delivery.h"
#include "backend/store/job-folder.h"

static int open_lock(const struct paths *paths, int flags) {
        _cleanup_free_ char *path = str_printf("%s/lock", paths->run);
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
        return fd < 0 ? -errno : fd;
}

/* The lock of the first byte holds the host; that of the second says that the id in the file is the holder's:
 * a dead worker's id stays in the file, also until a new holder has written its own. */
enum { THE_HOST, THE_ID };

/* Open-file-description locks: a process lock is lost when any descriptor of the file is closed, and belongs
 * to the process rather than to the descriptor. */
static int set_lock(int fd, off_t byte) {
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
        return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

static char *read_holder(int fd) {
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = THE_ID, .l_len = 1 };
        char id[64] = "";
        if (fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type == F_UNLCK ||
            pread(fd, id, sizeof id - 1, 0) <= 0)
                return NULL;
        return job_id_valid(id) ? xstrdup(id) : NULL;
}

int hostlock_take(const struct paths *paths, const char *id, char **ret_holder, struct error **reterr) {
        _cleanup_close_ int fd = open_lock(paths, O_CREAT);
        if (fd < 0)
                return error_errno(reterr, fd, "The lock %s/lock cannot be opened", paths->run);
        int r = set_lock(fd, THE_HOST);
        if (r == -EAGAIN || r == -EACCES) {
                _cleanup_free_ char *holder = read_holder(fd);
                error_set(reterr, -EBUSY, "Another job is changing this host: %s",
                          holder ? holder : "its id is not known");
                if (holder)
                        error_hint(reterr, "Watch it: fairlead attach %s", holder);
                if (ret_holder)
                        *ret_holder = TAKE(holder);
                return -EBUSY;
        }
        if (r < 0)
                return error_errno(reterr, r, "The lock %s/lock cannot be taken", paths->run);
        if (ftruncate(fd, 0) < 0 || pwrite(fd, id, strlen(id), 0) != (ssize_t) strlen(id) ||
            set_lock(fd, THE_ID) < 0)
                return error_errno(reterr, -EIO, "The lock %s/lock cannot be written", paths->run);
        return TAKE_FD(fd);
}

char *hostlock_holder(const struct paths *paths) {
        _cleanup_close_ int fd = open_lock(paths, 0);
        return fd < 0 ? NULL : read_holder(fd);
}

/* ---- partial files of dead workers ---- */

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
        delivery_remove_files(paths, NULL);
        sweep_unbegun(paths);
        jobfolder_sweep(paths);
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
