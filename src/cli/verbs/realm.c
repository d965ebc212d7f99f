/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "backend/format/emit.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"
#include "model/realm/check.h"

static void tell_row(const char *name, const char *value) {
        if (!str_empty(value))
                out("  %-12s %s\n", name, value);
}

static void tell_servers(const struct realm *realm) {
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

static void tell_questions(const struct realm *realm) {
        out("\nAsked:\n");
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                out("  %s%s%s  (%u ms)\n    %s\n", q->what, q->whom ? " of " : "", q->whom ? q->whom : "",
                    q->ms, q->answer ? q->answer : "no answer");
        }
}

static void tell_realm(const struct realm *realm) {
        _cleanup_free_ char *kdcs = realm->kdcs ? strv_join(realm->kdcs, ", ") : NULL;
        out("%s: %s\n", realm->domain, realm_kind_title(realm->kind));
        if (realm->kind == REALM_AD || realm->kind == REALM_IPA)
                tell_row("realm", realm->realm);
        tell_row("short name", realm->netbios);
        tell_row("forest", realm->forest);
        tell_row("site", realm->site);
        tell_row("base", realm->base);
        tell_row("version", realm->version);
        tell_servers(realm);
        tell_row("KDCs", kdcs);
        tell_questions(realm);
}

static int verb_realm_discover(struct session *s, const char *domain) {
        struct error *e = NULL;
        struct waiting w = {};
        void *result;
        int r = session_wait(s, &w, host_discover(s->host, domain, waited_realm, &w), &result, &e);
        if (r < 0)
                return session_fail(s, e);
        _cleanup_(realm_freep) struct realm *realm = result;
        bool found = realm->kind == REALM_AD || realm->kind == REALM_IPA;
        if (s->json)
                out_json(emit_realm(realm));
        else
                tell_realm(realm);
        if (!found)
                out_error(realm->trouble);
        return found ? EXIT_DONE : EXIT_NOT_FOUND;
}

static void tell_membership(const struct membership *m) {
        char words[48], keys[24];
        if (m->kind == REALM_NONE) {
                out("This host is in no realm.\n");
                return;
        }
        out("%s: %s\n", m->realm ? m->realm : m->domain, realm_kind_title(m->kind));
        tell_row("domain", m->domain);
        tell_row("SSSD", m->silent   ? "does not answer: logins of this host wait for it; restart it, or "
                                       "unpause its container"
                         : !m->asked ? "does not tell"
                         : m->online ? "online"
                                     : "offline");
        tell_row("server", m->server);
        tell_row("site", m->site);
        if (m->clock_known)
                out("  %-12s %s %s\n", "clock", clock_words(words, m->clock_usec), m->clock_server);
        tell_time(keys, m->key_time);
        if (m->principal)
                out("  %-12s %s, version %u, of %s\n", "keytab", m->principal, (unsigned) m->kvno, keys);
        _cleanup_free_ char *access = access_words(&m->access);
        tell_row("logins", access);
        tell_row("service", m->service);
}

/* Exit status 4: it is in none. */
static int verb_realm_status(struct session *s) {
        struct error *e = NULL;
        struct waiting w = {};
        void *result;
        int r = session_wait(s, &w, host_membership(s->host, waited_membership, &w), &result, &e);
        if (r < 0)
                return session_fail(s, e);
        _cleanup_(membership_freep) struct membership *m = result;
        if (s->json)
                out_json(emit_membership(m));
        else
                tell_membership(m);
        return m->kind == REALM_NONE ? EXIT_NOT_FOUND : EXIT_DONE;
}

static int test_user(struct session *s, const char *user) {
        struct error *e = NULL;
        struct waiting w = {};
        void *result;
        int r = session_wait(s, &w, host_test_user(s->host, user, waited_line, &w), &result, &e);
        if (r < 0)
                return session_fail(s, e);
        _cleanup_free_ char *line = result;
        out("%s\n", line);
        return EXIT_DONE;
}

static int verb_realm_change(struct session *s, enum plan_verb verb, const struct access_change *access,
                             const struct arguments *a) {
        _cleanup_(order_done) struct order order = {
                .port = { .verb = verb, .access = access, .allowed = a->values[OPTION_ALLOW] }
        };
        order.secrets = secret_list_new();
        return order.secrets ? follow_order(s, &order, a) : EXIT_FAILED;
}

/* permit and deny: names, or --all. */
static int change_access(struct session *s, bool permit, const struct arguments *a) {
        bool all = a->given[OPTION_ALL], groups = a->given[OPTION_GROUPS];
        if (all == (a->words[1] != NULL) || (all && groups)) {
                out_note("fairlead: realm %s wants names, --groups and names, or --all\n", a->words[0]);
                return EXIT_USAGE;
        }
        const struct access_change access = {
                .what = all      ? permit ? ACCESS_PERMIT_ALL : ACCESS_DENY_ALL
                        : permit ? ACCESS_PERMIT
                                 : ACCESS_DENY,
                .groups = groups,
                .names = a->words + 1,
        };
        return verb_realm_change(s, VERB_ACCESS, &access, a);
}

static int verb_realm_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        const char *what = a->words[0], *operand = a->words[1];
        if (strcmp(what, "permit") == 0 || strcmp(what, "deny") == 0)
                return change_access(s, strcmp(what, "permit") == 0, a);
        if (a->given[OPTION_ALL] || a->given[OPTION_GROUPS] || (operand && a->words[2])) {
                out_note("fairlead: Several names, --all and --groups are for realm permit and realm deny\n");
                return EXIT_USAGE;
        }
        if (strcmp(what, "renew") == 0 && !operand)
                return verb_realm_change(s, VERB_RENEW, NULL, a);
        if (strcmp(what, "discover") == 0)
                return verb_realm_discover(s, operand);
        if (strcmp(what, "status") == 0 && !operand)
                return verb_realm_status(s);
        if (strcmp(what, "test") == 0 && operand && !s->json)
                return test_user(s, operand);
        out_note("fairlead: There is realm discover [DOMAIN], realm status, realm test USER, realm permit, "
                 "realm deny, realm renew\n");
        return EXIT_USAGE;
}

const struct verb realm_verb = {
        .name = "realm",
        .synopsis = "discover [DOMAIN] | status | test USER | permit|deny [--groups] NAME…|--all | renew"
                    " [--yes | --consent HASH] [--allow FINDING]… [--if-interrupted ask|resume|rollback] "
                    "[--detach] [--json]",
        .help = "look for a realm, look after that of this host",
        .details = "discover asks the DNS and the servers it names, anonymously; nothing is changed, and "
                   "every question is shown with its\n"
                   "answer. Without DOMAIN that of this host, and those above it. status tells how this "
                   "host stands in its realm; test looks a\n"
                   "user up as every program of this host would. Exit status 4: there is no realm, or no "
                   "such user.\n"
                   "permit lets these users or groups log in, beside those permitted by name before, and "
                   "nobody else; deny keeps these out,\n"
                   "whatever permits them; permit --all leaves it to the domain's own rules; deny --all "
                   "keeps all of the domain out. This\n"
                   "host's own users are never touched. renew makes new keys for this host. Each is a job "
                   "that shows first what it changes.",
        .takes = TAKES(OPTION_ALL) | TAKES(OPTION_GROUPS) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) |
                 TAKES(OPTION_ALLOW) | TAKES(OPTION_DETACH) | TAKES(OPTION_IF_INTERRUPTED),
        .json = true,
        .least = 1,
        .most = 64,
        .run = verb_realm_run,
};
