/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A folder for a fuzz target that reads files, in memory; it is emptied for each input. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "tests/fuzz/must.h"

static char fuzz_folder_path[64];

static inline void fuzz_folder_remove(void) {
        int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        (void) files_remove_tree(top, fuzz_folder_path + 1);
        close(top);
}

/* The empty folder; its path is in fuzz_folder_path. The caller closes. */
static inline int fuzz_folder_new(void) {
        if (!*fuzz_folder_path) {
                snprintf(fuzz_folder_path, sizeof fuzz_folder_path, "%s/fairlead-fuzz-%ld",
                         access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long) getpid());
                atexit(fuzz_folder_remove);
        }
        fuzz_folder_remove();
        MUST(mkdir(fuzz_folder_path, 0700) == 0);
        int fd = open(fuzz_folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        MUST(fd >= 0);
        return fd;
}

/* The folders above a path, which has no "..". */
static inline void fuzz_folder_above(int fd, const char *path) {
        char part[512];
        for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
                snprintf(part, sizeof part, "%.*s", (int) (slash - path), path);
                (void) mkdirat(fd, part, 0700);
        }
}

static inline void fuzz_folder_write(int fd, const char *path, const void *bytes, size_t n) {
        fuzz_folder_above(fd, path);
        int file = openat(fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file < 0)
                return;
        MUST(write(file, bytes, n) == (ssize_t) n);
        close(file);
}

/* The bytes up to the next NUL, which is taken, too; their number in *ret_n. */
static inline const char *fuzz_piece(const char **at, const char *end, size_t *ret_n) {
        const char *piece = *at, *nul = memchr(piece, 0, (size_t) (end - piece));
        *ret_n = (size_t) ((nul ? nul : end) - piece);
        *at = nul ? nul + 1 : end;
        return piece;
}
