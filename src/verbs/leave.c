/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "follow.h"
#include "joining.h"
#include "order.h"
#include "out.h"
#include "verbs/verbs.h"

/* What stays in the realm cannot be undone from here without somebody who may. */
static void tell_what_stays(const struct service *service, enum realm_kind kind, bool with_words) {
        if (kind == REALM_AD && !with_words)
                out("The computer's account stays in the domain. To delete it, too: fairlead leave %s -- realm leave --remove --user=ADMINISTRATOR\n"
                    "(its password is asked for), or afterwards on a controller.\n", service->name);
}

static int run(struct session *s, const struct verb *verb, const struct arguments *a) {
        struct error *e = NULL;
        struct service *service = NULL;
        enum realm_kind kind = REALM_NONE;
        _cleanup_(order_done) struct order order = {};
        int r = joining_find_service(s, a->words ? a->words[0] : NULL, &service, &kind, &e);
        if (r >= 0 && !service) {
                r = error_set(&e, -ENOENT, "No service of fairlead has joined this host to a realm");
                error_hint(&e, "A join by other means is left by them: realm leave, ipa-client-install --uninstall");
        }
        if (r >= 0)
                r = order_read(s, a, VERB_UNINSTALL, NULL, &order, &e);
        if (r < 0) {
                service_free(service);
                return session_fail(s, e);
        }
        order.port.image = NULL;
        order.port.name = service->name;
        if (!s->json)
                tell_what_stays(service, kind, a->rest);
        int status = follow_order(s, &order, a);
        service_free(service);
        return status;
}

const struct verb leave_verb = {
        .name = "leave",
        .synopsis = "[NAME] [--yes | --consent HASH] [--allow FINDING]… [--if-interrupted ask|resume|rollback] [--detach] [-- ARG…]",
        .help = "leave the realm: remove the service that joined it, and put back every file",
        .details = "What somebody else changed since is kept and listed. The computer's account stays in the realm unless the words behind -- say\n"
                   "otherwise; it is named then.",
        .takes = TAKES(OPTION_ALLOW) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) | TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .most = 1,
        .rest = true,
        .run = run,
};
