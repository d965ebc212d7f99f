/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realm.h"

#include <ctype.h>

#include "backend/realm/internal.h"
#include "base/clock.h"
#include "base/text.h"

#define DNS_MS 3000U
#define KDCS_MAX 16U

/* Questions to the DNS, all at once. Controllers first: _ldap._tcp of a domain may name other directories. */
static const struct dns_question {
        const char *prefix;
        enum dns_type type;
        enum { TAKE_SERVERS, TAKE_KDCS, TAKE_KPASSWDS, TAKE_REALM } take;
} dns_questions[] = {
        { "_ldap._tcp.dc._msdcs.", DNS_SRV, TAKE_SERVERS }, { "_ldap._tcp.", DNS_SRV, TAKE_SERVERS },
        { "_kerberos._udp.", DNS_SRV, TAKE_KDCS },          { "_kerberos._tcp.", DNS_SRV, TAKE_KDCS },
        { "_kpasswd._udp.", DNS_SRV, TAKE_KPASSWDS },       { "_kerberos.", DNS_TXT, TAKE_REALM },
};

struct question_asked {
        struct discovery *discovery;
        struct op *op;
        const struct dns_question *question;
        int index;
        int64_t started;
};

static void discovery_drop(struct op *op) {
        struct discovery *d = container_of(op, struct discovery, op);
        for (size_t i = 0; i < ELEMENTS(dns_questions); i++)
                op_cancel(d->asked[i].op);
        for (size_t i = 0; i < d->n_probes; i++)
                server_probe_done(&d->probes[i]);
        free(d->asked);
        dns_free(d->dns);
        sd_event_source_disable_unref(d->deadline);
        realm_free(d->realm);
        error_free(d->dns_trouble);
        sd_event_unref(d->event);
}

/* ---- the result ---- */

static bool anything_answered(const struct realm *realm) {
        for (size_t i = 0; i < realm->n_questions; i++)
                if (realm->questions[i].outcome == REALM_ANSWERED ||
                    realm->questions[i].outcome == REALM_EMPTY)
                        return true;
        return false;
}

/* Nothing answers at the servers of the DNS. */
static void servers_trouble(const struct realm *realm, struct error **e) {
        bool resolves = false;
        for (size_t i = 0; i < realm->n_servers; i++)
                resolves = resolves || realm->servers[i].addresses;
        if (resolves) {
                error_set(e, -EHOSTUNREACH, "The servers of %s do not answer", realm->domain);
                error_hint(e, "A firewall between here and port 389 of %s may be shut, or the server is down",
                           realm->servers[0].host);
        } else {
                error_set(e, -EHOSTUNREACH, "The servers of %s have no addresses", realm->domain);
                error_hint(e, "The DNS has no address of %s: is the name right?", realm->servers[0].host);
        }
}

/* The name servers that do not answer are named: theirs is what is known. */
static void dns_trouble(struct discovery *d, struct error **e) {
        _cleanup_free_ char *servers = dns_servers(d->dns);
        *e = TAKE(d->dns_trouble);
        if (*e && (*e)->code != -ETIMEDOUT)
                return;
        *e = error_free(*e);
        if (str_empty(servers))
                error_set(e, -ETIMEDOUT, "No name server answers");
        else
                error_set(e, -ETIMEDOUT,
                          plural(strchr(servers, ',') ? 2 : 1, "The name server %s does not answer",
                                 "The name servers %s do not answer"),
                          servers);
        error_hint(e, "Look at /etc/resolv.conf, and whether its servers can be reached");
}

static void say_trouble(struct discovery *d) {
        struct realm *realm = d->realm;
        struct error **e = &realm->trouble;
        if (realm->kind == REALM_OTHER)
                error_set(e, -ENOENT, "%s has a directory, but neither Active Directory nor FreeIPA",
                          realm->domain);
        else if (realm->n_servers)
                servers_trouble(realm, e);
        else if (d->dns_trouble || !anything_answered(realm)) {
                dns_trouble(d, e);
        } else {
                _cleanup_free_ char *resolvers = dns_servers(d->dns);
                error_set(e, -ENOENT, "The DNS knows no servers of a realm called %s", realm->asked);
                error_hint(e,
                           "This host asks %s. For Active Directory its controllers, for FreeIPA its servers "
                           "(or a server that forwards to them) must be the name servers, in "
                           "/etc/resolv.conf",
                           str_empty(resolvers) ? "no name server" : resolvers);
        }
}

/* All facts to display are known. */
static bool discover_satisfied(const struct discovery *d) {
        return d->realm->kind == REALM_IPA || (d->realm->kind == REALM_AD && d->pinged);
}

/* The servers so far were only a guess, or a way to another realm. */
static void forget_servers(struct discovery *d) {
        struct realm *realm = d->realm;
        for (size_t i = 0; i < d->n_probes; i++)
                server_probe_done(&d->probes[i]);
        d->n_probes = 0;
        for (size_t i = 0; i < realm->n_servers; i++) {
                free(realm->servers[i].host);
                strv_free(realm->servers[i].addresses);
        }
        realm->n_servers = 0;
        str_replace(&realm->best, NULL);
}

/* The domain itself has no LDAP server. */
static void forget_itself(struct discovery *d) {
        if (d->tried_itself && d->realm->n_servers && !d->realm->servers[0].addresses)
                forget_servers(d);
}

static void discover_finish(struct discovery *d) {
        struct realm *realm = d->realm;
        for (size_t i = 0; i < realm->n_questions; i++)
                if (realm->questions[i].outcome == REALM_ASKING)
                        realm_answered(realm, (int) i, REALM_ASKING, 0, xstrdup("not waited for"));
        if (realm->kind == REALM_NONE && d->pinged)
                realm->kind = REALM_AD; /* port 389 answers by UDP only */
        if (!discover_satisfied(d))
                forget_itself(d);
        if (realm->kind == REALM_NONE || realm->kind == REALM_OTHER)
                say_trouble(d);
        if (!realm->realm) {
                str_replace(&realm->realm, realm->domain);
                for (char *p = realm->realm; *p; p++)
                        *p = (char) toupper((unsigned char) *p);
        }
        d->realm = NULL;
        op_end(&d->op);
        d->done(realm, NULL, d->userdata);
}

/* ---- questions to the DNS ---- */

static char *record_words(const struct dns_answer *answer) {
        _cleanup_str_ struct str s = {};
        size_t printed = 0;
        for (size_t i = 0; i < answer->n; i++) {
                const struct dns_record *r = &answer->records[i];
                if (r->additional)
                        continue;
                if (printed++ == 6) {
                        str_add(&s, ", …");
                        break;
                }
                str_add(&s, printed > 1 ? ", " : "");
                if (r->type == DNS_SRV)
                        str_addf(&s, "%s:%u (priority %u, weight %u)", r->text, r->port, r->priority,
                                 r->weight);
                else
                        str_add(&s, r->text);
        }
        return str_take(&s);
}

/* Addresses in the answer spare a question. */
static void take_addresses(struct discovery *d, const struct dns_answer *answer) {
        for (size_t i = 0; i < answer->n; i++) {
                const struct dns_record *r = &answer->records[i];
                for (size_t k = 0; r->additional && k < d->realm->n_servers; k++) {
                        struct realm_server *s = &d->realm->servers[k];
                        if (str_equal_nocase(s->host, r->name) && strv_length(s->addresses) < 8)
                                strv_add(&s->addresses, r->text);
                }
        }
}

static void take_servers(struct discovery *d, const struct dns_answer *answer) {
        /* Probes refer to their servers by index: the list must not be sorted any more. */
        if (d->n_probes && !d->named)
                return;
        for (size_t i = 0; i < answer->n; i++) {
                const struct dns_record *r = &answer->records[i];
                if (r->type != DNS_SRV || r->additional || str_empty(r->text) || str_equal(r->text, "."))
                        continue;
                int at = realm_add_server(d->realm, r->text, r->port, r->priority, r->weight);
                if (at >= 0)
                        d->realm->servers[at].in_dns = true;
        }
        if (d->named) /* it stays the first one */
                return;
        realm_sort_servers(d->realm);
        take_addresses(d, answer);
        for (size_t i = 0; i < d->realm->n_servers; i++)
                server_probe_start(d, i);
}

static void take_places(char ***list, const struct dns_answer *answer) {
        for (size_t i = 0; i < answer->n; i++) {
                const struct dns_record *r = &answer->records[i];
                _cleanup_free_ char *place = str_printf("%s:%u", r->text, r->port);
                if (r->type == DNS_SRV && !strv_contains(*list, place) && strv_length(*list) < KDCS_MAX)
                        strv_add(list, place);
        }
}

static void take_realm(struct realm *realm, const struct dns_answer *answer) {
        for (size_t i = 0; i < answer->n && !realm->realm; i++) {
                const struct dns_record *r = &answer->records[i];
                _cleanup_free_ char *usable = r->type == DNS_TXT ? realm_domain(r->text, NULL) : NULL;
                if (usable)
                        str_replace(&realm->realm, r->text);
        }
}

static void discover_take(struct discovery *d, const struct dns_question *question,
                          const struct dns_answer *answer) {
        if (question->take == TAKE_SERVERS)
                take_servers(d, answer);
        else if (question->take == TAKE_REALM)
                take_realm(d->realm, answer);
        else
                take_places(question->take == TAKE_KDCS ? &d->realm->kdcs : &d->realm->kpasswds, answer);
}

static void dns_came(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct question_asked *a = userdata;
        struct discovery *d = a->discovery;
        unsigned ms = (unsigned) ((usec_now(CLOCK_MONOTONIC) - a->started) / 1000);
        size_t records = 0;
        a->op = op_cancel(a->op);
        for (size_t i = 0; answer && i < answer->n; i++)
                records += !answer->records[i].additional;
        if (!answer)
                realm_answered(d->realm, a->index, REALM_FAILED, ms, error_line(e));
        else if (records == 0)
                realm_answered(d->realm, a->index, REALM_EMPTY, ms,
                               xstrdup(answer->code == 3 ? "there is no such name" : "nothing of this kind"));
        else {
                realm_answered(d->realm, a->index, REALM_ANSWERED, ms, record_words(answer));
                discover_take(d, a->question, answer);
        }
        if (!d->dns_trouble)
                d->dns_trouble = TAKE(e);
        error_free(e);
        d->changed(d);
}

static void discover_ask_all(struct discovery *d) {
        for (size_t i = 0; i < ELEMENTS(dns_questions); i++) {
                struct question_asked *a = &d->asked[i];
                const struct dns_question *q = &dns_questions[i];
                _cleanup_free_ char *name = str_printf("%s%s", q->prefix, d->realm->domain);
                _cleanup_free_ char *what = str_printf("DNS %s %s", q->type == DNS_SRV ? "SRV" : "TXT", name);
                *a = (struct question_asked) { .discovery = d,
                                               .question = q,
                                               .index = realm_asked(d->realm, what, NULL),
                                               .started = usec_now(CLOCK_MONOTONIC),
                                               .op = dns_ask(d->dns, name, q->type, dns_came, a) };
        }
}

/* ---- the end ---- */

/* For the DNS, or for a server that may still identify the realm. */
static bool discover_waiting(const struct discovery *d) {
        for (size_t i = 0; i < ELEMENTS(dns_questions); i++)
                if (d->asked[i].op)
                        return true;
        for (size_t i = 0; i < d->n_probes && !discover_satisfied(d); i++)
                if (d->probes[i].resolving || d->probes[i].ldap || d->probes[i].ping)
                        return true;
        return false;
}

/* Without records the domain's own address may be a server. */
static bool try_itself(struct discovery *d) {
        if (d->realm->n_servers || d->tried_itself)
                return false;
        d->tried_itself = true;
        server_probe_start(d, (size_t) realm_add_server(d->realm, d->realm->domain, d->port, 0, 0));
        return true;
}

/* "DC=example,DC=test" is example.test; NULL for a base of another form. */
static char *domain_of_base(const char *base) {
        _cleanup_str_ struct str s = {};
        for (const char *at = base; !str_empty(at);) {
                size_t n = strcspn(at, ",");
                if (n < 4 || strncasecmp(at, "dc=", 3) != 0)
                        return NULL;
                str_add(&s, s.length ? "." : "");
                str_add_bytes(&s, at + 3, n - 3);
                at += n + (at[n] == ',');
        }
        return s.length ? realm_domain(s.text, NULL) : NULL;
}

/* The user typed the name of a server: the realm is that of its domain. */
static bool go_home(struct discovery *d) {
        struct realm *realm = d->realm;
        if (!d->tried_itself || d->redirected || d->pinged ||
            (realm->kind != REALM_AD && realm->kind != REALM_IPA))
                return false;
        _cleanup_free_ char *home = domain_of_base(realm->base);
        if (!home || str_equal(home, realm->asked))
                return false;
        str_replace(&realm->asked, home);
        str_replace(&realm->domain, home);
        d->redirected = true;
        forget_servers(d);
        realm->kind = REALM_NONE;
        str_replace(&realm->realm, NULL);
        discover_ask_all(d);
        return true;
}

/* "sub.example.test" has none: "example.test" may. */
static bool go_up(struct discovery *d) {
        struct realm *realm = d->realm;
        const char *parent = d->parents && realm->kind == REALM_NONE ? realm_parent(realm->domain) : NULL;
        if (!parent || realm->n_servers)
                return false;
        str_replace(&realm->asked, parent);
        str_replace(&realm->domain, realm->asked);
        d->tried_itself = false;
        discover_ask_all(d);
        return true;
}

static void discover_look(struct discovery *d) {
        if (discover_waiting(d))
                return;
        if (discover_satisfied(d)) {
                if (!go_home(d))
                        discover_finish(d);
                return;
        }
        if (try_itself(d) || go_home(d))
                return;
        forget_itself(d);
        if (!go_up(d))
                discover_finish(d);
}

static int discover_deadline_came(sd_event_source *source, uint64_t usec, void *userdata) {
        discover_finish(userdata);
        return 0;
}

struct op *discover_start(sd_event *event, const struct discover_options *options, realm_done_t done,
                          void *userdata) {
        struct discovery *d = new0(struct discovery);
        unsigned ms = options->ms ? options->ms : DISCOVER_MS;
        *d = (struct discovery) { .op.drop = discovery_drop,
                                  .event = sd_event_ref(event),
                                  .dns = dns_new(event, options->servers, ms < DNS_MS ? ms : DNS_MS),
                                  .realm = realm_new(options->domain),
                                  .asked = xcalloc(ELEMENTS(dns_questions), sizeof *d->asked),
                                  .changed = discover_look,
                                  .done = done,
                                  .userdata = userdata,
                                  .parents = options->parents,
                                  .port = options->port ? options->port : 389 };
        if (!d->dns || sd_event_add_time_relative(event, &d->deadline, CLOCK_MONOTONIC, ms * 1000ULL, 10000,
                                                  discover_deadline_came, d) < 0)
                return op_cancel(&d->op);
        if (!str_empty(options->server)) {
                d->named = true;
                realm_add_server(d->realm, options->server, d->port, 0, 0);
                server_probe_start(d, 0);
        }
        discover_ask_all(d);
        return &d->op;
}
