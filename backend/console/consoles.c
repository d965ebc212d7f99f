/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/consoles.h"

#include "backend/console/cmdline.h"
#include "backend/io/paths.h"

#define NAME_BYTES 31U

static bool console_is_virtual(const char *name) {
        const char *number = str_starts(name, "tty");
        return number && *number && strspn(number, "0123456789") == strlen(number);
}

/* "console", "tty" and "tty0" stand for others. */
bool console_name_valid(const char *name) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
        size_t n = strlen(name);
        return n && n <= NAME_BYTES && strspn(name, letters) == n && name[0] != '-' &&
               !STR_IN_SET(name, "console", "tty", "tty0", "ptmx", "null") && !str_starts(name, "ttyUSB");
}

static char **consoles_words(const char *root, const char *name) {
        _cleanup_free_ char *path = str_printf("/sys/class/tty/%s/active", name),
                            *text = paths_read(root, path, NULL);
        return text ? strv_split(text, " \n") : NULL;
}

static void consoles_add(char ***names, const char *name) {
        if (console_name_valid(name) && !strv_contains(*names, name) && strv_length(*names) < CONSOLES_MAX)
                strv_add(names, name);
}

char **consoles_find(const char *root, char *const *words, char *const *more) {
        _cleanup_strv_ char **active = consoles_words(root, "console"),
                            **shown = consoles_words(root, "tty0"),
                            **named = cmdline_list(words, "fairlead.console");
        char **names = NULL;
        strv_extend(&named, (char **) more);
        for (size_t i = 0; active && active[i]; i++)
                if (!str_equal(active[i], "tty0"))
                        consoles_add(&names, active[i]);
                else if (shown)
                        consoles_add(&names, shown[0]);
        for (size_t i = 0; named && named[i]; i++)
                consoles_add(&names, str_starts(named[i], "/dev/") ? named[i] + strlen("/dev/") : named[i]);
        return names;
}

const char *console_term(char *const *words, const char *name) {
        _cleanup_free_ char *key = str_printf("systemd.tty.term.%s", name);
        const char *term = cmdline_value(words, key);
        return !str_empty(term) ? term : console_is_virtual(name) ? "linux" : "vt220";
}
