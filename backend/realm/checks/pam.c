/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

static void check_pam_look(struct preflight_run *run, struct check_result *result, void *state) {
        static const char *const files[] = { "/etc/pam.d/common-auth", "/etc/pam.d/system-auth",
                                             "/etc/pam.d/password-auth" };
        bool found = false, has = true;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *text = check_read(run, files[i]);
                found = found || text;
                has = has && (!text || strstr(text, "pam_sss.so"));
        }
        if (!found) {
                check_say(result, VERDICT_WARN, "PAM is not set up in a way that is known here");
                check_hint(result, "After the join see to it that the services use pam_sss.so");
        } else if (has)
                check_say(result, VERDICT_OK, "logins ask pam_sss");
        else {
                check_say(result, VERDICT_WARN, "logins do not ask pam_sss yet: domain users could not log "
                                                "in");
                check_hint(result, check_exists(run, "/usr/sbin/pam-auth-update")
                                           ? "pam-auth-update --enable sss adds it"
                                   : check_exists(run, "/usr/bin/authselect")
                                           ? "authselect select sssd with-mkhomedir adds it"
                                           : "Add pam_sss.so to the files of /etc/pam.d");
        }
}

const struct check pam_check = { .id = "pam", .title = "Login", .look = check_pam_look };
