/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

/* What the host's programs load to ask SSSD, whoever runs it. */
static const struct {
        const char *file, *package;
} libraries[] = {
        { "libnss_sss.so.2", "libnss-sss (Debian), sssd-client (Fedora and kin)" },
        { "security/pam_sss.so", "libpam-sss (Debian), sssd-client (Fedora and kin)" },
};

/* Below the folder itself, or below its folders for one architecture (x86_64-linux-gnu). */
static bool in_folder(const struct preflight_run *run, const char *folder, const char *file) {
        _cleanup_free_ char *whole = str_printf("%s%s", run->paths->root, folder),
                            *direct = str_printf("%s/%s", folder, file);
        if (direct && check_exists(run, direct))
                return true;
        DIR *d = whole ? opendir(whole) : NULL;
        bool found = false;
        for (struct dirent *e; d && !found && (e = readdir(d));) {
                _cleanup_free_ char *path =
                        strstr(e->d_name, "-linux-") ? str_printf("%s/%s/%s", folder, e->d_name, file) : NULL;
                found = path && check_exists(run, path);
        }
        if (d)
                closedir(d);
        return found;
}

static void check_libraries_look(struct preflight_run *run, struct check_result *result, void *state) {
        static const char *const folders[] = { "/usr/lib64", "/usr/lib", "/lib64", "/lib" };
        _cleanup_str_ struct str missing = {}, packages = {};
        for (size_t i = 0; i < ELEMENTS(libraries); i++) {
                bool found = false;
                for (size_t k = 0; k < ELEMENTS(folders) && !found; k++)
                        found = in_folder(run, folders[k], libraries[i].file);
                if (found)
                        continue;
                str_addf(&missing, "%s%s", missing.length ? " and " : "", libraries[i].file);
                str_addf(&packages, "%s%s", packages.length ? "; " : "", libraries[i].package);
        }
        if (!missing.length) {
                check_say(result, VERDICT_OK, "libnss_sss and pam_sss are on this host");
                return;
        }
        check_say(result, VERDICT_FAIL, "this host lacks %s: its programs could not ask SSSD", missing.text);
        check_hint(result, "Install %s", packages.text);
}

const struct check libraries_check = {
        .id = "libraries",
        .title = "Libraries",
        .look = check_libraries_look,
};
