/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/stamp.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a, of 64 bits: changes are to be noticed, nobody is kept out. */
static uint64_t stamp_mix(uint64_t stamp, const void *bytes, size_t n) {
        for (const unsigned char *at = bytes; n; n--)
                stamp = (stamp ^ *at++) * 0x100000001b3ULL;
        return stamp;
}

static uint64_t stamp_of(int folder, const char *name) {
        struct stat st;
        uint64_t stamp = stamp_mix(0xcbf29ce484222325ULL, name, strlen(name));
        if (fstatat(folder, name, &st, 0) < 0)
                return stamp;
        const uint64_t state[] = { st.st_dev,
                                   st.st_ino,
                                   st.st_mode,
                                   st.st_uid,
                                   (uint64_t) st.st_size,
                                   (uint64_t) st.st_mtim.tv_sec,
                                   (uint64_t) st.st_mtim.tv_nsec,
                                   (uint64_t) st.st_ctim.tv_sec,
                                   (uint64_t) st.st_ctim.tv_nsec };
        return stamp_mix(stamp, state, sizeof state);
}

uint64_t stamp_add(uint64_t before, const char *path) {
        uint64_t sum = stamp_of(AT_FDCWD, path);
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *folder = fd < 0 ? NULL : fdopendir(fd);
        if (fd >= 0 && !folder)
                close(fd);
        /* A sum: a folder has no order. "." and ".." count: who may write there decides what is read. */
        for (const struct dirent *entry; folder && (entry = readdir(folder));)
                sum += stamp_of(dirfd(folder), entry->d_name);
        if (folder)
                closedir(folder);
        return stamp_mix(stamp_mix(0xcbf29ce484222325ULL, &before, sizeof before), &sum, sizeof sum);
}
