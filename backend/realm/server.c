/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Identifies one server of a realm. */
#include <ctype.h>

#include "backend/realm/internal.h"
#include "backend/wire/ldap.h"

#define CAPABILITY_AD "1.2.840.113556.1.4.800"
#define CAPABILITIES_MAX 64U

static struct realm_server *server_of(const struct server_probe *c) {
        return &c->discovery->realm->servers[c->server];
}

void server_probe_done(struct server_probe *c) {
        op_cancel(c->resolving);
        op_cancel(c->ldap);
        op_cancel(c->ping);
        realm_free(c->found);
        *c = (struct server_probe){};
}

/* Notes the question, and asks it at the present address. */
static struct op *server_ask(struct server_probe *c, const char *what, int *ret_question,
                             const struct str *request, struct exchange_options options) {
        const struct realm_server *s = server_of(c);
        _cleanup_free_ char *whom = str_printf("%s (%s port %u)", s->host, s->addresses[c->address], s->port);
        *ret_question = realm_asked(c->discovery->realm, what, whom);
        options.address = s->addresses[c->address];
        options.port = s->port;
        options.request = request->text;
        options.n = request->length;
        options.userdata = c;
        return exchange_start(c->discovery->event, &options);
}

static void server_keep(char **target, const char *text) {
        if (!str_empty(text))
                str_replace(target, text);
}

static void keep_lower(char **target, const char *text) {
        server_keep(target, text);
        for (char *p = *target; p && *p; p++)
                *p = (char) tolower((unsigned char) *p);
}

/* ---- the ping ---- */

/* Reads the answer's NetLogon; there is none where the server does not know the domain. */
static int read_ping(struct server_probe *c, const struct ldap_message *m, struct error **reterr) {
        const struct berval *value = ldap_value(m, "NetLogon", 0);
        struct discovery *d = c->discovery;
        struct realm *realm = d->realm;
        struct netlogon n;
        int r = value ? netlogon_read((const uint8_t *) value->bv_val, value->bv_len, &n, reterr) : 0;
        if (r < 0 || !value)
                return r;
        realm_answered(realm, c->ping_question, REALM_ANSWERED, 0,
                       str_printf("%s, %s, domain %s (%s), forest %s, its site %s, this host's site %s",
                                  n.host, n.netbios_host, n.domain, n.netbios_domain, n.forest,
                                  str_empty(n.server_site) ? "none" : n.server_site,
                                  str_empty(n.client_site) ? "none" : n.client_site));
        if (!d->pinged) {
                keep_lower(&realm->domain, n.domain);
                server_keep(&realm->forest, n.forest);
                server_keep(&realm->netbios, n.netbios_domain);
                server_keep(&realm->site, n.client_site);
                server_keep(&realm->server_site, n.server_site);
                if (!realm->best)
                        server_keep(&realm->best, server_of(c)->host);
        }
        d->pinged = true;
        netlogon_done(&n);
        return 0;
}

static ssize_t ping_heard(struct exchange *x, const uint8_t *bytes, size_t n, bool *ret_over, void *userdata,
                          struct error **reterr) {
        struct server_probe *c = userdata;
        _cleanup_(ldap_message_done) struct ldap_message m = {};
        ssize_t k = ldap_read(bytes, n, &m, reterr);
        if (k == 0)
                return error_set(reterr, -EBADMSG, "The answer is cut off");
        int r = k > 0 && m.kind == LDAP_ENTRY ? read_ping(c, &m, reterr) : 0;
        *ret_over = m.kind == LDAP_DONE || c->discovery->pinged;
        return r < 0 ? r : k;
}

static void ping_over(unsigned ms, struct error *e, void *userdata) {
        struct server_probe *c = userdata;
        struct discovery *d = c->discovery;
        struct realm_question *q = c->ping_question < 0 ? NULL : &d->realm->questions[c->ping_question];
        c->ping = op_cancel(c->ping);
        if (e)
                realm_answered(d->realm, c->ping_question, REALM_FAILED, ms, error_line(e));
        else if (q && q->outcome == REALM_ASKING)
                realm_answered(d->realm, c->ping_question, REALM_EMPTY, ms,
                               xstrdup("it does not know this domain"));
        else if (q)
                q->ms = ms;
        error_free(e);
        d->changed(d);
}

/* ---- LDAP over TCP: the rootDSE, then entries of its kind ---- */

static void server_search(struct server_probe *c, struct exchange *x, const char *base, enum ldap_scope scope,
                         const struct ldap_test *tests, size_t n, const char *const *attributes) {
        _cleanup_str_ struct str request = {};
        ldap_ask(&request, ++c->id, base, scope, tests, n, attributes);
        c->open++;
        exchange_say(x, request.text, request.length);
}

static bool has_capability(const struct ldap_message *m) {
        for (size_t i = 0; i < CAPABILITIES_MAX && ldap_value(m, "supportedCapabilities", i); i++)
                if (str_equal(ldap_text(m, "supportedCapabilities", i), CAPABILITY_AD))
                        return true;
        return false;
}

static const char *base_of(const struct ldap_message *m) {
        const char *base = ldap_text(m, "defaultNamingContext", 0);
        for (size_t i = 0; !base && i < CAPABILITIES_MAX; i++) {
                const char *context = ldap_text(m, "namingContexts", i);
                if (!context)
                        break;
                if (strncasecmp(context, "dc=", 3) == 0)
                        base = context;
        }
        return base;
}

static void root_read(struct server_probe *c, struct exchange *x, const struct ldap_message *m) {
        static const struct ldap_test container = { "objectClass", "krbRealmContainer", 17 };
        static const char *const of_base[] = { "info", "associatedDomain", NULL },
                                 *const of_container[] = { "cn", NULL },
                                 *const of_ca[] = { "cACertificate;binary", NULL };
        c->root_read = true;
        server_keep(&c->found->base, base_of(m));
        c->found->kind = has_capability(m) ? REALM_AD : REALM_OTHER;
        if (c->found->kind == REALM_AD || !c->found->base)
                return;
        _cleanup_free_ char *kerberos = str_printf("cn=kerberos,%s", c->found->base),
                            *ca = str_printf("cn=CAcert,cn=ipa,cn=etc,%s", c->found->base);
        server_search(c, x, c->found->base, LDAP_BASE, NULL, 0, of_base);
        server_search(c, x, kerberos, LDAP_ONE, &container, 1, of_container);
        server_search(c, x, ca, LDAP_BASE, NULL, 0, of_ca);
}

/* The base entry of FreeIPA has info: IPA V2.0; the container of its realm has the realm's name. */
static void entry_read(struct server_probe *c, const struct ldap_message *m) {
        if (m->id == 2) {
                const char *info = ldap_text(m, "info", 0);
                if (str_starts(info, "IPA")) {
                        c->found->kind = REALM_IPA;
                        server_keep(&c->found->version, info);
                }
                server_keep(&c->found->domain, ldap_text(m, "associatedDomain", 0));
        } else if (m->id == 3 && !c->found->realm)
                server_keep(&c->found->realm, ldap_text(m, "cn", 0));
        const struct berval *ca = m->id == 4 ? ldap_value(m, "cACertificate;binary", 0) : NULL;
        if (!ca || c->found->ca)
                return;
        c->found->n_ca = ca->bv_len;
        c->found->ca = xcalloc(1, ca->bv_len + 1);
        memcpy(c->found->ca, ca->bv_val, ca->bv_len);
}

static ssize_t ldap_heard(struct exchange *x, const uint8_t *bytes, size_t n, bool *ret_over, void *userdata,
                          struct error **reterr) {
        struct server_probe *c = userdata;
        _cleanup_(ldap_message_done) struct ldap_message m = {};
        ssize_t k = ldap_read(bytes, n, &m, reterr);
        if (k <= 0)
                return k;
        if (m.kind == LDAP_ENTRY && m.id == 1 && !c->root_read)
                root_read(c, x, &m);
        else if (m.kind == LDAP_ENTRY)
                entry_read(c, &m);
        else if (m.kind == LDAP_DONE)
                *ret_over = --c->open == 0;
        return k;
}

static void take_ldap(struct server_probe *c, unsigned ms) {
        struct realm *realm = c->discovery->realm;
        struct realm_server *s = server_of(c);
        s->answered = true;
        s->ms = ms;
        s->kind = c->found->kind;
        if (realm->kind == REALM_AD || realm->kind == REALM_IPA)
                return;
        realm->kind = c->found->kind;
        server_keep(&realm->base, c->found->base);
        server_keep(&realm->version, c->found->version);
        server_keep(&realm->best, s->host);
        if (c->found->kind == REALM_IPA) {
                keep_lower(&realm->domain, c->found->domain);
                server_keep(&realm->realm, c->found->realm);
                realm->ca = TAKE(c->found->ca);
                realm->n_ca = c->found->n_ca;
        }
}

static char *ldap_words(const struct realm *found) {
        return str_printf("%s%s%s%s%s%s%s", realm_kind_title(found->kind), found->version ? ", " : "",
                          found->version ? found->version : "", found->base ? ", base " : "",
                          found->base ? found->base : "", found->realm ? ", realm " : "",
                          found->realm ? found->realm : "");
}

static void start_talking(struct server_probe *c);

/* Results before a failure count. */
static void ldap_over(unsigned ms, struct error *e, void *userdata) {
        struct server_probe *c = userdata;
        struct discovery *d = c->discovery;
        bool retry = e && !c->root_read && server_of(c)->addresses[c->address + 1];
        c->ldap = op_cancel(c->ldap);
        if (c->root_read) {
                realm_answered(d->realm, c->ldap_question, REALM_ANSWERED, ms, ldap_words(c->found));
                take_ldap(c, ms);
        } else
                realm_answered(d->realm, c->ldap_question, e ? REALM_FAILED : REALM_EMPTY, ms,
                               e ? error_line(e) : xstrdup("it has no rootDSE for everybody"));
        error_free(e);
        if (retry) { /* its next address, often the other family */
                c->address++;
                c->ping = op_cancel(c->ping);
                start_talking(c);
        } else
                d->changed(d);
}

static void start_talking(struct server_probe *c) {
        static const char *const attributes[] = { "supportedCapabilities", "defaultNamingContext",
                                                  "namingContexts", NULL };
        _cleanup_str_ struct str ping = {}, root = {};
        c->id = c->open = 1;
        ldap_ask(&root, c->id, "", LDAP_BASE, NULL, 0, attributes);
        netlogon_ask(&ping, 1, c->discovery->realm->asked);
        c->ldap = server_ask(c, "LDAP rootDSE (TCP), what kind of directory it is", &c->ldap_question, &root,
                             (struct exchange_options) { .heard = ldap_heard, .done = ldap_over });
        c->ping = server_ask(
                c, "LDAP ping (UDP), who the controller is and which site this host is in", &c->ping_question,
                &ping, (struct exchange_options){ .datagram = true, .heard = ping_heard, .done = ping_over });
}

/* ---- its addresses ---- */

static void server_resolved(char *const *addresses, struct error *e, void *userdata) {
        struct server_probe *c = userdata;
        struct discovery *d = c->discovery;
        c->resolving = op_cancel(c->resolving);
        struct realm_server *s = server_of(c);
        if (addresses && addresses[0]) {
                realm_answered(d->realm, c->ldap_question, REALM_ANSWERED, 0, strv_join(addresses, ", "));
                s->addresses = strv_copy(addresses);
        } else
                realm_answered(d->realm, c->ldap_question, e ? REALM_FAILED : REALM_EMPTY, 0,
                               e ? error_line(e) : xstrdup("it has no address"));
        error_free(e);
        if (s->addresses)
                start_talking(c);
        d->changed(d);
}

void server_probe_start(struct discovery *d, size_t server) {
        for (size_t i = 0; i < d->n_probes; i++)
                if (d->probes[i].server == server)
                        return;
        if (d->n_probes >= PROBED_SERVERS_MAX)
                return;
        struct server_probe *c = &d->probes[d->n_probes++];
        *c = (struct server_probe) { .discovery = d, .server = server, .found = new0(struct realm) };
        if (server_of(c)->addresses) {
                start_talking(c);
                return;
        }
        _cleanup_free_ char *what = str_printf("DNS A, AAAA %s", server_of(c)->host);
        c->ldap_question = realm_asked(d->realm, what, NULL);
        c->resolving = dns_resolve(d->dns, server_of(c)->host, server_resolved, c);
}
