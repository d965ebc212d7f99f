/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

/* Where SSSD puts the users of an Active Directory (ldap_idmap_range_min, _max), and FreeIPA most of its own.
 */
#define RANGE_FIRST 200000LL
#define RANGE_LAST 2000200000LL

static void check_ids_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *text = check_read(run, "/etc/passwd");
        _cleanup_str_ struct str inside = {};
        char *line_state = NULL;
        unsigned n = 0;
        for (char *line = text ? strtok_r(text, "\n", &line_state) : NULL; line;
             line = strtok_r(NULL, "\n", &line_state)) {
                char *password = strchr(line, ':'), *uid = password ? strchr(password + 1, ':') : NULL;
                long long id = uid ? strtoll(uid + 1, NULL, 10) : 0;
                if (id < RANGE_FIRST || id > RANGE_LAST)
                        continue;
                *password = '\0';
                if (n++ < 5)
                        str_addf(&inside, "%s%s (%lld)", inside.length ? ", " : "", line, id);
        }
        if (n == 0) {
                check_say(result, VERDICT_OK, "no local user has an id of the realm's range");
                return;
        }
        check_say(result, VERDICT_WARN, "%u local user%s an id of the range of domain users: %s", n,
                  n == 1 ? " has" : "s have", inside.text);
        check_hint(result, "Files of a domain user with the same id would be theirs, too: give them other "
                           "ids");
}

const struct check ids_check = { .id = "ids", .title = "User ids", .look = check_ids_look };
