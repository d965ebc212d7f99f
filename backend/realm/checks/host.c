/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host itself: privileges, root's login without the realm, disk space, package locks. */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backend/realm/checks/check.h"
#include "backend/store/host-lock.h"

/* ---- privileges ---- */

static void check_root_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *container = check_read(run, "/run/systemd/container");
        if (geteuid() != 0) {
                check_say(result, VERDICT_FAIL, "fairlead does not run as root: it can check, but not join");
                check_hint(result, "Start it as root, with sudo for example");
        } else if (container) {
                container[strcspn(container, "\n")] = '\0';
                check_say(result, VERDICT_WARN, "running inside a container (%s), not on a host", container);
                check_hint(result, "Go on only if it is meant to be joined itself");
        } else
                check_say(result, VERDICT_OK, "running as root on a host");
}

/* ---- root's login without the realm ---- */

static void check_login_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *shadow = check_read(run, "/etc/shadow"),
                            *keys = check_read(run, "/root/.ssh/authorized_keys");
        const char *root =
                shadow ? strncmp(shadow, "root:", 5) == 0 ? shadow : strstr(shadow, "\nroot:") : NULL;
        const char *hash = root ? strchr(root, ':') + 1 : NULL;
        bool password = hash && *hash != '!' && *hash != '*' && *hash != ':';
        if (password || (keys && keys[strspn(keys, " \t\r\n")]))
                check_say(result, VERDICT_OK, "root can log in without the realm (%s)",
                          password ? "password" : "SSH key");
        else if (!shadow)
                check_say(result, VERDICT_WARN,
                          "/etc/shadow cannot be read, so whether root can log in without the realm is not "
                          "known");
        else {
                check_say(result, VERDICT_WARN,
                          "root has neither a password nor an SSH key: without the "
                          "realm nobody may get in");
                check_hint(result, "Keep this session open, or give a local account a password before you "
                                   "go on");
        }
}

/* ---- disk space ---- */

#define ROOM_BYTES (64ULL * 1000 * 1000)
#define ROOM_FILES 1000U

static bool check_room_writable(const char *path) {
        int fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0)
                close(fd);
        return fd >= 0 || errno == EOPNOTSUPP || errno == EISDIR || errno == EACCES;
}

/* Files that a join rewrites. */
static const char *const check_room_files[] = { "/etc/krb5.conf", "/etc/krb5.keytab", "/etc/nsswitch.conf",
                                                "/etc/sssd",      "/etc/hosts",       "/etc" };

/* chattr(1) +i: root cannot write it either, and ls does not show it. */
static bool check_room_immutable(const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        int flags = 0;
        return fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) >= 0 && (flags & FS_IMMUTABLE_FL);
}

static bool check_room_marks(struct preflight_run *run, struct check_result *result) {
        for (size_t i = 0; i < ELEMENTS(check_room_files); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", run->paths->root, check_room_files[i]);
                if (!path || !check_room_immutable(path))
                        continue;
                check_say(result, VERDICT_FAIL, "%s is marked immutable: not even root can change it",
                          check_room_files[i]);
                check_hint(result, "It was set on purpose. To remove it: chattr -i %s", check_room_files[i]);
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
                        check_hint(result, "Remove some: %u are needed there (inodes: df -i)", ROOM_FILES);
                        return;
                }
                if (free_bytes < ROOM_BYTES) {
                        check_say(result, VERDICT_FAIL, "%s has only %llu MB free", folders[i],
                                  free_bytes / 1000000);
                        check_hint(result, "Make room: %llu MB are needed there", ROOM_BYTES / 1000000);
                        return;
                }
        }
        if (!check_room_marks(run, result))
                return;
        check_say(result, VERDICT_OK, "/etc and /var are writable and have enough space");
}

/* ---- locks ---- */

static bool check_locks_held(const struct preflight_run *run, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", run->paths->root, path);
        _cleanup_close_ int fd = whole ? open(whole, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        return fd >= 0 && fcntl(fd, F_GETLK, &lock) >= 0 && lock.l_type != F_UNLCK;
}

static void check_locks_look(struct preflight_run *run, struct check_result *result, void *state) {
        static const struct {
                const char *path, *who;
        } locks[] = {
                { "/var/lib/dpkg/lock-frontend", "apt or dpkg" },
                { "/var/lib/dpkg/lock", "dpkg" },
                { "/var/lib/rpm/.rpm.lock", "rpm or dnf" },
                { "/usr/lib/sysimage/rpm/.rpm.lock", "rpm or dnf" },
        };
        _cleanup_free_ char *holder = hostlock_holder(run->paths);
        if (holder && !str_equal(holder, run->own_job)) {
                check_say(result, VERDICT_FAIL, "job %s changes this host now", holder);
                check_hint(result, "Wait for it: fairlead attach %s", holder);
                return;
        }
        for (size_t i = 0; i < ELEMENTS(locks); i++)
                if (check_locks_held(run, locks[i].path)) {
                        check_say(result, VERDICT_FAIL, "%s holds its lock", locks[i].who);
                        check_hint(result, "Wait until it has finished");
                        return;
                }
        check_say(result, VERDICT_OK, "no package manager and no other job changes this host now");
}

/* ---- user ids ---- */

/* SSSD's range for users of Active Directory (ldap_idmap_range_min, _max), and FreeIPA's for most of its
 * own. */
#define RANGE_FIRST 200000LL
#define RANGE_LAST 2000200000LL

static void check_ids_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *text = check_read(run, "/etc/passwd");
        _cleanup_str_ struct str inside = {};
        char *line_state = NULL;
        unsigned n = 0;
        for (char *line = text ? strtok_r(text, "\n", &line_state) : NULL; line;
             line = strtok_r(NULL, "\n", &line_state)) {
                char *password = strchr(line, ':'), *uid = password ? strchr(password + 1, ':') : NULL;
                long long id = uid ? strtoll(uid + 1, NULL, 10) : 0;
                if (id < RANGE_FIRST || id > RANGE_LAST)
                        continue;
                *password = '\0';
                if (n++ < 5)
                        str_addf(&inside, "%s%s (%lld)", inside.length ? ", " : "", line, id);
        }
        if (n == 0) {
                check_say(result, VERDICT_OK, "no local user has an id of the realm's range");
                return;
        }
        check_say(result, VERDICT_WARN, "%u local user%s an id of the range of domain users: %s", n,
                  n == 1 ? " has" : "s have", inside.text);
        check_hint(result, "Files of a domain user with the same id would be theirs, too: give them other "
                           "ids");
}

const struct check root_check = { .id = "root", .title = "Privileges", .look = check_root_look };
const struct check login_check = { .id = "login", .title = "Local login", .look = check_login_look };
const struct check room_check = { .id = "room", .title = "Disk space", .look = check_room_look };
const struct check locks_check = { .id = "locks", .title = "Package locks", .look = check_locks_look };
const struct check ids_check = { .id = "ids", .title = "User ids", .look = check_ids_look };
