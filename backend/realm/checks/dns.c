/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/checks/check.h"
#include "base/str.h"

static void check_dns_look(struct preflight_run *run, struct check_result *result, void *state) {
        const struct realm *realm = run->preflight->realm;
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                if (str_starts(q->what, "DNS "))
                        check_detail(result, "%s: %s (%u ms)", q->what + 4,
                                     q->answer ? q->answer : "no answer", q->ms);
        }
        if (realm->n_servers && realm->servers[0].host)
                check_say(result, VERDICT_OK, "%s has %zu server%s: %s%s", realm->domain, realm->n_servers,
                          realm->n_servers == 1 ? "" : "s", realm->servers[0].host,
                          realm->n_servers > 1 ? ", and others" : "");
        else if (run->server) {
                check_say(result, VERDICT_WARN, "the DNS knows no servers of %s; only %s is used",
                          run->domain, run->server);
                check_hint(result, "Should that server be away, nobody from the domain can log in");
        } else {
                check_say(result, VERDICT_FAIL, "%s",
                          realm->trouble ? realm->trouble->message
                                         : "the DNS knows no servers of this domain");
                if (realm->trouble && realm->trouble->hint)
                        check_hint(result, "%s", realm->trouble->hint);
                result->fix = FIX_DOMAIN;
        }
}

const struct check dns_check = { .id = "dns", .title = "DNS", .network = true, .look = check_dns_look };
