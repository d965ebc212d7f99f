/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/paths.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "config.h"

const struct paths paths_default = {
        .state = "/var/lib/fairlead",
        .run = "/run/fairlead",
        .root = "",
        .config = "/etc/fairlead",
        .data = DATA_DIR,
        .worker = WORKER_PATH,
};

static int open_folder(const char *path) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return fd < 0 ? -errno : fd;
}

static int prepare_folder(const char *path, struct error **reterr) {
        _cleanup_close_ int fd = open_folder(path);
        if (fd == -ENOENT) {
                if (mkdir(path, 0700) < 0 && errno != EEXIST) {
                        int r = -errno;
                        error_errno(reterr, r, "The folder %s cannot be made", path);
                        if (r == -EROFS)
                                error_hint(reterr, "The file system is read-only; see mount(8)");
                        if (r == -EACCES)
                                error_hint(reterr, "Run fairlead as root");
                        return r;
                }
                fd = open_folder(path);
        }
        if (fd < 0)
                return error_errno(reterr, fd, "The folder %s cannot be opened", path);
        /* Write access to a folder of ours is enough to have jobs run as root. */
        return files_check_owner(fd, path, reterr);
}

int paths_prepare(const struct paths *paths, struct error **reterr) {
        const char *const folders[][2] = {
                { paths->state, "" },
                { paths->state, "/jobs" },
                { paths->state, "/services" },
                { paths->run, "" },
        };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", folders[i][0], folders[i][1]);
                if (!path)
                        return error_set(reterr, -ENOMEM, "Out of memory");
                int r = prepare_folder(path, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}
