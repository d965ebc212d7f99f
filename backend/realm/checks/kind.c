/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/checks/check.h"
#include "base/str.h"

static void check_kind_look(struct preflight_run *run, struct check_result *result, void *state) {
        const struct realm *realm = run->preflight->realm;
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                if (!str_starts(q->what, "DNS "))
                        check_detail(result, "%s%s%s: %s (%u ms)", q->what, q->whom ? " of " : "",
                                     q->whom ? q->whom : "", q->answer ? q->answer : "no answer", q->ms);
        }
        if (realm->kind == REALM_AD || realm->kind == REALM_IPA) {
                if (run->wanted != REALM_NONE && run->wanted != realm->kind) {
                        check_say(result, VERDICT_FAIL, "%s is %s, not %s", realm->domain,
                                  realm_kind_title(realm->kind), realm_kind_title(run->wanted));
                        check_hint(result, "Join it as what it is, or choose another domain");
                        result->fix = FIX_OTHER_KIND;
                        return;
                }
                check_say(result, VERDICT_OK, "%s, realm %s%s%s", realm_kind_title(realm->kind), realm->realm,
                          realm->site ? ", site " : "", realm->site ? realm->site : "");
                return;
        }
        if (!realm->n_servers) {
                /* the DNS says why, once is enough */
                check_say(result, VERDICT_WARN, "not looked at: no server of %s is known", run->domain);
                return;
        }
        check_say(result, VERDICT_FAIL, "%s",
                  realm->trouble ? realm->trouble->message
                                 : "what kind of realm this is could not be found out");
        if (realm->trouble && realm->trouble->hint)
                check_hint(result, "%s", realm->trouble->hint);
        result->fix = FIX_DOMAIN;
}

const struct check kind_check = { .id = "kind", .title = "Realm", .network = true, .look = check_kind_look };
