/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Units whose files changed since systemd read them all. systemd reports that of one unit at a time
 * (NeedDaemonReload); these are the few worth a question. */

#include <fcntl.h>
#include <sys/stat.h>

#include "backend/trouble/trouble.h"
#include "base/readfile.h"

#define EDITED_MAX 32U

static const char *const edited_folders[] = { "/etc/systemd/system", "/run/systemd/system",
                                              "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                              "/etc/containers/systemd" };

static int64_t edited_time(int folder, const char *name) {
        struct stat st;
        return fstatat(folder, name, &st, 0) == 0
                       ? (int64_t) st.st_ctim.tv_sec * 1000000 + st.st_ctim.tv_nsec / 1000
                       : 0;
}

/* A drop-in that was written over does not change the time of its folder. */
static bool edited_below(int folder, const char *name, int64_t loaded) {
        _cleanup_close_ int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (below < 0)
                return false;
        _cleanup_strv_ char **files = folder_names(below, ".", ".conf");
        for (char **file = files; file && *file; file++)
                if (edited_time(below, *file) > loaded)
                        return true;
        return false;
}

/* "x.service" for itself, "x.service.d", and "x.container" and its drop-ins; NULL: no unit's. The caller
 * frees. */
static char *edited_unit(const char *name) {
        const char *end = str_ends(name, ".d");
        _cleanup_free_ char *base = end ? xstrndup(name, (size_t) (end - name)) : xstrdup(name);
        const char *quadlet = str_ends(base, ".container");
        char *unit = quadlet ? str_printf("%.*s.service", (int) (quadlet - base), base) : TAKE(base);
        if (unit_name_check(unit, NULL) < 0 || unit_template(unit)) {
                free(unit);
                return NULL;
        }
        return unit;
}

void trouble_find_edited(const char *root, int64_t loaded, char ***ret) {
        for (size_t i = 0; i < ELEMENTS(edited_folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", root, edited_folders[i]);
                _cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                _cleanup_strv_ char **names = folder < 0 ? NULL : folder_names(folder, ".", "");
                for (char **name = names; name && *name && strv_length(*ret) < EDITED_MAX; name++) {
                        bool newer = edited_time(folder, *name) > loaded ||
                                     (str_ends(*name, ".d") && edited_below(folder, *name, loaded));
                        _cleanup_free_ char *unit = newer ? edited_unit(*name) : NULL;
                        if (unit && !strv_contains(*ret, unit))
                                strv_add(ret, unit);
                }
        }
}
