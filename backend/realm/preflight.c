/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/preflight.h"

#include "backend/realm/checks/check.h"
#include "backend/realm/discover.h"

/* In the order of display. */
static const struct check *const checks[] = {
        &root_check,  &hostname_check, &static_name_check, &enrolled_check, &dns_check,       &kind_check,
        &names_check, &ports_check,    &clock_check,       &timesync_check, &libraries_check, &nsswitch_check,
        &pam_check,   &daemons_check,  &login_check,       &ids_check,      &room_check,      &locks_check,
};

struct running {
        struct preflight_run run; /* first */
        struct op *op, *discovering;
        sd_event_source *local, *deadline;
        void *states[ELEMENTS(checks)];
        uint64_t started;
        bool looked; /* the second phase has begun */
        bool busy;   /* look() of a check is on the stack */
        void (*moved)(const struct preflight *p, void *userdata);
        preflight_done_t done;
        void *userdata;
};

static uint64_t preflight_now_ms(const struct running *r) {
        uint64_t usec = 0;
        sd_event_now(r->run.event, CLOCK_MONOTONIC, &usec);
        return usec / 1000;
}

static void places_done(struct place *places, size_t n) {
        for (size_t i = 0; i < n; i++) {
                op_cancel(places[i].resolving);
                free(places[i].host);
                free(places[i].address);
        }
}

static void running_free(struct running *r) {
        struct preflight_run *run = &r->run;
        for (size_t i = 0; i < ELEMENTS(checks); i++) {
                if (r->states[i] && checks[i]->drop)
                        checks[i]->drop(r->states[i]);
                free(r->states[i]);
        }
        op_cancel(r->discovering);
        dns_free(run->dns);
        sd_event_source_disable_unref(r->local);
        sd_event_source_disable_unref(r->deadline);
        places_done(run->ldap, run->n_ldap);
        places_done(run->kdcs, run->n_kdcs);
        places_done(run->kpasswds, run->n_kpasswds);
        preflight_free(run->preflight);
        char *texts[] = { run->domain, run->server, run->computer_name, run->hostname, run->own_job };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        sd_event_unref(run->event);
        free(r);
}

static void preflight_stop(void *userdata) {
        running_free(userdata);
}

/* ---- the end ---- */

static bool all_settled(const struct running *r) {
        for (size_t i = 0; i < r->run.preflight->n; i++)
                if (r->run.preflight->items[i].verdict == VERDICT_WAITING)
                        return false;
        return true;
}

static void preflight_finish(struct running *r) {
        struct preflight *p = TAKE(r->run.preflight);
        preflight_done_t done = r->done;
        void *userdata = r->userdata;
        p->ms = (unsigned) (preflight_now_ms(r) - r->started);
        op_finish(r->op);
        running_free(r);
        done(p, userdata);
}

static void note_time(struct running *r, struct check_result *result) {
        result->ms = (unsigned) (preflight_now_ms(r) - r->started);
}

static void preflight_settled(struct preflight_run *run, struct check_result *result) {
        struct running *r = container_of(run, struct running, run);
        note_time(r, result);
        if (r->moved)
                r->moved(run->preflight, r->userdata);
        if (!r->busy && r->looked && all_settled(r))
                preflight_finish(r);
}

static int preflight_deadline_came(sd_event_source *source, uint64_t usec, void *userdata) {
        struct running *r = userdata;
        for (size_t i = 0; i < r->run.preflight->n; i++) {
                struct check_result *result = &r->run.preflight->items[i];
                if (result->verdict != VERDICT_WAITING)
                        continue;
                check_say(result, VERDICT_WARN, "no answer within %u s", PREFLIGHT_MS / 1000);
                note_time(r, result);
        }
        preflight_finish(r);
        return 0;
}

/* ---- the two phases ---- */

static void preflight_look(struct running *r, bool network) {
        struct preflight *p = r->run.preflight;
        r->busy = true;
        for (size_t i = 0; i < ELEMENTS(checks); i++) {
                const struct check *check = checks[i];
                if (check->network != network)
                        continue;
                r->states[i] = check->size ? xcalloc(1, check->size) : NULL;
                check->look(&r->run, &p->items[i], r->states[i]);
                note_time(r, &p->items[i]);
        }
        r->busy = false;
        if (r->moved)
                r->moved(p, r->userdata);
}

static void preflight_on_network(struct running *r) {
        r->looked = true;
        preflight_look(r, true);
        if (all_settled(r))
                preflight_finish(r);
}

static bool still_resolving(const struct preflight_run *run) {
        const struct place *const lists[] = { run->ldap, run->kdcs, run->kpasswds };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (size_t k = 0; k < PLACES_MAX; k++)
                        if (lists[i][k].resolving)
                                return true;
        return false;
}

static void preflight_resolved(char *const *addresses, struct error *e, void *userdata) {
        struct place *place = userdata;
        struct preflight_run *run = place->run;
        place->resolving = op_cancel(place->resolving);
        if (addresses && addresses[0])
                str_replace(&place->address, addresses[0]);
        error_free(e);
        if (!still_resolving(run))
                preflight_on_network(container_of(run, struct running, run));
}

static void add_place(struct preflight_run *run, struct place *list, size_t *n, const char *host,
                      uint16_t port) {
        if (*n >= PLACES_MAX)
                return;
        for (size_t i = 0; i < *n; i++)
                if (str_equal_nocase(list[i].host, host) && list[i].port == port)
                        return;
        struct place *place = &list[*n];
        *place = (struct place) { .host = xstrdup(host), .port = port, .run = run };
        ++*n;
        const struct realm *realm = run->preflight->realm;
        for (size_t i = 0; i < realm->n_servers; i++)
                if (str_equal_nocase(realm->servers[i].host, host) && realm->servers[i].addresses) {
                        str_replace(&place->address, realm->servers[i].addresses[0]);
                        return;
                }
        place->resolving = dns_resolve(run->dns, host, preflight_resolved, place);
}

/* "host:port" of the DNS; port 0: none. */
static void add_named_place(struct preflight_run *run, struct place *list, size_t *n, const char *text) {
        const char *colon = strrchr(text, ':');
        long long port = 0;
        _cleanup_free_ char *host = colon ? strndup(text, (size_t) (colon - text)) : NULL;
        if (host && str_to_int(colon + 1, 1, UINT16_MAX, &port) >= 0)
                add_place(run, list, n, host, (uint16_t) port);
}

/* The chosen server, else those of the DNS, with the one that answered first in front. */
static void find_places(struct preflight_run *run) {
        const struct realm *realm = run->preflight->realm;
        if (run->server) {
                add_place(run, run->ldap, &run->n_ldap, run->server, 389);
                add_place(run, run->kdcs, &run->n_kdcs, run->server, 88);
                add_place(run, run->kpasswds, &run->n_kpasswds, run->server, 464);
                return;
        }
        for (size_t turn = 0; turn < 2; turn++)
                for (size_t i = 0; i < realm->n_servers; i++)
                        if (turn == 1 || str_equal(realm->servers[i].host, realm->best))
                                add_place(run, run->ldap, &run->n_ldap, realm->servers[i].host,
                                          realm->servers[i].port);
        for (char **kdc = realm->kdcs; kdc && *kdc; kdc++)
                add_named_place(run, run->kdcs, &run->n_kdcs, *kdc);
        for (char **kpasswd = realm->kpasswds; kpasswd && *kpasswd; kpasswd++)
                add_named_place(run, run->kpasswds, &run->n_kpasswds, *kpasswd);
        /* without records of their own they are on the directory's servers */
        for (size_t i = 0; i < run->n_ldap && !realm->kdcs; i++)
                add_place(run, run->kdcs, &run->n_kdcs, run->ldap[i].host, 88);
        for (size_t i = 0; i < run->n_ldap && !realm->kpasswds; i++)
                add_place(run, run->kpasswds, &run->n_kpasswds, run->ldap[i].host, 464);
}

static void preflight_discovered(struct realm *realm, struct error *e, void *userdata) {
        struct running *r = userdata;
        struct preflight_run *run = &r->run;
        r->discovering = op_cancel(r->discovering);
        error_free(e);
        run->preflight->realm = realm;
        if (realm->kind != REALM_NONE)
                find_places(run);
        if (!still_resolving(run))
                preflight_on_network(r);
}

static int preflight_on_host(sd_event_source *source, void *userdata) {
        preflight_look(userdata, false);
        return 0;
}

static int preflight_prepare(struct running *r, const struct preflight_options *options) {
        const struct preflight_order *order = options->order;
        struct preflight_run *run = &r->run;
        struct preflight *p = run->preflight = new0(struct preflight);
        str_replace(&run->domain, order->domain);
        str_replace(&run->server, str_empty(order->server) ? NULL : order->server);
        str_replace(&run->computer_name, str_empty(order->computer_name) ? NULL : order->computer_name);
        str_replace(&run->own_job, options->own_job);
        str_replace(&run->hostname, str_empty(order->hostname) ? NULL : order->hostname);
        p->n = ELEMENTS(checks);
        p->items = xcalloc(p->n, sizeof *p->items);
        for (size_t i = 0; i < p->n; i++)
                p->items[i] = (struct check_result) { .id = checks[i]->id, .title = checks[i]->title };
        int k = dns_new(run->event, options->servers, PROBE_MS, &run->dns, NULL);
        if (k < 0)
                return k;
        k = sd_event_add_defer(run->event, &r->local, preflight_on_host, r);
        if (k < 0)
                return k;
        k = sd_event_add_time_relative(run->event, &r->deadline, CLOCK_MONOTONIC, PREFLIGHT_MS * 1000ULL,
                                       10000, preflight_deadline_came, r);
        if (k < 0)
                return k;
        r->discovering =
                discover_start(run->event,
                               &(struct discover_options){
                                       .domain = run->domain, .servers = options->servers, .ms = PROBE_MS },
                               preflight_discovered, r);
        return 0;
}

struct op *preflight_start(sd_event *event, const struct preflight_options *options,
                           void (*moved)(const struct preflight *p, void *userdata), preflight_done_t done,
                           void *userdata) {
        struct running *r = new0(struct running);
        *r = (struct running){
                .run = { .event = sd_event_ref(event),
                         .settled = preflight_settled,
                         .paths = options->paths,
                         .facts = options->facts,
                         .wanted = options->order->wanted },
                .moved = moved,
                .done = done,
                .userdata = userdata,
        };
        r->started = preflight_now_ms(r);
        r->op = op_new(preflight_stop, r);
        struct op *op = r->op;
        return preflight_prepare(r, options) < 0 ? op_cancel(op) : op;
}
