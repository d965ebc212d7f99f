/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/readfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

int readfile_fd(int fd, const char *name, size_t limit, char **ret, size_t *ret_n, struct error **reterr) {
        _cleanup_str_ struct str s = {};
        char piece[16384];
        for (;;) {
                ssize_t n = read(fd, piece, sizeof piece);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return error_errno(reterr, -errno, "%s could not be read", name);
                if (n == 0)
                        break;
                if (s.length + (size_t) n > limit)
                        return error_set(reterr, -EFBIG, "%s holds more than %zu bytes", name, limit);
                str_add_bytes(&s, piece, (size_t) n);
        }
        if (ret_n)
                *ret_n = s.length;
        *ret = str_take(&s);
        return 0;
}

int readfile(const char *path, size_t limit, char **ret, size_t *ret_n, struct error **reterr) {
        if (strcmp(path, "-") == 0)
                return readfile_fd(STDIN_FILENO, "Standard input", limit, ret, ret_n, reterr);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return error_errno(reterr, -errno, "%s could not be opened", path);
        return readfile_fd(fd, path, limit, ret, ret_n, reterr);
}

static int readfile_by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

char **folder_names(int at, const char *path, const char *suffix) {
        struct dirent **entries = NULL;
        int n = scandirat(at, path, &entries, NULL, readfile_by_name);
        /* With the room of strv_copy(), but not by strv_add(), which looks for the end: a folder may have
         * thousands. */
        char **names = n < 0 ? NULL : xcalloc((size_t) n * 2 + 3, sizeof *names);
        for (int i = 0, kept = 0; i < n; i++) {
                if (entries[i]->d_name[0] != '.' && str_ends(entries[i]->d_name, suffix))
                        names[kept++] = xstrdup(entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        return names;
}
