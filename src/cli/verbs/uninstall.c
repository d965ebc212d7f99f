/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_uninstall_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(order_done) struct order order = {};
        int r = order_read(s, a, VERB_UNINSTALL, NULL, &order, &s->error);
        if (r < 0)
                return r;
        order.port.image = NULL;
        order.port.name = a->words[0];
        order.port.removes_volumes = a->given[OPTION_REMOVE_VOLUMES];
        order.port.removes_unit = a->given[OPTION_REMOVE_UNIT];
        return follow_order(s, &order, a);
}

const struct verb uninstall_verb = {
        .name = "uninstall",
        .group = GROUP_SERVICES,
        .operands = "SERVICE",
        .rest = "[ARG…]",
        .help = "remove a service and restore every file its install changed",
        .details = "Files that were changed since the install by others are kept and listed; an edited unit "
                   "file, too, so that nothing starts it, unless its removal is asked for. Volumes that hold "
                   "the service's state are kept, unless their removal is asked for: that cannot be undone.",
        .takes = TAKES(OPTION_ALLOW) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) |
                 TAKES(OPTION_IF_INTERRUPTED) | TAKES(OPTION_REMOVE_UNIT) | TAKES(OPTION_REMOVE_VOLUMES),
        .json = true,
        .run = verb_uninstall_run,
};
