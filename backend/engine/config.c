/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/engine/config.h"

#include <dirent.h>

#include "base/readfile.h"

#define CONFIG_BYTES_MAX (256U * 1024)
#define CONFIG_FILES_MAX 64

/* `key = "value"` or 'value' of a line, a subset of TOML. *ret is at most 15 bytes. */
static bool line_value(const char *line, size_t n, const char *key, char ret[static 16]) {
        size_t k = strlen(key), i = 0;
        while (i < n && strchr(" \t", line[i]))
                i++;
        if (n - i < k || memcmp(line + i, key, k) != 0)
                return false;
        i += k;
        while (i < n && strchr(" \t", line[i]))
                i++;
        if (i == n || line[i++] != '=')
                return false;
        while (i < n && strchr(" \t", line[i]))
                i++;
        if (i == n || !strchr("\"'", line[i]))
                return false;
        const char *end = memchr(line + i + 1, line[i], n - i - 1);
        size_t length = end ? (size_t) (end - (line + i + 1)) : 16;
        if (length > 15)
                return false;
        memcpy(ret, line + i + 1, length);
        ret[length] = '\0';
        return true;
}

static void read_config(const char *path, bool *no_cgroups) {
        _cleanup_free_ char *text = NULL;
        if (readfile(path, CONFIG_BYTES_MAX, &text, NULL, NULL) < 0)
                return;
        bool ours = false;
        for (const char *line = text; *line;) {
                size_t n = strcspn(line, "\n");
                size_t blanks = strspn(line, " \t");
                char value[16];
                if (line[blanks] == '[')
                        ours = str_starts(line + blanks, "[containers]") != NULL;
                else if (ours && line_value(line, n, "cgroups", value))
                        *no_cgroups = strcmp(value, "disabled") == 0;
                line += n + (line[n] == '\n');
        }
}

static int is_config(const struct dirent *entry) {
        return entry->d_name[0] != '.' && str_ends(entry->d_name, ".conf") != NULL;
}

bool engine_config_no_cgroups(const char *root) {
        static const char *const files[] = { "/usr/share/containers/containers.conf",
                                             "/etc/containers/containers.conf" };
        bool no_cgroups = false;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", root, files[i]);
                read_config(path, &no_cgroups);
        }
        _cleanup_free_ char *folder = str_printf("%s/etc/containers/containers.conf.d", root);
        struct dirent **entries = NULL;
        int n = scandir(folder, &entries, is_config, alphasort);
        for (int i = 0; i < n; i++) {
                _cleanup_free_ char *path =
                        i < CONFIG_FILES_MAX ? str_printf("%s/%s", folder, entries[i]->d_name) : NULL;
                if (path)
                        read_config(path, &no_cgroups);
                free(entries[i]);
        }
        free(entries);
        return no_cgroups;
}
