/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/base.h"

#include "base/memory.h"

/* Whether path is the folder or below it, by name; both absolute, no slash at the end except of "/". */
static inline bool path_below(const char *path, const char *folder) {
        size_t n = strlen(folder);
        if (n == 1 && folder[0] == '/')
                return path[0] == '/';
        return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* The folder that holds an absolute path. The caller frees. */
static inline char *path_folder(const char *path) {
        const char *slash = strrchr(path, '/');
        return slash > path ? xstrndup(path, (size_t) (slash - path)) : xstrdup("/");
}

/* Where root's programs are looked for, whatever PATH the caller has. */
#define PATH_OF_ROOT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
