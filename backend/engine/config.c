/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>

#include "backend/engine/engine.h"
#include "base/ini.h"
#include "base/readfile.h"

#define CONFIG_BYTES_MAX (256U * 1024)
#define CONFIG_FILES_MAX 64

/* `cgroups = "value"` or 'value', a subset of TOML that ini(5) has, too. */
static void config_read(const char *path, bool *no_cgroups) {
        _cleanup_free_ char *text = NULL;
        if (readfile(path, CONFIG_BYTES_MAX, &text, NULL, NULL) < 0)
                return;
        _cleanup_free_ char *value = ini_value(text, "containers", "cgroups");
        const char *end = value && strchr("\"'", value[0]) ? strchr(value + 1, value[0]) : NULL;
        if (end)
                *no_cgroups = end - value == sizeof "disabled" && str_starts(value + 1, "disabled");
}

static int config_is(const struct dirent *entry) {
        return entry->d_name[0] != '.' && str_ends(entry->d_name, ".conf") != NULL;
}

bool engine_config_no_cgroups(const char *root) {
        static const char *const files[] = { "/usr/share/containers/containers.conf",
                                             "/etc/containers/containers.conf" };
        bool no_cgroups = false;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", root, files[i]);
                config_read(path, &no_cgroups);
        }
        _cleanup_free_ char *folder = str_printf("%s/etc/containers/containers.conf.d", root);
        struct dirent **entries = NULL;
        int n = scandir(folder, &entries, config_is, alphasort);
        for (int i = 0; i < n; i++) {
                _cleanup_free_ char *path = str_printf("%s/%s", folder, entries[i]->d_name);
                if (i < CONFIG_FILES_MAX)
                        config_read(path, &no_cgroups);
                free(entries[i]);
        }
        free(entries);
        return no_cgroups;
}
