/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/ini.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* What stands between from and to, without blanks around it. */
static void trim(const char **from, const char **to) {
        while (*from < *to && isspace((unsigned char) **from))
                ++*from;
        while (*to > *from && isspace((unsigned char) (*to)[-1]))
                --*to;
}

static bool is(const char *from, const char *to, const char *text) {
        return (size_t) (to - from) == strlen(text) && strncmp(from, text, (size_t) (to - from)) == 0;
}

char *ini_value(const char *text, const char *section, const char *key) {
        bool inside = !section;
        char *found = NULL;
        while (*text) {
                const char *from = text, *end = text + strcspn(text, "\n"), *to = end;
                text = *end ? end + 1 : end;
                trim(&from, &to);
                if (from == to || *from == '#' || *from == ';')
                        continue;
                if (*from == '[' && to[-1] == ']') {
                        const char *name = from + 1, *name_end = to - 1;
                        trim(&name, &name_end);
                        inside = !section || is(name, name_end, section);
                        continue;
                }
                const char *equals = memchr(from, '=', (size_t) (to - from));
                if (!inside || !equals)
                        continue;
                const char *key_end = equals, *value = equals + 1, *value_end = to;
                trim(&from, &key_end);
                trim(&value, &value_end);
                if (is(from, key_end, key) && value < value_end) {
                        free(found);
                        found = strndup(value, (size_t) (value_end - value));
                }
        }
        return found;
}
