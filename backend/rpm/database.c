/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>

#include "backend/rpm/internal.h"

#define DATABASE_BYTES_MAX (512U * 1024 * 1024)
#define MAGIC_BYTES 16U

const char *const rpm_database_names[] = { "rpmdb.sqlite", "Packages.db", "Packages", NULL };
const char *const rpm_database_unfinished[] = { "-wal", "-journal", NULL };

static const struct {
        size_t offset;
        const char *magic;
        size_t n;
        bool (*read)(struct rpm_file *file);
} kinds[] = {
        { 0, "SQLite format 3", 16, rpm_sqlite_read },
        { 0, "RpmP", 4, rpm_ndb_read },
        /* in the order of bytes of the machine that wrote it */
        { 12, "\x61\x15\x06\x00", 4, rpm_berkeley_read },
        { 12, "\x00\x06\x15\x61", 4, rpm_berkeley_read },
};

static int rpm_say(struct error **reterr, int code, const char *path, const char *what) {
        return error_set(reterr, code, "Its database of RPM (%s) %s", path, what);
}

int rpm_database_read(int fd, const char *path, struct package_list *list, struct error **reterr) {
        struct stat st;
        uint8_t magic[MAGIC_BYTES];
        if (fstat(fd, &st) < 0)
                return error_errno(reterr, -errno, "Its database of RPM (%s) cannot be read", path);
        if (!S_ISREG(st.st_mode) || (uint64_t) st.st_size > DATABASE_BYTES_MAX)
                return rpm_say(reterr, -ENOTSUP, path, "is larger than 512 MiB");
        _cleanup_free_ struct rpm_file *file = new0(struct rpm_file);
        file->fd = fd;
        file->size = (uint64_t) st.st_size;
        file->left = 2 * file->size;
        file->list = list;
        if (!rpm_file_read(file, 0, magic, sizeof magic))
                return rpm_say(reterr, -EBADMSG, path, "is damaged");
        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                if (memcmp(magic + kinds[i].offset, kinds[i].magic, kinds[i].n) == 0)
                        return kinds[i].read(file) ? 0 : rpm_say(reterr, -EBADMSG, path, "is damaged");
        return rpm_say(reterr, -ENOTSUP, path, "is of a kind that is not read");
}
