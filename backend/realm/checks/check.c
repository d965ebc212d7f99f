/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/checks/check.h"

#include <stdarg.h>
#include <unistd.h>

#include "base/readfile.h"

#define FILE_MAX (256U * 1024)

static char *check_text(const char *before, const char *format, va_list arguments) {
        struct str s = {};
        if (before)
                str_addf(&s, "%s\n", before);
        str_vaddf(&s, format, arguments);
        return str_take(&s);
}

#define CHECK_SET(member, before)                                   \
        ({                                                          \
                va_list arguments;                                  \
                va_start(arguments, format);                        \
                char *text = check_text(before, format, arguments); \
                va_end(arguments);                                  \
                free(result->member);                               \
                result->member = text;                              \
        })

void check_say(struct check_result *result, enum verdict verdict, const char *format, ...) {
        CHECK_SET(message, NULL);
        result->verdict = verdict;
}

void check_hint(struct check_result *result, const char *format, ...) {
        CHECK_SET(hint, NULL);
}

void check_detail(struct check_result *result, const char *format, ...) {
        CHECK_SET(details, result->details);
}

void check_settle(struct preflight_run *run, struct check_result *result) {
        run->settled(run, result);
}

enum realm_kind check_kind(const struct preflight_run *run) {
        return run->wanted != REALM_NONE ? run->wanted
               : run->preflight->realm   ? run->preflight->realm->kind
                                         : REALM_NONE;
}

char *check_read(const struct preflight_run *run, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", run->paths->root, path);
        char *text = NULL;
        return readfile(whole, FILE_MAX, &text, NULL, NULL) >= 0 ? text : NULL;
}

bool check_exists(const struct preflight_run *run, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", run->paths->root, path);
        return access(whole, F_OK) == 0;
}
