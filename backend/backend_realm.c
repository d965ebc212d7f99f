/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's realms. */
#include <errno.h>

#include "backend/backend_parts.h"
#include "backend/discover.h"
#include "backend/later.h"
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
static struct op *refuse(sd_event *event, struct error *e, realm_done_t done, void *userdata) {
        struct refusal *r = malloc(sizeof *r);
        if (!r) {
                error_free(e);
                return NULL;
        }
        *r = (struct refusal) { e, done, userdata };
        return later_new(event, refusal_give, refusal_drop, r);
}

struct op *backend_discover(struct host *host, const char *domain, realm_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct error *e = NULL;
        const char *wanted = str_empty(domain) ? b->facts.domain : domain;
        if (!wanted) {
                error_set(&e, -ENOENT, "This host has no domain of its own: neither its name nor /etc/resolv.conf tells one");
                error_hint(&e, "Name the domain, as in example.test");
                return refuse(b->event, e, done, userdata);
        }
        _cleanup_free_ char *clean = realm_domain(wanted, &e);
        if (!clean)
                return refuse(b->event, e, done, userdata);
        return discover_start(b->event, &(struct discover_options) { .domain = clean, .parents = str_empty(domain) }, done, userdata);
}
