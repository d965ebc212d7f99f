/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/base.h"

/* Whether path is the folder or below it, by name; both absolute, no slash at the end except of "/". */
static inline bool path_below(const char *path, const char *folder) {
        size_t n = strlen(folder);
        if (n == 1 && folder[0] == '/')
                return path[0] == '/';
        return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}
