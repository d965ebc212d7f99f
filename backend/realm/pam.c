/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/pam.h"

#include <unistd.h>

#include "backend/io/paths.h"

#define DEPTH_MAX 8U

/* Where a distribution keeps its own files; those of /etc take their place. */
static const char *const pam_folders[] = { "/etc/pam.d", "/usr/etc/pam.d", "/usr/lib/pam.d" };

static char *pam_file(const char *root, const char *name) {
        char *text = NULL;
        if (*name == '/')
                return paths_read(root, name, NULL);
        for (size_t i = 0; i < ELEMENTS(pam_folders) && !text; i++) {
                _cleanup_free_ char *path = str_printf("%s/%s", pam_folders[i], name);
                text = paths_read(root, path, NULL);
        }
        return text;
}

/* The next word; a control in brackets ("[success=1 default=ignore]") is one. *at stays behind it. */
static char *pam_word(char **at) {
        char *word = *at + strspn(*at, " \t");
        char *end = *word == '[' ? strchr(word, ']') : NULL;
        end = end ? end + 1 : word + strcspn(word, " \t");
        *at = *end ? end + 1 : end;
        *end = '\0';
        return word;
}

static bool pam_file_asks(const char *root, const char *name, const char *kind, const char *module,
                          unsigned depth);

static bool pam_line_asks(const char *root, char *line, const char *kind, const char *module,
                          unsigned depth) {
        line[strcspn(line, "#")] = '\0';
        const char *first = pam_word(&line);
        if (strcmp(first, "@include") == 0)
                return pam_file_asks(root, pam_word(&line), kind, module, depth);
        if (!str_equal_nocase(*first == '-' ? first + 1 : first, kind))
                return false;
        const char *control = pam_word(&line), *what = pam_word(&line);
        if (STR_IN_SET(control, "include", "substack"))
                return pam_file_asks(root, what, kind, module, depth);
        const char *slash = strrchr(what, '/');
        return strcmp(slash ? slash + 1 : what, module) == 0;
}

static bool pam_file_asks(const char *root, const char *name, const char *kind, const char *module,
                          unsigned depth) {
        _cleanup_free_ char *text = depth < DEPTH_MAX && *name ? pam_file(root, name) : NULL;
        for (char *c = text; c && (c = strstr(c, "\\\n"));)
                c[0] = c[1] = ' ';
        for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
                if (pam_line_asks(root, line, kind, module, depth + 1))
                        return true;
        return false;
}

bool pam_asks(const char *root, const char *service, const char *module) {
        return pam_file_asks(root, service, "auth", module, 0) &&
               pam_file_asks(root, service, "account", module, 0);
}

char **pam_services(const char *root) {
        static const char *const names[] = { "login", "sshd", "su" };
        char **services = strv_copy(NULL);
        for (size_t i = 0; i < ELEMENTS(names) && !(*services && strcmp(names[i], "su") == 0); i++) {
                _cleanup_free_ char *text = pam_file(root, names[i]);
                if (text)
                        strv_add(&services, names[i]);
        }
        return services;
}
