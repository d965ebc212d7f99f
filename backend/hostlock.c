/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/hostlock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/str.h"
#include "model/job.h"

static int open_lock(const struct paths *paths, int flags) {
        _cleanup_free_ char *path = str_printf("%s/lock", paths->run);
        if (!path)
                return -ENOMEM;
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
        return fd < 0 ? -errno : fd;
}

static char *read_id(int fd) {
        char id[64];
        ssize_t n = pread(fd, id, sizeof id - 1, 0);
        if (n <= 0)
                return NULL;
        id[n] = '\0';
        return job_id_valid(id) ? strdup(id) : NULL;
}

int hostlock_take(const struct paths *paths, const char *id, char **ret_holder, struct error **reterr) {
        _cleanup_close_ int fd = open_lock(paths, O_CREAT);
        if (fd < 0)
                return error_errno(reterr, fd, "The lock %s/lock cannot be opened", paths->run);
        /* Not the old kind of lock: that one is lost when any descriptor of the file is closed, and belongs to a process
         * rather than to who holds the descriptor. */
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
                if (errno != EAGAIN && errno != EACCES)
                        return error_errno(reterr, -errno, "The lock %s/lock cannot be taken", paths->run);
                _cleanup_free_ char *holder = read_id(fd);
                error_set(reterr, -EBUSY, "Another job changes this host now: %s", holder ? holder : "its id is not known");
                if (holder)
                        error_hint(reterr, "Watch it: fairlead attach %s", holder);
                if (ret_holder)
                        *ret_holder = TAKE(holder);
                return -EBUSY;
        }
        if (ftruncate(fd, 0) < 0 || pwrite(fd, id, strlen(id), 0) != (ssize_t) strlen(id))
                return error_errno(reterr, -EIO, "The lock %s/lock cannot be written", paths->run);
        return TAKE_FD(fd);
}

char *hostlock_holder(const struct paths *paths) {
        _cleanup_close_ int fd = open_lock(paths, 0);
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        if (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
                return NULL;
        return read_id(fd);
}
