/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/ini.h"

#include <ctype.h>

#include "base/base.h"

static void ini_trim(const char **from, const char **to) {
        while (*from < *to && isspace((unsigned char) **from))
                ++*from;
        while (*to > *from && isspace((unsigned char) (*to)[-1]))
                --*to;
}

static bool ini_is(const char *from, const char *to, const char *text) {
        return (size_t) (to - from) == strlen(text) && strncmp(from, text, (size_t) (to - from)) == 0;
}

/* The bracket that closes "[section]", behind which at most a comment follows; NULL: none. */
static const char *ini_closing(const char *from, const char *to) {
        const char *close = memchr(from, ']', (size_t) (to - from)), *rest = close ? close + 1 : to;
        ini_trim(&rest, &to);
        return close && (rest == to || *rest == '#' || *rest == ';') ? close : NULL;
}

struct ini_row {
        const char *end;        /* behind its line break */
        bool section, blank;
        const char *name, *name_end;    /* of the section, or of the key; NULL: neither */
        const char *value, *value_end;
};

static struct ini_row row_read(const char *text) {
        const char *from = text, *to = text + strcspn(text, "\n");
        struct ini_row row = { .end = *to ? to + 1 : to };
        ini_trim(&from, &to);
        row.blank = from == to;
        if (row.blank || *from == '#' || *from == ';')
                return row;
        const char *close = *from == '[' ? ini_closing(from, to) : NULL;
        if (close) {
                row.section = true;
                row.name = from + 1;
                row.name_end = close;
        } else {
                const char *equals = memchr(from, '=', (size_t) (to - from));
                if (!equals)
                        return row;
                row.name = from;
                row.name_end = equals;
                row.value = equals + 1;
                row.value_end = to;
                ini_trim(&row.value, &row.value_end);
        }
        ini_trim(&row.name, &row.name_end);
        return row;
}

char *ini_value(const char *text, const char *section, const char *key) {
        bool inside = !section;
        char *found = NULL;
        for (struct ini_row row; text && *text; text = row.end) {
                row = row_read(text);
                if (row.section)
                        inside = !section || ini_is(row.name, row.name_end, section);
                else if (inside && row.value && ini_is(row.name, row.name_end, key) &&
                         row.value < row.value_end) {
                        free(found);
                        found = xstrndup(row.value, (size_t) (row.value_end - row.value));
                }
        }
        return found;
}

char *ini_set(const char *text, const char *section, const char *key, const char *value) {
        _cleanup_str_ struct str out = {};
        const char *line = NULL, *behind = NULL;        /* the key's last line; the end of the section's last
                                                         * line that is not empty */
        bool inside = false;
        struct ini_row row;
        for (const char *at = text; *at; at = row.end) {
                row = row_read(at);
                if (row.section)
                        inside = ini_is(row.name, row.name_end, section);
                if (inside && !row.blank)
                        behind = row.end;
                if (inside && row.value && ini_is(row.name, row.name_end, key))
                        line = at;
        }
        inside = false;
        for (const char *at = text; *at; at = row.end) {
                row = row_read(at);
                if (row.section)
                        inside = ini_is(row.name, row.name_end, section);
                bool it = inside && row.value && ini_is(row.name, row.name_end, key);
                if (it && at == line && value) {        /* its own blanks and its line end stay */
                        str_add_bytes(&out, at, (size_t) (row.value - at));
                        str_add(&out, value);
                        str_add_bytes(&out, row.value_end, (size_t) (row.end - row.value_end));
                } else if (!it)
                        str_add_bytes(&out, at, (size_t) (row.end - at));
                if (value && !line && row.end == behind)
                        str_addf(&out, "%s%s = %s\n", row.end[-1] == '\n' ? "" : "\n", key, value);
        }
        if (value && !behind)
                str_addf(&out, "%s[%s]\n%s = %s\n",
                         out.length && out.text[out.length - 1] != '\n' ? "\n" : "", section, key, value);
        return str_take(&out);
}

void ini_each(const char *text, void (*line)(const struct ini_line *line, void *userdata), void *userdata) {
        _cleanup_free_ char *section = xstrdup("");
        struct ini_row row;
        unsigned number = 1;
        for (const char *at = text; at && *at; at = row.end, number++) {
                row = row_read(at);
                const char *from = at, *to = row.end;
                ini_trim(&from, &to);
                if (row.blank || *from == '#' || *from == ';')
                        continue;
                if (row.value) {
                        from = row.value;
                        to = row.value_end;
                }
                _cleanup_free_ char *name =
                        row.name ? xstrndup(row.name, (size_t) (row.name_end - row.name)) : NULL;
                _cleanup_free_ char *value = xstrndup(from, (size_t) (to - from));
                if (row.section)
                        str_replace(&section, name);
                line(&(struct ini_line) { .number = number,
                                          .section = section,
                                          .key = row.value ? name : NULL,
                                          .value = row.section ? NULL : value,
                                          .wrong = !row.name },
                     userdata);
        }
}
