/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/follow.h"
#include "cli/order.h"
#include "cli/realm-images.h"
#include "cli/verbs/verbs.h"

/* Only a user's name or a secret requests the deletion of the account; answers alone may be those of the
 * join. */
static bool verb_leave_deletes(const struct arguments *a) {
        return a->values[OPTION_SECRET] || a->values[OPTION_SET];
}

static int verb_leave_find(struct session *s, const struct arguments *a, struct joined *j,
                           struct error **reterr) {
        int r = joining_find_service(s, a->words ? a->words[0] : NULL, j, reterr);
        if (r < 0)
                return r;
        if (!j->service) {
                r = error_set(reterr, -ENOENT, "No service of fairlead has joined this host to a realm");
                error_hint(reterr, "A join by other means is left by them: realm leave, ipa-client-install "
                                   "--uninstall");
                return r;
        }
        if (verb_leave_deletes(a) && !j->mode) {
                r = error_set(reterr, -ENOENT,
                              "The image of %s is not on this host any more, so it cannot delete the account",
                              j->service->name);
                error_hint(reterr, "Leave without --secret and --set; then somebody who may deletes the "
                                   "account on a server of the realm");
        }
        return r;
}

static int verb_leave_leave(struct session *s, const struct arguments *a, struct joined *j, char **set,
                            char **secrets) {
        _cleanup_(order_done) struct order order = {};
        struct arguments words = *a;
        words.values[OPTION_SET] = set;
        words.values[OPTION_SECRET] = secrets;
        int r = order_read(s, &words, VERB_UNINSTALL, TAKE(j->image), &order, &s->error);
        if (r < 0)
                return r;
        if (j->mode)
                joining_answers(j->profile, j->mode->leave ? j->mode->leave : j->mode, order.answers);
        order.port.image = NULL;
        order.port.name = j->service->name;
        order.port.mode = NULL; /* the mode it was installed in */
        order.port.deletes_account = verb_leave_deletes(a);
        return follow_order(s, &order, a);
}

static int verb_leave_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(joined_done) struct joined j = {};
        int r = verb_leave_find(s, a, &j, &s->error);
        if (r < 0)
                return r;
        const struct mode *asked = j.mode && j.mode->leave ? j.mode->leave : j.mode;
        _cleanup_strv_ char **set = NULL, **secrets = NULL;
        if (asked) {
                set = joining_words(j.profile, asked, a->values[OPTION_SET]);
                secrets = joining_words(j.profile, asked, a->values[OPTION_SECRET]);
        }
        return verb_leave_leave(s, a, &j, set, secrets);
}

const struct verb leave_verb = {
        .name = "leave",
        .group = GROUP_REALM,
        .operands = "[SERVICE]",
        .rest = "[ARG…]",
        .help = "leave the realm: uninstall the service that joined it",
        .details = "Files that were changed since by others are kept and listed. With --secret password=… "
                   "(and --set user=U, where it is not the user who joined) the computer account in the "
                   "realm is deleted, too; when that is refused, nothing is done, and the host stays in the "
                   "realm. Without a secret the account stays, and is named. A leave cannot be rolled back: "
                   "the keys of this host that jobs saved are removed with it.",
        .takes = TAKES(OPTION_ALLOW) | TAKES(OPTION_ANSWERS) | TAKES(OPTION_SECRET) | TAKES(OPTION_SET) |
                 TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) |
                 TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .run = verb_leave_run,
};
