/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_install_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        struct error *e = NULL;
        _cleanup_(order_done) struct order order = {};
        if (order_read_image(s, a, VERB_INSTALL, &order, &e) < 0)
                return session_fail(s, e);
        return follow_order(s, &order, a);
}

const struct verb install_verb = {
        .name = "install",
        .synopsis = "IMAGE [--name N] [--mode M] [--set P=V]… [--answers FILE] [--secret P=@FILE|-] [--yes "
                    "| --consent HASH] [--allow FINDING]…"
                    " [--if-interrupted ask|resume|rollback] [--detach] [-- ARG…]",
        .help = "install the service an image offers, and follow the job",
        .details = "Without --yes the plan is shown and you are asked; off a terminal --yes must be given. "
                   "What the installer changes is\n"
                   "recorded and put back when it fails or is cancelled. Closing the terminal does not "
                   "disturb the job.",
        .takes = ORDER_OPTIONS | TAKES(OPTION_SECRET) | TAKES(OPTION_YES) |
                 TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) | TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .least = 1,
        .most = 1,
        .rest = true,
        .run = verb_install_run,
};
