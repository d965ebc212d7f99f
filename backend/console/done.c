/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/done.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "backend/io/files.h"

int done_write(const struct paths *paths, const char *outcome, const char *console, struct error **reterr) {
        int r = paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = open(paths->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (folder < 0)
                return error_errno(reterr, -errno, "The folder %s cannot be opened", paths->state);
        char when[32];
        time_t now = time(NULL);
        struct tm tm;
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
        _cleanup_str_ struct str text = {};
        str_addf(&text, "outcome=%s\n", outcome);
        if (console)
                str_addf(&text, "console=%s\n", console);
        str_addf(&text, "time=%s\n", when);
        return files_write(folder, DONE_NAME, text.text, text.length, 0644, reterr);
}

bool done_exists(const struct paths *paths) {
        _cleanup_free_ char *path = str_printf("%s/" DONE_NAME, paths->state);
        return access(path, F_OK) == 0;
}
