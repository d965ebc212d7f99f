/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backend/checks/check.h"
#include "base/str.h"

#define ROOM_BYTES (64ULL * 1000 * 1000)

/* Writing is tried, without a trace. */
static bool writable(const char *path) {
        int fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0)
                close(fd);
        return fd >= 0 || errno == EOPNOTSUPP || errno == EISDIR || errno == EACCES;
}

static void look(struct preflight_run *run, struct check_result *result, void *state) {
        static const char *const folders[] = { "/etc", "/var" };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", run->paths->root, folders[i]);
                struct statvfs fs;
                if (!path || statvfs(path, &fs) < 0)
                        continue;
                unsigned long long free_bytes = (unsigned long long) fs.f_bavail * fs.f_frsize;
                if (fs.f_flag & ST_RDONLY || !writable(path)) {
                        check_say(result, VERDICT_FAIL, "nothing can be written to %s", folders[i]);
                        check_hint(result, "Its file system is read-only: remount it, or join in a way that keeps its files elsewhere");
                        return;
                }
                if (free_bytes < ROOM_BYTES) {
                        check_say(result, VERDICT_FAIL, "%s has only %llu MB free", folders[i], free_bytes / 1000000);
                        check_hint(result, "Make room: %llu MB are wanted there", ROOM_BYTES / 1000000);
                        return;
                }
        }
        check_say(result, VERDICT_OK, "/etc and /var can be written and have room");
}

const struct check room_check = { .id = "room", .title = "Room", .look = look };
