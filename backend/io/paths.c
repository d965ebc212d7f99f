/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "base/readfile.h"
#include "config.h"

#define SMALL_FILE_MAX (256U * 1024)

const struct paths paths_default = {
        .state = "/var/lib/fairlead",
        .run = "/run/fairlead",
        .root = "",
        .cache = "/var/cache/fairlead",
        .config = "/etc/fairlead",
        .data = DATA_DIR,
        .worker = WORKER_PATH,
        .pam = PAM_TOOL_PATH,
};

char *paths_read(const char *root, const char *path, size_t *ret_n) {
        _cleanup_free_ char *whole = str_printf("%s%s", root, path);
        char *text = NULL;
        return readfile(whole, SMALL_FILE_MAX, &text, ret_n, NULL) < 0 ? NULL : text;
}

bool paths_access(const char *root, const char *path, int mode) {
        _cleanup_free_ char *whole = str_printf("%s%s", root, path);
        return access(whole, mode) == 0;
}

static int paths_prepare_folder(const char *folder, const char *below, struct error **reterr) {
        _cleanup_free_ char *path = str_printf("%s%s", folder, below);
        if (mkdir(path, 0700) < 0 && errno != EEXIST) {
                int r = error_errno(reterr, -errno, "The folder %s cannot be made", path);
                if (r == -EROFS)
                        error_hint(reterr, "The file system is read-only; see mount(8)");
                if (r == -EACCES)
                        error_hint(reterr, "Run fairlead as root");
                return r;
        }
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return error_errno(reterr, -errno, "The folder %s cannot be opened", path);
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
                int r = paths_prepare_folder(folders[i][0], folders[i][1], reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

char *path_of_program(const char *name, const char *folders) {
        if (strchr(name, '/'))
                return xstrdup(name);
        for (const char *at = folders; *name && *at; at += strspn(at, ":")) {
                size_t n = strcspn(at, ":");
                char *path = str_printf("%.*s/%s", (int) n, at, name);
                struct stat st;
                if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
                        return path;
                free(path);
                at += n;
        }
        return NULL;
}
