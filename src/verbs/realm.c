/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "backend/emit.h"
#include "out.h"
#include "verbs/verbs.h"

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
                out("  %-12s %s port %u (%s)%s\n", i ? "" : "servers", s->host, s->port, addresses ? addresses : "not looked up", answer);
        }
}

static void tell_questions(const struct realm *realm) {
        out("\nAsked:\n");
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                out("  %s%s%s\n    %s\n", q->what, q->whom ? " of " : "", q->whom ? q->whom : "", q->answer ? q->answer : "no answer");
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

static int discover(struct session *s, const char *domain) {
        struct error *e = NULL;
        struct waiting w = {};
        void *result;
        int r = session_open(s, &e);
        if (r >= 0)
                r = session_wait(s, &w, s->host->ops->discover(s->host, domain, waited_realm, &w), &result, &e);
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

static int run(struct session *s, const struct verb *verb, const struct arguments *a) {
        if (strcmp(a->words[0], "discover") == 0)
                return discover(s, a->words[1]);
        out_note("There is no \"realm %s\"; there is: realm discover [DOMAIN]", a->words[0]);
        return EXIT_USAGE;
}

const struct verb realm_verb = {
        .name = "realm",
        .synopsis = "discover [DOMAIN] [--json]",
        .help = "look for the Active Directory or FreeIPA realm of a domain",
        .details = "Asks the DNS and the servers it names, anonymously; nothing is changed, and every question is shown with its answer. Without\n"
                   "DOMAIN that of this host, and those above it. Exit status 4: there is no realm.",
        .json = true,
        .least = 1,
        .most = 2,
        .run = run,
};
