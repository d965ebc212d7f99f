/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/repair.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "base/str.h"
#include "model/realm/check.h"

/* A step, as KDCs bear no slow approach; the fraction of a second that passed meanwhile does not matter. */
int repair_clock(int64_t ahead_usec, struct error **reterr) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        int64_t usec = (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000 - ahead_usec;
        const struct timespec wanted = { .tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000 };
        if (usec < 0 || clock_settime(CLOCK_REALTIME, &wanted) < 0) {
                int r = error_errno(reterr, usec < 0 ? -EINVAL : -errno, "The clock could not be set");
                error_hint(reterr, r == -EPERM ? "This takes root with CAP_SYS_TIME. In a container the "
                                                 "clock is that of the machine below: set "
                                                 "it there"
                                               : "Set it by hand, and let a time service keep it");
                return r;
        }
        return 0;
}

int repair_hostname(const char *root_path, const char *name, struct error **reterr) {
        const char *fault = host_name_fault(name);
        if (fault)
                return error_set(reterr, -EINVAL, "\"%s\" %s", name, fault);
        _cleanup_free_ char *line = str_printf("%s\n", name);
        _cleanup_close_ int root = files_open_root(root_path, reterr);
        _cleanup_close_ int etc = root >= 0 ? files_open_folder(root, "/etc", reterr) : -1;
        if (!line || etc < 0)
                return etc < 0 ? etc : error_set(reterr, -ENOMEM, "Out of memory");
        int r = files_write(etc, "hostname", line, strlen(line), 0644, reterr);
        if (r >= 0 && sethostname(name, strlen(name)) < 0)
                r = error_errno(reterr, -errno, "The host name could not be set");
        return r;
}
