/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "backend/realm/checks/check.h"
#include "backend/store/host-lock.h"
#include "base/str.h"

/* Does somebody hold a lock on this file? */
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
                { "/var/lib/dpkg/lock-frontend", "apt or dpkg" }, { "/var/lib/dpkg/lock", "dpkg" },
                { "/var/lib/rpm/.rpm.lock", "rpm or dnf" },       { "/usr/lib/sysimage/rpm/.rpm.lock",
                  "rpm or dnf" },
        };
        _cleanup_free_ char *holder = hostlock_holder(run->paths);
        if (holder && !str_equal(holder, run->own_job)) {
                check_say(result, VERDICT_FAIL, "the job %s changes this host now", holder);
                check_hint(result, "Wait for it: fairlead attach %s", holder);
                return;
        }
        for (size_t i = 0; i < ELEMENTS(locks); i++)
                if (check_locks_held(run, locks[i].path)) {
                        check_say(result, VERDICT_FAIL, "%s is at work on this host", locks[i].who);
                        check_hint(result, "Wait until it is through");
                        return;
                }
        check_say(result, VERDICT_OK, "nobody else changes this host now");
}

const struct check locks_check = { .id = "locks", .title = "Others at work", .look = check_locks_look };
