/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/readfile.h"
#include "base/str.h"
#include "tests/ui/kind.h"

/* Shows the first screen that differs, both ways. */
static int golden_report(const char *path, const char *expected, const char *actual) {
        size_t line = 1, begin = 0, head = 0, i = 0;
        while (expected[i] && expected[i] == actual[i]) {
                if (expected[i] == '\n') {
                        line++;
                        begin = i + 1;
                        if (strncmp(expected + begin, "== ", 3) == 0)
                                head = begin;
                }
                i++;
        }
        fprintf(stderr, "%s:%zu: the screen differs (UPDATE=1 accepts it)\n%.*s\n  was  %.*s\n  is   %.*s\n", path, line,
                (int) strcspn(expected + head, "\n"), expected + head, (int) strcspn(expected + begin, "\n"), expected + begin,
                (int) strcspn(actual + begin, "\n"), actual + begin);
        return 1;
}

int golden_compare(const char *script, const char *actual, const char *kind) {
        _cleanup_free_ char *path = str_printf("%.*s.screen", (int) (strlen(script) - strlen(".keys")), script), *whole = NULL;
        if (getenv("UPDATE")) {
                FILE *f = fopen(path, "we");
                if (!f || fputs(actual, f) < 0 || fclose(f) != 0) {
                        perror(path);
                        return 1;
                }
                return 0;
        }
        readfile(path, SIZE_MAX / 2, &whole, NULL, NULL);
        if (!whole) {
                fprintf(stderr, "%s is missing; UPDATE=1 writes it\n", path);
                return 1;
        }
        _cleanup_free_ char *expected = kind ? kind_sections(whole) : TAKE(whole);
        return strcmp(expected, actual) == 0 ? 0 : golden_report(path, expected, actual);
}
