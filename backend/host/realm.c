/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's realms. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "backend/host/internal.h"
#include "backend/io/defer.h"
#include "backend/realm/discover.h"
#include "backend/realm/membership.h"
#include "backend/realm/preflight.h"
#include "base/str.h"

struct refusal {
        struct error *error;
        realm_done_t done;
        void *userdata;
};

static void refusal_drop(void *state) {
        struct refusal *r = state;
        error_free(r->error);
        free(r);
}

static void refusal_give(void *state) {
        struct refusal *r = state;
        struct error *e = TAKE(r->error);
        realm_done_t done = r->done;
        void *userdata = r->userdata;
        refusal_drop(r);
        done(NULL, e, userdata);
}

/* Takes e. */
static struct op *host_realm_refuse(sd_event *event, struct error *e, realm_done_t done, void *userdata) {
        struct refusal *r = malloc(sizeof *r);
        if (!r) {
                error_free(e);
                return NULL;
        }
        *r = (struct refusal) { e, done, userdata };
        return defer_new(event, refusal_give, refusal_drop, r);
}

struct op *backend_discover(struct host *host, const char *domain, realm_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct error *e = NULL;
        const char *wanted = str_empty(domain) ? b->facts.domain : domain;
        if (!wanted) {
                error_set(&e, -ENOENT, "This host has no domain of its own: neither its name nor "
                                       "/etc/resolv.conf tells one");
                error_hint(&e, "Name the domain, as in example.test");
                return host_realm_refuse(b->event, e, done, userdata);
        }
        _cleanup_free_ char *clean = realm_domain(wanted, &e);
        if (!clean)
                return host_realm_refuse(b->event, e, done, userdata);
        return discover_start(b->event,
                              &(struct discover_options) { .domain = clean, .parents = str_empty(domain) },
                              done, userdata);
}

struct early {
        struct preflight *preflight;
        preflight_done_t done;
        void *userdata;
};

static void early_drop(void *state) {
        struct early *early = state;
        preflight_free(early->preflight);
        free(early);
}

static void early_give(void *state) {
        struct early *early = state;
        struct preflight *p = TAKE(early->preflight);
        preflight_done_t done = early->done;
        void *userdata = early->userdata;
        early_drop(early);
        done(p, userdata);
}

/* Without a domain there is nothing to look for: one result says so. */
static struct op *end_early(sd_event *event, const struct error *e, preflight_done_t done, void *userdata) {
        struct early *early = calloc(1, sizeof *early);
        struct preflight *p = calloc(1, sizeof *p);
        struct check_result *item = p ? calloc(1, sizeof *item) : NULL;
        if (!early || !item) {
                free(early);
                free(p);
                return NULL;
        }
        *item = (struct check_result) { .id = "dns",
                                       .title = "DNS",
                                       .verdict = VERDICT_FAIL,
                                       .message = strdup(e->message),
                                       .hint = e->hint ? strdup(e->hint) : NULL,
                                       .fix = FIX_DOMAIN };
        *p = (struct preflight) { .items = item, .n = 1 };
        *early = (struct early) { p, done, userdata };
        return defer_new(event, early_give, early_drop, early);
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
        if (!domain)
                return end_early(b->event, e, done, userdata);
        struct preflight_order clean = *order;
        clean.domain = domain;
        const struct preflight_options options = { .order = &clean, .paths = &b->paths, .facts = &b->facts };
        return preflight_start(b->event, &options, moved, done, userdata);
}

/* ---- membership, and what of it is remembered ---- */

/* Takes m, a copy's worth of it: what SSSD said stays known until the realm is another. */
static void host_realm_learn(struct backend *b, const struct membership *m, bool asked) {
        struct membership *known = calloc(1, sizeof *known), *old = b->known;
        bool same = old && old->kind == m->kind && str_equal(old->domain, m->domain);
        const struct membership *told = asked ? m : same ? old : NULL;
        if (!known)
                return;
        known->kind = m->kind;
        known->kvno = m->principal ? m->kvno : 0;
        (void) str_replace(&known->domain, m->domain);
        (void) str_replace(&known->realm, m->realm);
        if (told) {
                known->asked = told->asked;
                known->online = told->online;
                known->clock_known = told->clock_known;
                known->clock_usec = told->clock_usec;
                (void) str_replace(&known->server, told->server);
        }
        b->seen = asked ? time(NULL) : told ? b->seen : 0;
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
        if (m)
                host_realm_learn(b, m, false);
        return 0;
}

void backend_look_at_realm(struct backend *b) {
        if (!b->looking && sd_event_add_defer(b->event, &b->looking, host_realm_on_look, b) >= 0)
                (void) sd_event_source_set_priority(b->looking, SD_EVENT_PRIORITY_IDLE);
}

void backend_tell_realm(const struct backend *b, struct host_realm *ret) {
        const struct membership *m = b->known;
        ret->known = m;
        if (!m || m->kind == REALM_NONE)
                return;
        *ret = (struct host_realm) {
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

/* One who asks is answered, and the backend remembers. */
struct learning {
        struct backend *backend;
        struct op *op, *asking;
        membership_done_t done;
        void *userdata;
};

static void learning_free(void *userdata) {
        struct learning *l = userdata;
        op_cancel(l->asking);
        free(l);
}

static void host_realm_learned(struct membership *m, struct error *e, void *userdata) {
        struct learning *l = userdata;
        membership_done_t done = l->done;
        void *asker = l->userdata;
        if (m)
                host_realm_learn(l->backend, m, true);
        op_finish(l->op);
        l->asking = op_cancel(l->asking);
        learning_free(l);
        done(m, e, asker);
}

struct op *backend_membership(struct host *host, membership_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        const struct membership_options options = { .paths = &b->paths, .facts = &b->facts };
        struct learning *l = calloc(1, sizeof *l);
        if (!l)
                return NULL;
        *l = (struct learning) { .backend = b, .done = done, .userdata = userdata };
        l->op = op_new(learning_free, l);
        if (!l->op) {
                free(l);
                return NULL;
        }
        l->asking = membership_start(b->event, &options, host_realm_learned, l);
        return l->asking ? l->op : op_cancel(l->op);
}
