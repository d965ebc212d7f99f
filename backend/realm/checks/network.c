/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The realm as seen from this host: its DNS records, its kind, the reachable ports of its servers. */

#include "backend/realm/checks/check.h"

/* The failure that the discovery reports. */
static void check_network_fail(struct check_result *result, const struct realm *realm,
                               const char *otherwise) {
        check_say(result, VERDICT_FAIL, realm->trouble ? realm->trouble->hint : NULL, "%s",
                  realm->trouble ? realm->trouble->message : otherwise);
        result->fix = FIX_DOMAIN;
}

/* Those to the DNS, or the others. */
static void check_network_questions(struct check_result *result, const struct realm *realm, bool dns) {
        for (size_t i = 0; i < realm->n_questions; i++) {
                const struct realm_question *q = &realm->questions[i];
                const char *what = str_starts(q->what, "DNS ");
                if (dns == (what != NULL))
                        check_detail(result, "%s%s%s: %s (%u ms)", what ? what : q->what,
                                     q->whom ? " of " : "", q->whom ? q->whom : "",
                                     q->answer ? q->answer : "no answer", q->ms);
        }
}

/* ---- DNS ---- */

void check_dns(struct preflight_run *run, struct check_result *result) {
        const struct realm *realm = run->preflight->realm;
        check_network_questions(result, realm, true);
        const char *first = NULL;
        size_t n = 0;
        for (size_t i = 0; i < realm->n_servers; i++)
                if (realm->servers[i].in_dns || !run->server) {
                        first = first ? first : realm->servers[i].host;
                        n++;
                }
        if (first)
                check_say(result, VERDICT_OK, NULL, "%s has %zu server%s: %s%s", realm->domain, n,
                          n == 1 ? "" : "s", first, n > 1 ? ", and others" : "");
        else if (run->server)
                check_say(result, VERDICT_WARN,
                          "Should that server be away, nobody from the domain can log in",
                          "the DNS knows no servers of %s; only %s is used", run->domain, run->server);
        else
                check_network_fail(result, realm, "the DNS knows no servers of this domain");
}

/* ---- kind ---- */

void check_kind(struct preflight_run *run, struct check_result *result) {
        const struct realm *realm = run->preflight->realm;
        check_network_questions(result, realm, false);
        bool known = realm->kind == REALM_AD || realm->kind == REALM_IPA;
        if (known && run->wanted != REALM_NONE && run->wanted != realm->kind) {
                check_say(result, VERDICT_FAIL, "Join it as what it is, or choose another domain",
                          "%s is %s, not %s", realm->domain, realm_kind_title(realm->kind),
                          realm_kind_title(run->wanted));
                result->fix = FIX_OTHER_KIND;
        } else if (known && run->realm && realm->realm && !str_equal(run->realm, realm->realm)) {
                check_say(result, VERDICT_FAIL,
                          "Leave the realm empty: it is discovered; or name its servers",
                          "the realm of %s is %s, not %s", realm->domain, realm->realm, run->realm);
                result->fix = FIX_DOMAIN;
        } else if (known)
                check_say(result, VERDICT_OK, NULL, "%s, realm %s%s%s", realm_kind_title(realm->kind),
                          realm->realm, realm->site ? ", site " : "", realm->site ? realm->site : "");
        else if (!realm->n_servers) /* the DNS check gives the reason, once is enough */
                check_say(result, VERDICT_WARN, NULL, "not checked: no server of %s is known", run->domain);
        else
                check_network_fail(result, realm, "what kind of realm this is could not be found out");
}

/* ---- ports ---- */

static const struct port {
        uint16_t number;
        enum need { UNUSED, TRIED, REQUIRED } ad, ipa; /* by a join of this kind */
        const char *meaning;
} ports[] = {
        { 80, UNUSED, TRIED, "the CA certificate, where no other way to it is open" },
        { 88, REQUIRED, REQUIRED, "Kerberos" },
        { 389, REQUIRED, REQUIRED, "LDAP" },
        { 443, UNUSED, REQUIRED, "FreeIPA's own interface, which the join itself talks to" },
        { 445, TRIED, UNUSED, "SMB: group policies" },
        { 464, REQUIRED, TRIED, "Kerberos passwords: the computer's own password is set here" },
        { 636, TRIED, TRIED, "LDAP over TLS" },
        { 3268, TRIED, UNUSED, "the global catalog: users of other domains of the forest" },
};

struct trial {
        struct ports *all;
        struct op *op;
        const struct port *port; /* NULL: not tried */
        struct error *error;     /* NULL: open */
};

struct ports {
        struct op op;
        struct preflight_run *run;
        struct check_result *result;
        struct trial trials[PLACES_MAX][ELEMENTS(ports)];
        unsigned waiting;
};

static void check_ports_drop(struct op *op) {
        struct ports *p = container_of(op, struct ports, op);
        for (size_t i = 0; i < PLACES_MAX; i++)
                for (size_t k = 0; k < ELEMENTS(ports); k++) {
                        op_cancel(p->trials[i][k].op);
                        error_free(p->trials[i][k].error);
                }
}

static enum need check_ports_need(const struct preflight_run *run, const struct port *port) {
        const struct realm *realm = run->preflight->realm;
        enum realm_kind kind = run->wanted != REALM_NONE ? run->wanted : realm->kind;
        return kind == REALM_IPA ? port->ipa : port->ad;
}

/* Adds a sentence on one server to what is bad, or to an empty good. True: all required ports are open. */
static bool check_ports_judge(const struct ports *p, size_t server, struct str *good, struct str *bad) {
        const struct place *place = &p->run->ldap.items[server];
        _cleanup_str_ struct str open = {}, shut = {}, wanting = {};
        for (size_t k = 0; k < ELEMENTS(ports); k++) {
                const struct trial *t = &p->trials[server][k];
                if (!t->port)
                        continue;
                struct str *list = !t->error                                            ? &open
                                   : check_ports_need(p->run, t->port) == REQUIRED ? &shut
                                                                                        : &wanting;
                str_addf(list, "%s%u", list->length ? ", " : "", t->port->number);
                if (t->error)
                        check_detail(p->result, "%s port %u (%s): %s", place->host, t->port->number,
                                     t->port->meaning, t->error->message);
        }
        if (!place->address || shut.length) {
                str_addf(bad, "%s%s does not answer on %s", bad->length ? "; " : "", place->host,
                         shut.length ? shut.text : "any port");
                return false;
        }
        if (!good->length)
                str_addf(good, "%s answers on %s%s%s%s", place->host, open.text,
                         wanting.length ? ", not on " : "", wanting.length ? wanting.text : "",
                         wanting.length ? " (not needed)" : "");
        return true;
}

static void check_ports_conclude(struct ports *p) {
        static const char hint[] = "A firewall on the way, or a service on that server that is down: let the "
                                   "ports through from this host";
        struct check_result *result = p->result;
        size_t whole = 0, n = p->run->ldap.n;
        _cleanup_str_ struct str good = {}, bad = {};
        for (size_t i = 0; i < n; i++)
                whole += check_ports_judge(p, i, &good, &bad);
        if (whole == n)
                check_say(result, VERDICT_OK, NULL, "%s%s", good.text, n > 1 ? "; so do the others" : "");
        else if (whole)
                check_say(result, VERDICT_WARN, hint, "%s; but %s", good.text, bad.text);
        else
                check_say(result, VERDICT_FAIL, hint, "%s", bad.text);
        p->run->settled(p->run, result);
}

static void check_ports_tried(unsigned ms, struct error *e, void *userdata) {
        struct trial *t = userdata;
        struct ports *p = t->all;
        t->op = op_cancel(t->op);
        t->error = e;
        if (--p->waiting == 0)
                check_ports_conclude(p);
}

/* The port of this service of that host in the DNS, else the usual one. */
static uint16_t check_ports_number(const struct preflight_run *run, size_t server, const struct port *port) {
        const struct places *list = port->number == 389   ? &run->ldap
                                    : port->number == 88  ? &run->kdcs
                                    : port->number == 464 ? &run->kpasswds
                                                          : NULL;
        for (size_t i = 0; list && i < list->n; i++)
                if (str_equal_nocase(list->items[i].host, run->ldap.items[server].host))
                        return list->items[i].port;
        return port->number;
}

struct op *check_ports(struct preflight_run *run, struct check_result *result) {
        struct ports *p = new0(struct ports);
        *p = (struct ports) { .op.drop = check_ports_drop, .run = run, .result = result };
        for (size_t i = 0; i < run->ldap.n; i++)
                for (size_t k = 0; k < ELEMENTS(ports) && run->ldap.items[i].address; k++) {
                        struct trial *t = &p->trials[i][k];
                        struct exchange_options options = { .done = check_ports_tried, .userdata = t };
                        options.address = run->ldap.items[i].address;
                        options.port = check_ports_number(run, i, &ports[k]);
                        if (check_ports_need(run, &ports[k]) == UNUSED)
                                continue;
                        *t = (struct trial) { .all = p, .port = &ports[k] };
                        t->op = exchange_start(run->event, &options);
                        p->waiting++;
                }
        if (!p->waiting)
                check_say(result, VERDICT_WARN, NULL, "not checked: no server of %s %s", run->domain,
                          run->ldap.n ? "has an address" : "is known");
        return &p->op;
}
