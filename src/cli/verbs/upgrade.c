/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int upgrade_one(struct session *s, const char *name, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        int r = find_service(s, name, &service, &s->error);
        if (r < 0)
                return r;
        if (!service) {
                error_set(&s->error, -ENOENT, "No service named %s is installed", name);
                error_hint(&s->error, "fairlead services lists those that are");
                return -ENOENT;
        }
        _cleanup_(order_done) struct order order = {};
        r = order_read_upgrade(s, a, service, &order, &s->error);
        return r < 0 ? r : follow_order(s, &order, a);
}

/* One after the other, a job each; one that fails keeps no other from its turn. */
static int verb_upgrade_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        static const enum option_id of_one[] = { OPTION_IMAGE, OPTION_SET, OPTION_ANSWERS, OPTION_CONSENT,
                                                 OPTION_DETACH };
        if (strv_length(a->words) == 1)
                return upgrade_one(s, a->words[0], a);
        for (size_t i = 0; i < ELEMENTS(of_one); i++)
                if (a->given[of_one[i]])
                        return error_set(&s->error, -EINVAL, "--%s is for one service: name only that one",
                                         option_table[of_one[i]].name);
        int worst = EXIT_DONE;
        for (char **name = a->words; *name; name++) {
                int status = session_status(s, upgrade_one(s, *name, a));
                if (worst == EXIT_DONE)
                        worst = status;
        }
        return worst;
}

const struct verb upgrade_verb = {
        .name = "upgrade",
        .group = GROUP_SERVICES,
        .operands = "SERVICE…",
        .rest = "[ARG…]",
        .help = "change a service to the newer image of its reference",
        .details = "The newer image is the one that the source of its reference has, where fairlead updates "
                   "saw a newer one there, or the one on this host. The labels of both images are compared "
                   "word by word; the UPGRADE label is run where there is one, the unit is changed to the "
                   "new digest, and the service is checked. When it fails, everything is restored to the "
                   "old image. Answers of the install are kept; --image takes another reference. Several "
                   "services are upgraded one after the other, a job each. Exit status 0 when there is no "
                   "newer image.",
        .takes = OPTIONS(OPTION_IMAGE, OPTION_SET, OPTION_ANSWERS, OPTION_ALLOW, OPTION_YES, OPTION_CONSENT,
                         OPTION_DETACH),
        .run = verb_upgrade_run,
};
