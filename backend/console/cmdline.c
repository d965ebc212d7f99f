/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/cmdline.h"

#include "backend/io/paths.h"

char **cmdline_split(const char *text) {
        _cleanup_str_ struct str word = {};
        char **words = NULL;
        bool quoted = false, begun = false;
        for (;; text++) {
                bool gap = *text == ' ' || *text == '\t' || *text == '\n';
                if (*text == '"') {
                        quoted = !quoted;
                        begun = true;
                } else if (*text == '\0' || (gap && !quoted)) {
                        if (begun)
                                strv_take(&words, str_take(&word));
                        begun = false;
                        if (*text == '\0')
                                return words;
                } else {
                        str_add_char(&word, *text);
                        begun = true;
                }
        }
}

char **cmdline_read(const char *root) {
        _cleanup_free_ char *text = paths_read(root, "/proc/cmdline", NULL);
        return cmdline_split(text ? text : "");
}

static const char *cmdline_match(const char *word, const char *key) {
        for (; *key; key++, word++)
                if (*word != *key && !(strchr("-_", *key) && *word && strchr("-_", *word)))
                        return NULL;
        return *word == '=' ? word + 1 : *word == '\0' ? word : NULL;
}

const char *cmdline_value(char *const *words, const char *key) {
        const char *value = NULL;
        for (; words && *words; words++) {
                const char *found = cmdline_match(*words, key);
                value = found ? found : value;
        }
        return value;
}

char **cmdline_list(char *const *words, const char *key) {
        char **values = NULL;
        for (; words && *words; words++) {
                const char *found = cmdline_match(*words, key);
                _cleanup_strv_ char **more = found ? strv_split(found, ",") : NULL;
                strv_extend(&values, more);
        }
        return values;
}

bool cmdline_is_no(const char *value) {
        return value && STR_IN_SET(value, "0", "n", "no", "f", "false", "off");
}
