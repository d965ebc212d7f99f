/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

/* Is there a way in for root that needs no realm? */
static void check_login_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *shadow = check_read(run, "/etc/shadow"),
                            *keys = check_read(run, "/root/.ssh/authorized_keys");
        const char *root =
                shadow ? strncmp(shadow, "root:", 5) == 0 ? shadow : strstr(shadow, "\nroot:") : NULL;
        const char *hash = root ? strchr(root, ':') + 1 : NULL;
        bool password = hash && *hash != '!' && *hash != '*' && *hash != ':';
        if (password || (keys && keys[strspn(keys, " \t\r\n")]))
                check_say(result, VERDICT_OK, "root can log in without the realm (%s)",
                          password ? "password" : "SSH key");
        else if (!shadow)
                check_say(result, VERDICT_WARN, "whether root can log in without the realm cannot be read");
        else {
                check_say(result, VERDICT_WARN, "root has neither a password nor an SSH key: without the "
                                                "realm nobody may get in");
                check_hint(result, "Keep this session open, or give a local account a password before you "
                                   "go on");
        }
}

const struct check login_check = { .id = "login", .title = "Safety net", .look = check_login_look };
