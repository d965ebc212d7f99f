/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

int upgrade_read(struct session *s, const struct arguments *a, const struct service *service,
                 struct order *ret, struct error **reterr) {
        const char *reference = argument_value(a, OPTION_IMAGE);
        struct image *image = NULL;
        /* Only its profile is needed here: it decides which of --set are answers. */
        int r = session_find_image(s,
                                   reference                ? reference
                                   : service->pin.reference ? service->pin.reference
                                                            : "",
                                   &image, reterr);
        if (r < 0)
                return r;
        r = order_read(s, a, VERB_UPGRADE, image, ret, reterr);
        ret->port.name = service->name;
        ret->port.image = reference;
        return r;
}

static int verb_upgrade_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        int r = find_service(s, a->words[0], &service, &s->error);
        if (r < 0)
                return r;
        if (!service) {
                error_set(&s->error, -ENOENT, "No service named %s is installed", a->words[0]);
                error_hint(&s->error, "fairlead services lists those that are");
                return -ENOENT;
        }
        _cleanup_(order_done) struct order order = {};
        r = upgrade_read(s, a, service, &order, &s->error);
        return r < 0 ? r : follow_order(s, &order, a);
}

const struct verb upgrade_verb = {
        .name = "upgrade",
        .group = GROUP_SERVICES,
        .operands = "SERVICE",
        .rest = "[ARG…]",
        .help = "change a service to the newer image of its reference",
        .details = "The newer image must be on this host. The labels of both images are compared word by "
                   "word; the UPGRADE label is run where there is one, the unit is changed to the new "
                   "digest, and the service is checked. When it fails, everything is restored to the old "
                   "image. Answers of the install are kept; --image takes another reference. Exit status 0 "
                   "when there is no newer image.",
        .takes = TAKES(OPTION_IMAGE) | TAKES(OPTION_SET) | TAKES(OPTION_ANSWERS) | TAKES(OPTION_ALLOW) |
                 TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH),
        .run = verb_upgrade_run,
};
