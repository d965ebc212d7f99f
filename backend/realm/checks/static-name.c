/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

static void check_static_name_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *text = check_read(run, "/etc/hostname");
        if (text)
                text[strcspn(text, " \t\r\n")] = '\0';
        if (str_empty(text)) {
                check_say(result, VERDICT_WARN, "/etc/hostname names no host: the name may be another after "
                                                "the next start");
                check_hint(result, "Set it: hostnamectl set-hostname NAME");
        } else if (!str_equal(text, run->facts->hostname)) {
                check_say(result, VERDICT_WARN, "after the next start this host is called %s, now %s", text,
                          run->facts->hostname);
                check_hint(result, "Make both the same: hostnamectl set-hostname NAME");
        } else
                check_say(result, VERDICT_OK, "the name stays after a restart");
}

const struct check static_name_check = {
        .id = "static-name",
        .title = "Lasting name",
        .look = check_static_name_look,
};
