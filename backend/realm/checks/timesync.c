/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/timex.h>

#include "backend/realm/checks/check.h"

static void check_timesync_look(struct preflight_run *run, struct check_result *result, void *state) {
        struct timex t = {};
        int r = adjtimex(&t);
        if (r >= 0 && r != TIME_ERROR && !(t.status & STA_UNSYNC)) {
                check_say(result, VERDICT_OK, "a time service keeps this host's clock");
                return;
        }
        check_say(result, VERDICT_WARN, "no time service keeps this host's clock: it will drift, and logins "
                                        "fail from 5 minutes on");
        check_hint(result, "Run chrony or systemd-timesyncd, with the realm's servers or your own");
}

const struct check timesync_check = {
        .id = "time-service",
        .title = "Time service",
        .look = check_timesync_look,
};
