/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include "backend/rpm/internal.h"

bool rpm_file_read(struct rpm_file *file, uint64_t offset, void *to, size_t n) {
        if (offset > file->size || n > file->size - offset || n > file->left)
                return false;
        file->left -= n;
        for (ssize_t got; n > 0; offset += (uint64_t) got, to = (uint8_t *) to + got, n -= (size_t) got) {
                got = TEMP_FAILURE_RETRY(pread(file->fd, to, n, (off_t) offset));
                if (got <= 0)
                        return false;
        }
        return true;
}
