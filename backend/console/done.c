/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/done.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "backend/io/files.h"

/* The caller closes it. */
static int done_open(const struct paths *paths, struct error **reterr) {
        int r = paths_prepare(paths, reterr);
        if (r < 0)
                return r;
        int folder = open(paths->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return folder < 0 ? error_errno(reterr, -errno, "The folder %s cannot be opened", paths->state)
                          : folder;
}

int done_write(const struct paths *paths, const char *outcome, const char *console, struct error **reterr) {
        _cleanup_close_ int folder = done_open(paths, reterr);
        if (folder < 0)
                return folder;
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

/* ---- answer files ---- */

#define ANSWERS_BYTES_MAX (64U * 1024)
#define ANSWERS_LINES_MAX 256U /* the oldest go */

/* "": there is none. The caller frees. */
static char *done_read_answers(const struct paths *paths) {
        char *text = NULL;
        size_t n;
        _cleanup_close_ int folder = open(paths->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        int r = folder < 0 ? -ENOENT
                           : files_read(folder, DONE_ANSWERS_NAME, ANSWERS_BYTES_MAX, &text, &n, NULL);
        return r < 0 ? xstrdup("") : text;
}

bool done_has_answers(const struct paths *paths, const char *digest) {
        _cleanup_free_ char *text = done_read_answers(paths);
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; line && *line; line++) {
                const char *rest = str_starts(*line, digest);
                if (rest && *rest == ' ')
                        return true;
        }
        return false;
}

int done_note_answers(const struct paths *paths, const char *digest, const char *outcome,
                      struct error **reterr) {
        _cleanup_close_ int folder = done_open(paths, reterr);
        if (folder < 0)
                return folder;
        _cleanup_free_ char *former = done_read_answers(paths);
        _cleanup_strv_ char **lines = strv_split(former, "\n");
        _cleanup_str_ struct str text = {};
        size_t n = strv_length(lines), first = n >= ANSWERS_LINES_MAX ? n - ANSWERS_LINES_MAX + 1 : 0;
        for (size_t i = first; i < n; i++)
                str_addf(&text, "%s\n", lines[i]);
        str_addf(&text, "%s %s\n", digest, outcome);
        return files_write(folder, DONE_ANSWERS_NAME, text.text, text.length, 0644, reterr);
}
