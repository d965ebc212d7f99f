/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <unistd.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

static void check_root_look(struct preflight_run *run, struct check_result *result, void *state) {
        _cleanup_free_ char *container = check_read(run, "/run/systemd/container");
        if (geteuid() != 0) {
                check_say(result, VERDICT_FAIL, "fairlead does not run as root: it can look, but not join");
                check_hint(result, "Start it as root, with sudo for example");
        } else if (container) {
                container[strcspn(container, "\n")] = '\0';
                check_say(result, VERDICT_WARN, "this is a container (%s), not a host of its own", container);
                check_hint(result, "Go on only if it is meant to be joined itself");
        } else
                check_say(result, VERDICT_OK, "this is root, on a host");
}

const struct check root_check = { .id = "root", .title = "Privileges", .look = check_root_look };
