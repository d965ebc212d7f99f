/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/checks/check.h"

void check_say(struct check_result *result, enum verdict verdict, const char *hint, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        free(result->message);
        result->message = str_vprintf(format, arguments);
        va_end(arguments);
        str_replace(&result->hint, hint);
        result->verdict = verdict;
}

void check_hint(struct check_result *result, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        free(result->hint);
        result->hint = str_vprintf(format, arguments);
        va_end(arguments);
}

void check_detail(struct check_result *result, const char *format, ...) {
        struct str lines = {};
        if (result->details)
                str_addf(&lines, "%s\n", result->details);
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&lines, format, arguments);
        va_end(arguments);
        free(result->details);
        result->details = str_take(&lines);
}

char *check_read(const struct preflight_run *run, const char *path) {
        return paths_read(run->paths->root, path, NULL);
}

bool check_exists(const struct preflight_run *run, const char *path) {
        return paths_access(run->paths->root, path, F_OK);
}
