/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The realm as seen from this host: its DNS records, its kind, the reachable ports of its servers. */

#include "backend/realm/checks/check.h"

/* ---- DNS ---- */

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

/* ---- kind ---- */

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
                /* the DNS check gives the reason, once is enough */
                check_say(result, VERDICT_WARN, "not checked: no server of %s is known", run->domain);
                return;
        }
        check_say(result, VERDICT_FAIL, "%s",
                  realm->trouble ? realm->trouble->message
                                 : "what kind of realm this is could not be found out");
        if (realm->trouble && realm->trouble->hint)
                check_hint(result, "%s", realm->trouble->hint);
        result->fix = FIX_DOMAIN;
}

/* ---- ports ---- */

static const struct port {
        uint16_t number;
        bool ad, ipa; /* required for a join of this kind */
        bool asked_ad, asked_ipa;
        const char *meaning;
} ports[] = {
        { 80, false, false, false, true, "the CA certificate, where no other way to it is open" },
        { 88, true, true, true, true, "Kerberos" },
        { 389, true, true, true, true, "LDAP" },
        { 443, false, true, false, true, "FreeIPA's own interface, which the join itself talks to" },
        { 445, false, false, true, false, "SMB: group policies" },
        { 464, true, false, true, true, "Kerberos passwords: the computer's own password is set here" },
        { 636, false, false, true, true, "LDAP over TLS" },
        { 3268, false, false, true, false, "the global catalog: users of other domains of the forest" },
};

struct trial {
        struct ports *all;
        struct op *op;
        const struct port *port;
        bool asked, open;
        struct error *error;
};

struct ports {
        struct preflight_run *run;
        struct check_result *result;
        struct trial trials[PLACES_MAX][ELEMENTS(ports)];
        unsigned waiting;
};

static void check_ports_drop(void *state) {
        struct ports *p = state;
        for (size_t i = 0; i < PLACES_MAX; i++)
                for (size_t k = 0; k < ELEMENTS(ports); k++) {
                        op_cancel(p->trials[i][k].op);
                        error_free(p->trials[i][k].error);
                }
}

static bool check_ports_needed(const struct ports *p, const struct port *port) {
        return check_kind(p->run) == REALM_IPA ? port->ipa : port->ad;
}

/* Lists the open ports of one server, and in *shut the closed ones that are required. True: all are open. */
static bool check_ports_judge(const struct ports *p, size_t server, struct str *open, struct str *shut,
                              struct str *wanting) {
        bool whole = true;
        for (size_t k = 0; k < ELEMENTS(ports); k++) {
                const struct trial *t = &p->trials[server][k];
                if (!t->asked)
                        continue;
                if (t->open) {
                        str_addf(open, "%s%u", open->length ? ", " : "", t->port->number);
                        continue;
                }
                bool need = check_ports_needed(p, t->port);
                struct str *list = need ? shut : wanting;
                str_addf(list, "%s%u", list->length ? ", " : "", t->port->number);
                whole = whole && !need;
                check_detail(p->result, "%s port %u (%s): %s", p->run->ldap[server].host, t->port->number,
                             t->port->meaning, t->error ? t->error->message : "shut");
        }
        return whole;
}

static void check_ports_conclude(struct ports *p) {
        const struct preflight_run *run = p->run;
        unsigned whole = 0;
        struct check_result *result = p->result;
        _cleanup_str_ struct str first_open = {}, first_shut = {}, first_wanting = {}, bad = {};
        for (size_t i = 0; i < run->n_ldap; i++) {
                _cleanup_str_ struct str open = {}, shut = {}, wanting = {};
                bool ok = run->ldap[i].address && check_ports_judge(p, i, &open, &shut, &wanting);
                whole += ok;
                if (!ok)
                        str_addf(&bad, "%s%s does not answer on %s", bad.length ? "; " : "",
                                 run->ldap[i].host, shut.length ? shut.text : "any port");
                if (ok && !first_open.length) {
                        str_addf(&first_open, "%s answers on %s", run->ldap[i].host, open.text);
                        if (wanting.length)
                                str_addf(&first_open, ", not on %s (not needed)", wanting.text);
                }
        }
        if (whole == run->n_ldap)
                check_say(result, VERDICT_OK, "%s%s", first_open.text,
                          run->n_ldap > 1 ? "; so do the others" : "");
        else if (whole)
                check_say(result, VERDICT_WARN, "%s; but %s", first_open.text, bad.text);
        else
                check_say(result, VERDICT_FAIL, "%s", bad.text);
        if (whole < run->n_ldap)
                check_hint(result, "A firewall on the way, or a service on that server that is down: let "
                                   "the ports through from this host");
        check_settle(p->run, result);
}

static void check_ports_tried(unsigned ms, struct error *e, void *userdata) {
        struct trial *t = userdata;
        struct ports *p = t->all;
        t->op = op_cancel(t->op);
        t->open = !e;
        t->error = e;
        if (--p->waiting == 0)
                check_ports_conclude(p);
}

/* The port of this service of that host in the DNS, else the usual one. */
static uint16_t check_ports_number(const struct preflight_run *run, size_t server, const struct port *port) {
        const struct place *list = port->number == 88 ? run->kdcs : run->kpasswds;
        size_t n = port->number == 88 ? run->n_kdcs : run->n_kpasswds;
        if (port->number == 389)
                return run->ldap[server].port;
        for (size_t i = 0; i < n && (port->number == 88 || port->number == 464); i++)
                if (str_equal_nocase(list[i].host, run->ldap[server].host))
                        return list[i].port;
        return port->number;
}

static void check_ports_look(struct preflight_run *run, struct check_result *result, void *state) {
        struct ports *p = state;
        p->run = run;
        p->result = result;
        bool ipa = check_kind(run) == REALM_IPA;
        for (size_t i = 0; i < run->n_ldap; i++)
                for (size_t k = 0; k < ELEMENTS(ports); k++) {
                        struct trial *t = &p->trials[i][k];
                        *t = (struct trial) { .all = p, .port = &ports[k] };
                        if (!run->ldap[i].address || !(ipa ? ports[k].asked_ipa : ports[k].asked_ad))
                                continue;
                        t->op = exchange_start(
                                run->event,
                                &(struct exchange_options) { .address = run->ldap[i].address,
                                                            .ms = PROBE_MS,
                                                            .port = check_ports_number(run, i, &ports[k]),
                                                            .done = check_ports_tried,
                                                            .userdata = t });
                        t->asked = t->op;
                        p->waiting += t->asked;
                }
        if (p->waiting)
                return;
        check_say(result, VERDICT_WARN, "not checked: no server of %s %s", run->domain,
                  run->n_ldap ? "has an address" : "is known");
}

const struct check dns_check = { .id = "dns", .title = "DNS", .network = true, .look = check_dns_look };
const struct check kind_check = { .id = "kind", .title = "Realm", .network = true, .look = check_kind_look };
const struct check ports_check = { .id = "ports",
                                   .title = "Ports",
                                   .network = true,
                                   .size = sizeof(struct ports),
                                   .look = check_ports_look,
                                   .drop = check_ports_drop };
