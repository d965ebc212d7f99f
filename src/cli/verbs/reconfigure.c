/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

int reconfigure_read(struct session *s, const struct arguments *a, const char *name, enum plan_verb verb,
                     struct service **ret, struct order *order, struct error **reterr) {
        struct image *image = NULL;
        int r = find_service(s, name, ret, reterr);
        if (r < 0)
                return r;
        if (!*ret) {
                error_set(reterr, -ENOENT, "No service named %s is installed", name);
                return error_hint(reterr, "fairlead services lists those that are");
        }
        /* Only its profile is needed here: it decides which of --set are answers. */
        const struct image_pin *pin = &(*ret)->pin;
        r = session_find_image(s, pin->image ? pin->image : pin->reference, &image, reterr);
        if (r < 0)
                return r;
        r = order_read(s, a, verb, image, order, reterr);
        order->port.name = (*ret)->name;
        order->port.image = NULL;
        return r;
}

static int verb_reconfigure_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_(order_done) struct order order = {};
        bool rehearse = a->given[OPTION_DIFF];
        int r = reconfigure_read(s, a, a->words[0], rehearse ? VERB_REHEARSE : VERB_RECONFIGURE, &service,
                                 &order, &s->error);
        if (r < 0)
                return r;
        return rehearse ? follow_order_to(s, &order, a, rehearse_show_changes) : follow_order(s, &order, a);
}

const struct verb reconfigure_verb = {
        .name = "reconfigure",
        .group = GROUP_SERVICES,
        .operands = "SERVICE",
        .rest = "[ARG…]",
        .help = "change the answers of a service, with the image it has",
        .details = "Answers that are not given stay as they are; only secrets are asked anew, since none is "
                   "stored. The files of the install are taken back, INSTALL runs with the new answers, the "
                   "unit is changed and started again, and the service is checked. Files that somebody "
                   "changed since the install stay as they are. When it fails everything is as before; "
                   "fairlead rollback JOB restores the former state later, too. With --diff it is only "
                   "rehearsed, on a copy of the host's files, and the difference is shown. A service that "
                   "joined a realm is not reconfigured: leave and join again.",
        .takes = TAKES(OPTION_MODE) | TAKES(OPTION_SET) | TAKES(OPTION_ANSWERS) | TAKES(OPTION_OPT1) |
                 TAKES(OPTION_OPT2) | TAKES(OPTION_OPT3) | TAKES(OPTION_SECRET) | TAKES(OPTION_ALLOW) |
                 TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) | TAKES(OPTION_DIFF),
        .json = true,
        .run = verb_reconfigure_run,
};
