/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

#define ROOM_BYTES (64ULL * 1000 * 1000)
#define ROOM_FILES 1000U

/* Writing is tried, without a trace. */
static bool check_room_writable(const char *path) {
        int fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0)
                close(fd);
        return fd >= 0 || errno == EOPNOTSUPP || errno == EISDIR || errno == EACCES;
}

/* Files that a join rewrites. */
static const char *const rewritten[] = { "/etc/krb5.conf", "/etc/krb5.keytab", "/etc/nsswitch.conf",
                                         "/etc/sssd",      "/etc/hosts",       "/etc" };

/* chattr(1) +i: root cannot write it either, and sees nothing of it with ls. */
static bool check_room_immutable(const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        int flags = 0;
        return fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) >= 0 && (flags & FS_IMMUTABLE_FL);
}

static bool look_at_marks(struct preflight_run *run, struct check_result *result) {
        for (size_t i = 0; i < ELEMENTS(rewritten); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", run->paths->root, rewritten[i]);
                if (!path || !check_room_immutable(path))
                        continue;
                check_say(result, VERDICT_FAIL, "%s is marked immutable: not even root can change it",
                          rewritten[i]);
                check_hint(result, "Somebody meant that. To take it back: chattr -i %s", rewritten[i]);
                return false;
        }
        return true;
}

static void check_room_look(struct preflight_run *run, struct check_result *result, void *state) {
        static const char *const folders[] = { "/etc", "/var" };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", run->paths->root, folders[i]);
                struct statvfs fs;
                if (!path || statvfs(path, &fs) < 0)
                        continue;
                unsigned long long free_bytes = (unsigned long long) fs.f_bavail * fs.f_frsize;
                if (fs.f_flag & ST_RDONLY || !check_room_writable(path)) {
                        check_say(result, VERDICT_FAIL, "nothing can be written to %s", folders[i]);
                        check_hint(result, "Its file system is read-only: remount it, or join in a way that "
                                           "keeps its files elsewhere");
                        return;
                }
                if (fs.f_files > 0 && fs.f_favail < ROOM_FILES) {
                        check_say(result, VERDICT_FAIL, "%s has room for only %llu more files", folders[i],
                                  (unsigned long long) fs.f_favail);
                        check_hint(result, "Remove some: %u are wanted there (inodes: df -i)", ROOM_FILES);
                        return;
                }
                if (free_bytes < ROOM_BYTES) {
                        check_say(result, VERDICT_FAIL, "%s has only %llu MB free", folders[i],
                                  free_bytes / 1000000);
                        check_hint(result, "Make room: %llu MB are wanted there", ROOM_BYTES / 1000000);
                        return;
                }
        }
        if (!look_at_marks(run, result))
                return;
        check_say(result, VERDICT_OK, "/etc and /var can be written and have room");
}

const struct check room_check = { .id = "room", .title = "Room", .look = check_room_look };
