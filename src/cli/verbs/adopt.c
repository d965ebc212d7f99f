/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>

#include "cli/follow.h"
#include "cli/order.h"
#include "cli/verbs/verbs.h"

static int verb_adopt_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(order_done) struct order order = {};
        const char *subject = a->words[0];
        _cleanup_free_ char *path = strchr(subject, '/') ? realpath(subject, NULL) : NULL;
        if (strchr(subject, '/') && !path)
                return error_errno(&s->error, -errno, "%s cannot be read", subject);
        int r = order_read(s, a, VERB_ADOPT, NULL, &order, &s->error);
        order.port.image = path ? path : subject;
        return r < 0 ? r : follow_order(s, &order, a);
}

const struct verb adopt_verb = {
        .name = "adopt",
        .group = GROUP_INSTALL,
        .operands = "UNIT|CONTAINER|FILE",
        .help = "make a service of a unit or container that is there",
        .details = "A unit that runs a container, hand-written or from a .container file, stays as it is and "
                   "gets a record: from then on Fairlead lists it, upgrades it to newer images, and "
                   "uninstalls it. A container that runs without a unit gets one that runs the same command; "
                   "the container itself is stopped and kept under another name. FILE is a .container file: "
                   "one that lies elsewhere is written to /etc/containers/systemd.\n"
                   "What would change is shown first; rollback JOB makes it what it was.",
        .takes = TAKES(OPTION_NAME) | TAKES(OPTION_ALLOW) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) |
                 TAKES(OPTION_DETACH) | TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .run = verb_adopt_run,
};
