/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/checks/check.h"
#include "base/str.h"

static void check_daemons_look(struct preflight_run *run, struct check_result *result, void *state) {
        static const struct {
                const char *path, *name;
        } signs[] = {
                { "/run/nscd/socket", "nscd" },
                { "/run/nslcd/socket", "nslcd" },
                { "/run/samba/winbindd/pipe", "winbind" },
        };
        _cleanup_str_ struct str running = {};
        for (size_t i = 0; i < ELEMENTS(signs); i++)
                if (check_exists(run, signs[i].path))
                        str_addf(&running, "%s%s", running.length ? ", " : "", signs[i].name);
        if (!running.length) {
                check_say(result, VERDICT_OK, "no other service answers for users (nscd, nslcd, winbind)");
                return;
        }
        check_say(result, VERDICT_WARN, "%s runs and would answer beside SSSD", running.text);
        check_hint(result, "Stop and disable it, or leave users and groups out of what it caches");
}

const struct check daemons_check = { .id = "daemons", .title = "Other services", .look = check_daemons_look };
