/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/unit-text.h"

/* The keys of [Install] by which a unit starts at boot. */
static bool is_wanting(const char *line) {
        static const char *const keys[] = { "WantedBy", "RequiredBy", "UpheldBy" };
        line += strspn(line, " \t");
        for (size_t i = 0; i < ELEMENTS(keys); i++) {
                const char *after = str_starts(line, keys[i]);
                if (after && after[strspn(after, " \t")] == '=')
                        return true;
        }
        return false;
}

static bool is_section(const char *line, const char *name) {
        const char *after = str_starts(line, name);
        return after && after[strspn(after, " \t\r")] == '\n';
}

/* Copies the text without those lines of [Install] (off), or finds the end of its header (at). */
static bool read_install(const char *text, struct str *without, size_t *ret_header) {
        bool within = false, wants = false;
        *ret_header = 0;
        for (const char *line = text; *line;) {
                size_t n = strcspn(line, "\n") + (strchr(line, '\n') != NULL);
                if (*line == '[') {
                        within = is_section(line, "[Install]");
                        if (within && !*ret_header)
                                *ret_header = (size_t) (line + n - text);
                }
                bool wanting = within && is_wanting(line);
                wants = wants || (wanting && line[strcspn(line, "=\n")] == '=');
                if (!wanting)
                        str_add_bytes(without, line, n);
                line += n;
        }
        return wants;
}

bool unit_text_is_wanted(const char *text) {
        _cleanup_str_ struct str without = {};
        size_t header;
        return read_install(text, &without, &header);
}

char *unit_text_want(const char *text, bool wanted) {
        _cleanup_str_ struct str without = {}, out = {};
        size_t header;
        if (read_install(text, &without, &header) == wanted)
                return xstrdup(text);
        if (!wanted)
                return str_take(&without);
        str_add_bytes(&out, text, header ? header : strlen(text));
        str_add(&out, header ? "" : "\n[Install]\n");
        str_add(&out, "WantedBy=multi-user.target\n");
        str_add(&out, header ? text + header : "");
        return str_take(&out);
}
