/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/log-files.h"

#include <dirent.h>
#include <endian.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>

#include "base/base.h"

/* The beginning of the header (systemd: JOURNAL_FILE_FORMAT.md, "Header"), little-endian. */
struct file_header {
        char signature[8];
        uint8_t unused[80];
        uint64_t header_size;
        uint64_t arena_size;
};

#define FILES_MAX 4096U

static bool file_is_damaged(int folder, const char *name) {
        const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
        _cleanup_close_ int fd = openat(folder, name, flags);
        struct file_header header;
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return false;
        /* A file that was just made is still empty. */
        if (st.st_size == 0)
                return false;
        if (pread(fd, &header, sizeof header, 0) != sizeof header ||
            memcmp(header.signature, "LPKSHHRH", sizeof header.signature) != 0)
                return true;
        uint64_t size = le64toh(header.header_size), arena = le64toh(header.arena_size);
        return size > (uint64_t) st.st_size || arena > (uint64_t) st.st_size - size;
}

/* The damaged files of a folder, the first one's path in *first. */
static size_t folder_damage(const char *path, char **first) {
        DIR *folder = opendir(path);
        if (!folder)
                return 0;
        size_t n = 0, seen = 0;
        for (struct dirent *entry; (entry = readdir(folder)) && seen < FILES_MAX; seen++) {
                if (!str_ends(entry->d_name, ".journal") && !str_ends(entry->d_name, ".journal~"))
                        continue;
                if (!file_is_damaged(dirfd(folder), entry->d_name))
                        continue;
                n++;
                if (!*first)
                        *first = str_printf("%s/%s", path, entry->d_name);
        }
        closedir(folder);
        return n;
}

char *log_files_damage(const char *directory) {
        _cleanup_free_ char *first = NULL;
        size_t n = 0;
        sd_id128_t machine;
        if (directory)
                n = folder_damage(directory, &first);
        else if (sd_id128_get_machine(&machine) >= 0) {
                static const char *const places[] = { "/var/log/journal", "/run/log/journal" };
                char id[SD_ID128_STRING_MAX];
                sd_id128_to_string(machine, id);
                for (size_t i = 0; i < ELEMENTS(places); i++) {
                        _cleanup_free_ char *path = str_printf("%s/%s", places[i], id);
                        n += folder_damage(path, &first);
                }
        }
        if (n == 0)
                return NULL;
        return n == 1 ? str_printf("The journal file %s is damaged: its entries are missing here", first)
                      : str_printf("%zu journal files are damaged, one of them %s: their entries are missing "
                                   "here",
                                   n, first);
}
