/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/emit.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"
#include "model/realm/check.h"

static void verb_realm_print_row(const char *name, const char *value) {
        if (!str_empty(value))
                out("  %-12s %s\n", name, value);
}

static void verb_realm_print_servers(const struct realm *realm) {
        for (size_t i = 0; i < realm->n_servers; i++) {
                const struct realm_server *s = &realm->servers[i];
                _cleanup_free_ char *addresses = s->addresses ? strv_join(s->addresses, ", ") : NULL;
                char answer[32] = "";
                if (s->answered)
                        snprintf(answer, sizeof answer, "  answers in %u ms", s->ms);
                out("  %-12s %s port %u (%s)%s\n", i ? "" : "servers", s->host, s->port,
                    addresses ? addresses : "not looked up", answer);
        }
}

static void verb_realm_print_questions(const struct realm *realm) {
        out("\nAsked:\n");
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                out("  %s%s%s  (%u ms)\n    %s\n", q->what, q->whom ? " of " : "", q->whom ? q->whom : "",
                    q->ms, q->answer ? q->answer : "no answer");
        }
}

static void verb_realm_print_realm(const struct realm *realm) {
        _cleanup_free_ char *kdcs = realm->kdcs ? strv_join(realm->kdcs, ", ") : NULL;
        out("%s: %s\n", realm->domain, realm_kind_title(realm->kind));
        if (realm->kind == REALM_AD || realm->kind == REALM_IPA)
                verb_realm_print_row("realm", realm->realm);
        verb_realm_print_row("short name", realm->netbios);
        verb_realm_print_row("forest", realm->forest);
        verb_realm_print_row("site", realm->site);
        verb_realm_print_row("base", realm->base);
        verb_realm_print_row("version", realm->version);
        verb_realm_print_servers(realm);
        verb_realm_print_row("KDCs", kdcs);
        verb_realm_print_questions(realm);
}

static int verb_realm_discover(struct session *s, const struct verb *verb, const struct arguments *a) {
        const char *domain = a->words ? a->words[0] : NULL;
        _cleanup_(realm_freep) struct realm *realm = NULL;
        int r = session_discover(s, domain, &realm, &s->error);
        if (r < 0)
                return r;
        bool found = realm->kind == REALM_AD || realm->kind == REALM_IPA;
        if (s->json)
                out_json(emit_realm(realm));
        else
                verb_realm_print_realm(realm);
        if (!found)
                out_error(realm->trouble);
        return found ? EXIT_DONE : EXIT_NOT_FOUND;
}

static void verb_realm_print_membership(const struct membership *m) {
        char words[48], keys[24];
        if (m->kind == REALM_NONE) {
                out("This host is in no realm.\n");
                return;
        }
        out("%s: %s\n", m->realm ? m->realm : m->domain, realm_kind_title(m->kind));
        verb_realm_print_row("domain", m->domain);
        verb_realm_print_row("SSSD",
                             m->silent   ? "does not answer: logins of this host wait for it; restart it, or "
                                           "unpause its container"
                             : !m->asked ? "gives no answer"
                             : m->online ? "online"
                                         : "offline");
        verb_realm_print_row("server", m->server);
        verb_realm_print_row("site", m->site);
        if (m->clock_known)
                out("  %-12s %s %s\n", "clock", clock_words(words, m->clock_usec), m->clock_server);
        report_time(keys, m->key_time);
        if (m->principal)
                out("  %-12s %s, version %u, of %s\n", "keytab", m->principal, (unsigned) m->kvno, keys);
        _cleanup_free_ char *access = access_words(&m->access);
        verb_realm_print_row("logins", access);
        verb_realm_print_row("service", m->service);
        _cleanup_free_ char *sockets = membership_sockets(m);
        verb_realm_print_row("sockets", sockets);
}

/* Exit status 4: the host is in no realm. */
static int verb_realm_status(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(membership_freep) struct membership *m = NULL;
        int r = session_membership(s, &m, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                out_json(emit_membership(m));
        else
                verb_realm_print_membership(m);
        return m->kind == REALM_NONE ? EXIT_NOT_FOUND : EXIT_DONE;
}

static int verb_realm_test(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(account_freep) struct account *account = NULL;
        int r = session_test_user(s, a->words[0], &account, &s->error);
        if (r < 0)
                return r;
        out("%s\n", account->line);
        verb_realm_print_row("SSSD's rules", account->rules);
        for (size_t i = 0; i < account->n; i++) {
                _cleanup_free_ char *words = NULL;
                account_words(account, i, &words);
                verb_realm_print_row(account->checks[i].service, words);
        }
        if (account->unasked)
                out("  %s.\n", account->unasked);
        return account_refused(account) ? EXIT_FAILED : EXIT_DONE;
}

static int verb_realm_change(struct session *s, enum plan_verb verb, const struct access_change *access,
                             const struct arguments *a) {
        _cleanup_(order_done) struct order order = {
                .port = { .verb = verb, .access = access, .allowed = a->values[OPTION_ALLOW] }
        };
        order.secrets = secret_list_new();
        return order.secrets ? follow_order(s, &order, a) : EXIT_FAILED;
}

static int verb_realm_access(struct session *s, const struct verb *verb, const struct arguments *a) {
        bool all = a->given[OPTION_ALL_USERS], groups = a->given[OPTION_GROUPS];
        bool permit = verb == &realm_verbs[REALM_PERMIT], withdraw = a->given[OPTION_WITHDRAW];
        if (all == (a->words != NULL) || (all && (groups || withdraw)))
                return error_set(&s->error, -EINVAL, "%s takes names, --groups and names, or --all",
                                 verb->name);
        const struct access_change access = {
                .what = all        ? permit ? ACCESS_PERMIT_ALL : ACCESS_DENY_ALL
                        : withdraw ? ACCESS_WITHDRAW
                        : permit   ? ACCESS_PERMIT
                                   : ACCESS_DENY,
                .groups = groups,
                .names = a->words,
        };
        return verb_realm_change(s, VERB_ACCESS, &access, a);
}

static int verb_realm_renew(struct session *s, const struct verb *verb, const struct arguments *a) {
        return verb_realm_change(s, VERB_RENEW, NULL, a);
}

#define ACCESS_OPTIONS (TAKES(OPTION_ALL_USERS) | TAKES(OPTION_GROUPS) | TAKES(OPTION_WITHDRAW))
#define JOB_OPTIONS                                                                               \
        (TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_ALLOW) | TAKES(OPTION_DETACH) | \
         TAKES(OPTION_IF_INTERRUPTED))

const struct verb realm_verbs[_REALM_VERB_MAX] = {
        [REALM_DISCOVER] = {
                .name = "realm discover",
                .group = GROUP_REALM,
                .operands = "[DOMAIN]",
                .help = "discover the realm of a domain, anonymously",
                .details = "Queries DNS and the servers it names; nothing is changed, and every query is "
                           "shown with its answer. Without DOMAIN that of this host, and those above it. "
                           "Exit status 4 when there is no realm.",
                .json = true,
                .run = verb_realm_discover,
        },
        [REALM_STATUS] = {
                .name = "realm status",
                .group = GROUP_REALM,
                .help = "show the realm that this host has joined",
                .details = "Exit status 4 when it has joined none.",
                .json = true,
                .run = verb_realm_status,
        },
        [REALM_TEST] = {
                .name = "realm test",
                .group = GROUP_REALM,
                .operands = "USER",
                .help = "look up a user, and ask PAM whether he may log in",
                .details = "He is looked up as every program of this host would. PAM's account check is "
                           "asked without a password, for login and sshd (su on a host without both): it "
                           "says what SSSD, HBAC rules, group policies and access.conf say together. "
                           "It needs root. Exit status 1 when none would let him in, 4 when there is no "
                           "such user.",
                .run = verb_realm_test,
        },
        [REALM_PERMIT] = {
                .name = "realm permit",
                .group = GROUP_REALM,
                .operands = "[NAME…]",
                .help = "permit users or groups of the realm to log in",
                .details = "They are added to those permitted by name before; nobody else of the realm may "
                           "log in. --all leaves it to the domain's own rules. --withdraw takes them off "
                           "the list again, and all other names stay. Local users of this host are never "
                           "affected. The plan is shown first.",
                .takes = ACCESS_OPTIONS | JOB_OPTIONS,
                .json = true,
                .run = verb_realm_access,
        },
        [REALM_DENY] = {
                .name = "realm deny",
                .group = GROUP_REALM,
                .operands = "[NAME…]",
                .help = "deny users or groups of the realm to log in",
                .details = "They may not log in, whatever permits them. --all denies the whole domain. "
                           "--withdraw takes them off the list again. Local users of this host are never "
                           "affected. The plan is shown first.",
                .takes = ACCESS_OPTIONS | JOB_OPTIONS,
                .json = true,
                .run = verb_realm_access,
        },
        [REALM_RENEW] = {
                .name = "realm renew",
                .group = GROUP_REALM,
                .help = "renew the keys of this host in the realm",
                .details = "The plan is shown first.",
                .takes = JOB_OPTIONS,
                .json = true,
                .run = verb_realm_renew,
        },
};
