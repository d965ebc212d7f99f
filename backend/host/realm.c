/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's realms: discovery, preflight and its repairs, the membership. */
#include <time.h>

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/realm/realm.h"

/* ---- discovery and preflight ---- */

/* The domain, or (NULL) the host's own, in the form of realm_domain(); the caller frees. none: the sentence
 * when the host has none. NULL: *reterr has the reason. */
static char *host_realm_domain(const struct backend *b, const char *domain, const char *none,
                               struct error **reterr) {
        const char *wanted = str_empty(domain) ? b->facts.domain : domain;
        if (wanted)
                return realm_domain(wanted, reterr);
        error_set(reterr, -ENOENT, "%s", none);
        return NULL;
}

static void host_realm_refuse(void *state) {
        struct host_call *c = state;
        struct error *e = TAKE(c->error);
        op_end(&c->op);
        c->done.realm(NULL, e, c->userdata);
}

struct op *backend_discover(struct host *host, const char *domain, realm_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct error *e = NULL;
        _cleanup_free_ char *clean = host_realm_domain(
                b, domain, "This host has no domain: neither its name nor /etc/resolv.conf names one", &e);
        if (clean)
                return discover_start(
                        b->event, &(struct discover_options){ .domain = clean, .parents = str_empty(domain) },
                        done, userdata);
        if (e->code == -ENOENT)
                error_hint(&e, "Name the domain, as in example.test");
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->error = e;
        c->done.realm = done;
        return op_answer(&c->op, b->event, host_realm_refuse);
}

/* Without a domain there is nothing to discover: one result says so. */
static void host_realm_end_early(void *state) {
        struct host_call *c = state;
        struct preflight *p = new0(struct preflight);
        *p = (struct preflight){ .items = new0(struct check_result), .n = 1 };
        p->items[0] = (struct check_result){ .id = "dns",
                                             .title = "DNS",
                                             .verdict = VERDICT_FAIL,
                                             .message = TAKE(c->error->message),
                                             .hint = TAKE(c->error->hint),
                                             .fix = FIX_DOMAIN };
        op_end(&c->op);
        c->done.preflight(p, c->userdata);
}

struct op *backend_preflight(struct host *host, const struct preflight_order *order,
                             void (*moved)(const struct preflight *preflight, void *userdata),
                             preflight_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct preflight_order clean = *order;
        struct error *e = NULL;
        _cleanup_free_ char *domain = host_realm_domain(
                b, order->domain, "this host has no domain of its own, and none was named", &e);
        if (!domain) {
                struct host_call *c = host_call_new(host, userdata, NULL);
                c->error = e;
                c->done.preflight = done;
                return op_answer(&c->op, b->event, host_realm_end_early);
        }
        clean.domain = domain;
        const struct preflight_options options = { .order = &clean, .paths = &b->paths, .facts = &b->facts };
        return preflight_start(b->event, &options, moved, done, userdata);
}

/* ---- membership, and its remembered state ---- */

void backend_learn_realm(struct backend *b, const struct membership *answer) {
        struct membership *known = membership_read(&b->paths), *old = b->known;
        bool same = old && old->kind == known->kind && str_equal(old->domain, known->domain);
        const struct membership *learned = answer ? answer : same ? old : NULL;
        if (learned) {
                known->asked = learned->asked;
                known->online = learned->online;
                known->clock_known = learned->clock_known;
                known->clock_usec = learned->clock_usec;
                str_replace(&known->server, learned->server);
        }
        if (!known->principal)
                known->kvno = 0;
        b->seen = answer ? time(NULL) : learned ? b->seen : 0;
        b->known = known;
        bool news = answer || !same || old->kvno != known->kvno || !str_equal(old->realm, known->realm);
        membership_free(old);
        if (news)
                backend_changed(b, TOPIC_REALM);
}

static int host_realm_on_look(sd_event_source *source, void *userdata) {
        struct backend *b = userdata;
        b->looking = sd_event_source_disable_unref(b->looking);
        backend_learn_realm(b, NULL);
        return 0;
}

void backend_look_at_realm(struct backend *b) {
        if (!b->looking && sd_event_add_defer(b->event, &b->looking, host_realm_on_look, b) >= 0)
                sd_event_source_set_priority(b->looking, SD_EVENT_PRIORITY_IDLE);
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
                backend_learn_realm(c->backend, m);
        op_end(&c->op);
        c->done.membership(m, e, c->userdata);
}

struct op *backend_membership(struct host *host, membership_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.membership = done;
        return op_wait(&c->op, membership_start(b->event, &b->paths, &b->facts, host_realm_learned, c));
}

/* ---- repairs of errors that a preflight found ---- */

static void host_repair_end(void *state) {
        struct host_call *c = state;
        struct error *e = TAKE(c->error);
        op_end(&c->op);
        c->done.nothing(e, c->userdata);
}

static void host_repair_on_named(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (!e) {
                facts_done(&c->backend->facts);
                facts_read(c->backend->paths.root, &c->backend->facts);
        }
        c->error = e;
        host_repair_end(c);
}

struct op *backend_repair(struct host *host, const struct repair *repair, nothing_done_t done,
                          void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.nothing = done;
        if (repair->fix == FIX_HOSTNAME && repair->hostname) {
                sd_bus *bus = units_bus(c->backend->units, &c->error);
                struct op *naming =
                        bus ? repair_hostname(bus, repair->hostname, host_repair_on_named, c, &c->error)
                            : NULL;
                if (naming)
                        return op_wait(&c->op, naming);
        } else if (repair->fix == FIX_CLOCK)
                repair_clock(repair->clock_usec, &c->error);
        else
                error_set(&c->error, -EINVAL, "This cannot be repaired from here");
        return op_answer(&c->op, c->backend->event, host_repair_end);
}
