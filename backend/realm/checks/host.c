/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host itself: privileges, root's login without the realm, disk space, package locks. */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>

#include "backend/realm/checks/check.h"
#include "backend/store/host-lock.h"

/* ---- privileges ---- */

void check_root(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *container = check_read(run, "/run/systemd/container");
        if (geteuid() != 0)
                check_say(result, VERDICT_FAIL, "Start it as root, with sudo for example",
                          "fairlead does not run as root: it can check, but not join");
        else if (container)
                check_say(result, VERDICT_WARN, "Go on only if it is meant to be joined itself",
                          "running inside a container (%.*s), not on a host", (int) strcspn(container, "\n"),
                          container);
        else
                check_say(result, VERDICT_OK, NULL, "running as root on a host");
}

/* ---- root's login without the realm ---- */

void check_login(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *shadow = check_read(run, "/etc/shadow"),
                            *keys = check_read(run, "/root/.ssh/authorized_keys");
        const char *hash = shadow ? str_starts(shadow, "root:") : NULL,
                   *later = shadow && !hash ? strstr(shadow, "\nroot:") : NULL;
        if (later)
                hash = later + strlen("\nroot:");
        bool password = hash && !strchr("!*:", *hash);
        if (password || (keys && keys[strspn(keys, " \t\r\n")]))
                check_say(result, VERDICT_OK, NULL, "root can log in without the realm (%s)",
                          password ? "password" : "SSH key");
        else if (!shadow)
                check_say(result, VERDICT_WARN, NULL,
                          "/etc/shadow cannot be read, so whether root can log in without the realm is not "
                          "known");
        else
                check_say(result, VERDICT_WARN,
                          "Keep this session open, or give a local account a password before you go on",
                          "root has neither a password nor an SSH key: without the realm nobody may get in");
}

/* ---- disk space ---- */

#define ROOM_BYTES (64ULL * 1000 * 1000)
#define ROOM_FILES 1000U

static bool check_room_writable(const char *path) {
        _cleanup_close_ int fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        return fd >= 0 || errno == EOPNOTSUPP || errno == EISDIR || errno == EACCES;
}

/* chattr(1) +i: root cannot write it either, and ls does not show it. */
static bool check_room_immutable(const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        int flags = 0;
        return fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) >= 0 && (flags & FS_IMMUTABLE_FL);
}

/* The files that a join rewrites. True: none is immutable. */
static bool check_room_marks(struct preflight_run *run, struct check_result *result) {
        static const char *const files[] = { "/etc/krb5.conf", "/etc/krb5.keytab", "/etc/nsswitch.conf",
                                             "/etc/sssd",      "/etc/hosts",       "/etc" };
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", run->paths->root, files[i]);
                if (!check_room_immutable(path))
                        continue;
                check_say(result, VERDICT_FAIL, NULL, "%s is marked immutable: not even root can change it",
                          files[i]);
                check_hint(result, "It was set on purpose. To remove it: chattr -i %s", files[i]);
                return false;
        }
        return true;
}

/* True: files can be added to the folder. */
static bool check_room_in(struct preflight_run *run, struct check_result *result, const char *folder) {
        _cleanup_free_ char *path = str_printf("%s%s", run->paths->root, folder);
        struct statvfs fs;
        if (statvfs(path, &fs) < 0)
                return true;
        unsigned long long files = fs.f_favail, bytes = (unsigned long long) fs.f_bavail * fs.f_frsize;
        if (fs.f_flag & ST_RDONLY || !check_room_writable(path))
                check_say(result, VERDICT_FAIL,
                          "Its file system is read-only: remount it, or join in a way that keeps its files "
                          "elsewhere",
                          "nothing can be written to %s", folder);
        else if (fs.f_files > 0 && files < ROOM_FILES) {
                check_say(result, VERDICT_FAIL, NULL, "%s has room for only %llu more files", folder, files);
                check_hint(result, "Remove some: %u are needed there (inodes: df -i)", ROOM_FILES);
        } else if (bytes < ROOM_BYTES) {
                check_say(result, VERDICT_FAIL, NULL, "%s has only %llu MB free", folder, bytes / 1000000);
                check_hint(result, "Make room: %llu MB are needed there", ROOM_BYTES / 1000000);
        } else
                return true;
        return false;
}

void check_room(struct preflight_run *run, struct check_result *result) {
        if (check_room_in(run, result, "/etc") && check_room_in(run, result, "/var") &&
            check_room_marks(run, result))
                check_say(result, VERDICT_OK, NULL, "/etc and /var are writable and have enough space");
}

/* ---- locks ---- */

static bool check_locks_held(const struct preflight_run *run, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", run->paths->root, path);
        _cleanup_close_ int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        return fd >= 0 && fcntl(fd, F_GETLK, &lock) >= 0 && lock.l_type != F_UNLCK;
}

void check_locks(struct preflight_run *run, struct check_result *result) {
        static const char *const locks[][2] = { { "/var/lib/dpkg/lock-frontend", "apt or dpkg" },
                                                { "/var/lib/dpkg/lock", "dpkg" },
                                                { "/var/lib/rpm/.rpm.lock", "rpm or dnf" },
                                                { "/usr/lib/sysimage/rpm/.rpm.lock", "rpm or dnf" } };
        _cleanup_free_ char *holder = hostlock_holder(run->paths);
        if (holder && !str_equal(holder, run->own_job)) {
                check_say(result, VERDICT_FAIL, NULL, "job %s changes this host now", holder);
                check_hint(result, "Wait for it: fairlead attach %s", holder);
                return;
        }
        for (size_t i = 0; i < ELEMENTS(locks); i++)
                if (check_locks_held(run, locks[i][0])) {
                        check_say(result, VERDICT_FAIL, "Wait until it has finished", "%s holds its lock",
                                  locks[i][1]);
                        return;
                }
        check_say(result, VERDICT_OK, NULL, "no package manager and no other job changes this host now");
}

/* ---- user ids ---- */

/* SSSD's range for users of Active Directory (ldap_idmap_range_min, _max), and FreeIPA's for most of its
 * own. */
#define RANGE_FIRST 200000LL
#define RANGE_LAST 2000200000LL

void check_ids(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *text = check_read(run, "/etc/passwd");
        _cleanup_str_ struct str inside = {};
        unsigned n = 0;
        for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
                char *password = strchr(line, ':'), *uid = password ? strchr(password + 1, ':') : NULL;
                long long id = uid ? strtoll(uid + 1, NULL, 10) : 0;
                if (id >= RANGE_FIRST && id <= RANGE_LAST && n++ < 5)
                        str_addf(&inside, "%s%.*s (%lld)", inside.length ? ", " : "",
                                 (int) (password - line), line, id);
        }
        if (n == 0)
                check_say(result, VERDICT_OK, NULL, "no local user has an id of the realm's range");
        else
                check_say(result, VERDICT_WARN,
                          "Files of a domain user with the same id would be theirs, too: give them other ids",
                          "%u local user%s an id of the range of domain users: %s", n,
                          n == 1 ? " has" : "s have", inside.text);
}
