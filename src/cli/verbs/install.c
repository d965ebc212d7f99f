/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_install_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(order_done) struct order order = {};
        int r = order_read_image(s, a, VERB_INSTALL, &order, &s->error);
        return r < 0 ? r : follow_order(s, &order, a);
}

const struct verb install_verb = {
        .name = "install",
        .group = GROUP_INSTALL,
        .operands = "IMAGE",
        .rest = "[ARG…]",
        .help = "install the service of an image, and follow the job",
        .details = "Without --yes the plan is shown and you are asked; off a terminal --yes is required. "
                   "What the installer changes is recorded, and restored when it fails or is cancelled. "
                   "Closing the terminal does not disturb the job.",
        .takes = ORDER_OPTIONS | TAKES(OPTION_SECRET) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) |
                 TAKES(OPTION_DETACH) | TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .run = verb_install_run,
};
