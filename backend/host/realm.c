/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "backend/host/call.h"
#include "backend/realm/discover.h"
#include "backend/realm/membership.h"
#include "backend/realm/preflight.h"

static void host_realm_refuse(struct host_call *c) {
        void *userdata;
        struct error *e = TAKE(c->error);
        realm_done_t done = (realm_done_t) host_call_end(c, &userdata);
        done(NULL, e, userdata);
}

struct op *backend_discover(struct host *host, const char *domain, realm_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        _cleanup_error_ struct error *e = NULL;
        const char *wanted = str_empty(domain) ? b->facts.domain : domain;
        if (!wanted) {
                error_set(&e, -ENOENT,
                          "This host has no domain: neither its name nor /etc/resolv.conf names one");
                error_hint(&e, "Name the domain, as in example.test");
        }
        _cleanup_free_ char *clean = wanted ? realm_domain(wanted, &e) : NULL;
        if (!clean) {
                struct host_call *c = host_call_new(host, (host_call_done) done, userdata, NULL);
                c->error = TAKE(e);
                return host_call_turn(c, host_realm_refuse);
        }
        return discover_start(b->event,
                              &(struct discover_options) { .domain = clean, .parents = str_empty(domain) },
                              done, userdata);
}

/* Without a domain there is nothing to discover: one result says so. */
static void host_realm_end_early(struct host_call *c) {
        struct preflight *p = new0(struct preflight);
        struct check_result *item = new0(struct check_result);
        *item = (struct check_result) { .id = "dns",
                                       .title = "DNS",
                                       .verdict = VERDICT_FAIL,
                                       .message = TAKE(c->error->message),
                                       .hint = TAKE(c->error->hint),
                                       .fix = FIX_DOMAIN };
        *p = (struct preflight) { .items = item, .n = 1 };
        void *userdata;
        preflight_done_t done = (preflight_done_t) host_call_end(c, &userdata);
        done(p, userdata);
}

struct op *backend_preflight(struct host *host, const struct preflight_order *order,
                             void (*moved)(const struct preflight *preflight, void *userdata),
                             preflight_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        _cleanup_error_ struct error *e = NULL;
        const char *wanted = str_empty(order->domain) ? b->facts.domain : order->domain;
        if (!wanted)
                error_set(&e, -ENOENT, "this host has no domain of its own, and none was named");
        _cleanup_free_ char *domain = wanted ? realm_domain(wanted, &e) : NULL;
        if (!domain) {
                struct host_call *c = host_call_new(host, (host_call_done) done, userdata, NULL);
                c->error = TAKE(e);
                return host_call_turn(c, host_realm_end_early);
        }
        struct preflight_order clean = *order;
        clean.domain = domain;
        const struct preflight_options options = { .order = &clean, .paths = &b->paths, .facts = &b->facts };
        return preflight_start(b->event, &options, moved, done, userdata);
}

/* ---- membership, and its remembered state ---- */

/* Remembers a copy of m: SSSD's answer stays valid until the realm changes. */
static void host_realm_learn(struct backend *b, const struct membership *m, bool asked) {
        struct membership *known = new0(struct membership), *old = b->known;
        bool same = old && old->kind == m->kind && str_equal(old->domain, m->domain);
        const struct membership *learned = asked ? m : same ? old : NULL;
        known->kind = m->kind;
        known->kvno = m->principal ? m->kvno : 0;
        str_replace(&known->domain, m->domain);
        str_replace(&known->realm, m->realm);
        if (learned) {
                known->asked = learned->asked;
                known->online = learned->online;
                known->clock_known = learned->clock_known;
                known->clock_usec = learned->clock_usec;
                str_replace(&known->server, learned->server);
        }
        b->seen = asked ? time(NULL) : learned ? b->seen : 0;
        b->known = known;
        bool news = asked || !same || old->kvno != known->kvno || !str_equal(old->realm, known->realm);
        membership_free(old);
        if (news)
                backend_changed(b, TOPIC_REALM);
}

static int host_realm_on_look(sd_event_source *source, void *userdata) {
        struct backend *b = userdata;
        b->looking = sd_event_source_disable_unref(b->looking);
        _cleanup_(membership_freep) struct membership *m = membership_read(&b->paths);
        host_realm_learn(b, m, false);
        return 0;
}

void backend_look_at_realm(struct backend *b) {
        if (!b->looking && sd_event_add_defer(b->event, &b->looking, host_realm_on_look, b) >= 0)
                (void) sd_event_source_set_priority(b->looking, SD_EVENT_PRIORITY_IDLE);
}

void backend_fill_realm(const struct backend *b, struct host_realm *ret) {
        const struct membership *m = b->known;
        ret->known = m;
        if (!m || m->kind == REALM_NONE)
                return;
        *ret = (struct host_realm){
                .known = true,
                .name = m->realm ? m->realm : m->domain,
                .kind = m->kind,
                .kvno = m->kvno,
                .seen = b->seen,
                .asked = m->asked,
                .online = m->online,
                .server = m->server,
                .clock_known = m->clock_known,
                .clock_usec = m->clock_usec,
        };
}

/* Answers the call, and updates the backend's copy. */
static void host_realm_learned(struct membership *m, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (m)
                host_realm_learn(c->backend, m, true);
        membership_done_t done = (membership_done_t) host_call_end(c, &userdata);
        done(m, e, userdata);
}

struct op *backend_membership(struct host *host, membership_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        const struct membership_options options = { .paths = &b->paths, .facts = &b->facts };
        struct host_call *c = host_call_new(host, (host_call_done) done, userdata, NULL);
        return host_call_ask(c, membership_start(b->event, &options, host_realm_learned, c));
}
