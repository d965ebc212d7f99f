/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/install-section.h"

#define BLANKS " \t\r"

void unit_install_done(struct unit_install *install) {
        strv_free(install->aliases);
        free(install->instance);
        *install = (struct unit_install) {};
}

static int unit_install_section_setting(struct unit_install *install, const char *name, const char *value) {
        const struct {
                const char *name;
                bool *says;
        } rules[] = { { "WantedBy", &install->wanted },
                      { "RequiredBy", &install->required },
                      { "UpheldBy", &install->upheld } };
        bool empty = !value[strspn(value, BLANKS)];
        /* An empty value resets the setting. */
        for (size_t i = 0; i < ELEMENTS(rules); i++)
                if (strcmp(name, rules[i].name) == 0)
                        *rules[i].says = !empty;
        if (strcmp(name, "Also") == 0)
                install->also |= !empty;
        if (strcmp(name, "DefaultInstance") == 0)
                return str_replace(&install->instance, empty ? NULL : value);
        if (strcmp(name, "Alias") != 0)
                return 0;
        if (empty) {
                install->aliases = strv_free(install->aliases);
                return 0;
        }
        _cleanup_strv_ char **words = NULL;
        int r = strv_split(value, BLANKS, &words);
        return r < 0 ? r : strv_extend(&install->aliases, words);
}

/* One line, its continuations joined. */
static int take_line(struct unit_install *install, char *line, bool *inside) {
        line += strspn(line, BLANKS);
        for (size_t n = strlen(line); n && strchr(BLANKS, line[n - 1]); n--)
                line[n - 1] = '\0';
        if (*line == '[') {
                *inside = strcmp(line, "[Install]") == 0;
                return str_ends(line, "]") ? 0 : -EBADMSG;
        }
        char *equals = *inside ? strchr(line, '=') : NULL;
        if (!equals)
                return 0;
        char *value = equals + 1 + strspn(equals + 1, BLANKS);
        do
                *equals = '\0';
        while (equals > line && strchr(BLANKS, *--equals));
        return unit_install_section_setting(install, line, value);
}

int unit_install_parse(const char *text, struct unit_install *install) {
        bool inside = false, goes_on = false;
        _cleanup_str_ struct str line = {};
        int r = 0;
        while (*text && r >= 0) {
                size_t n = strcspn(text, "\n");
                const char *first = text + strspn(text, BLANKS);
                /* A comment may come between a line and its continuation. */
                if (*first != '#' && *first != ';') {
                        goes_on = n && text[n - 1] == '\\';
                        str_add_bytes(&line, text, goes_on ? n - 1 : n);
                        if (goes_on)
                                str_add_char(&line, ' ');
                }
                if (!goes_on && line.length) {
                        r = take_line(install, line.text, &inside);
                        str_cut(&line, 0);
                }
                text += n + (text[n] == '\n');
        }
        if (r >= 0 && line.length)
                r = take_line(install, line.text, &inside);
        return r;
}
