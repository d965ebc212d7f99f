/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

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

bool engine_config_no_cgroups(const char *root) {
        _cleanup_free_ char *folder = str_printf("%s/etc/containers/containers.conf.d", root);
        _cleanup_strv_ char **files = NULL, **names = folder_names(AT_FDCWD, folder, ".conf");
        strv_addf(&files, "%s/usr/share/containers/containers.conf", root);
        strv_addf(&files, "%s/etc/containers/containers.conf", root);
        for (size_t i = 0; names && names[i] && i < CONFIG_FILES_MAX; i++)
                strv_addf(&files, "%s/%s", folder, names[i]);
        bool no_cgroups = false;
        for (char **file = files; *file; file++)
                config_read(*file, &no_cgroups);
        return no_cgroups;
}
