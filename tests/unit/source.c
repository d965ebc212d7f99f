/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/source.h"

#include "base/readfile.h"
#include "base/str.h"
#include "tests/test.h"

const char *source_root(void) {
        const char *root = getenv("SOURCE");
        return root ? root : ".";
}

char *source_read(const char *path, size_t *ret_n) {
        _cleanup_free_ char *whole = str_printf("%s/%s", source_root(), path);
        _cleanup_error_ struct error *e = NULL;
        char *text = NULL;
        assert_ok(readfile(whole, 1024 * 1024, &text, ret_n, &e), e);
        return text;
}

void source_cases(const char *name, void (*take)(size_t line, char letter, const char *rest, void *userdata), void *userdata) {
        _cleanup_free_ char *path = str_printf("tests/cases/%s", name), *text = source_read(path, NULL);
        size_t n = 1;
        for (char *line = text, *next; line; line = next, n++) {
                next = strchr(line, '\n');
                if (next)
                        *next++ = '\0';
                if (line[0] != '#')
                        take(n, line[0], line[0] && line[1] == ' ' ? line + 2 : "", userdata);
        }
        take(n, 0, "", userdata);
}
