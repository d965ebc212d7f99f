/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realm.h"

#include "backend/realm/checks/check.h"
#include "base/clock.h"

#define PROBE_MS 3000U

/* In the order of display. */
static const struct {
        const char *id, *title;
        bool network; /* of the second phase */
        check_look *look;
        check_ask *ask; /* instead of look */
} checks[] = {
        { "root", "Privileges", false, check_root, NULL },
        { "hostname", "Host name", false, check_hostname, NULL },
        { "static-name", "Static host name", false, check_static_name, NULL },
        { "enrolled", "Enrollment", false, check_enrolled, NULL },
        { "dns", "DNS", true, check_dns, NULL },
        { "kind", "Realm", true, check_kind, NULL },
        { "names", "Name records", true, NULL, check_names },
        { "ports", "Ports", true, NULL, check_ports },
        { "clock", "Clock", true, NULL, check_clock },
        { "time-service", "Time service", false, check_timesync, NULL },
        { "libraries", "Libraries", false, check_libraries, NULL },
        { "nsswitch", "nsswitch.conf", false, check_nsswitch, NULL },
        { "pam", "PAM", false, check_pam, NULL },
        { "daemons", "Other name services", false, check_daemons, NULL },
        { "login", "Local login", false, check_login, NULL },
        { "ids", "User ids", false, check_ids, NULL },
        { "room", "Disk space", false, check_room, NULL },
        { "locks", "Package locks", false, check_locks, NULL },
        { "files", "Files of the join", true, NULL, check_files }, /* only where there are some */
};

struct running {
        struct op op; /* its inner one is the discovery */
        struct preflight_run run;
        sd_event_source *local, *deadline;
        struct op *asked[ELEMENTS(checks)];
        int64_t started;
        bool looked; /* the second phase has begun */
        bool busy;   /* look() of a check is on the stack */
        void (*moved)(const struct preflight *p, void *userdata);
        preflight_done_t done;
        void *userdata;
};

static void preflight_drop(struct op *op) {
        struct running *r = container_of(op, struct running, op);
        struct preflight_run *run = &r->run;
        for (size_t i = 0; i < ELEMENTS(checks); i++)
                op_cancel(r->asked[i]);
        struct places *const lists[] = { &run->ldap, &run->kdcs, &run->kpasswds };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (size_t k = 0; k < lists[i]->n; k++) {
                        op_cancel(lists[i]->items[k].resolving);
                        FREE_ALL(lists[i]->items[k].host, lists[i]->items[k].address);
                }
        dns_free(run->dns);
        sd_event_source_disable_unref(r->local);
        sd_event_source_disable_unref(r->deadline);
        preflight_free(run->preflight);
        FREE_ALL(run->domain, run->server, run->computer_name, run->hostname, run->realm, run->ca_file,
                 run->keytab, run->own_job);
        sd_event_unref(run->event);
}

/* ---- the end ---- */

static bool all_settled(const struct running *r) {
        for (size_t i = 0; i < r->run.preflight->n; i++)
                if (r->run.preflight->items[i].verdict == VERDICT_WAITING)
                        return false;
        return true;
}

static unsigned preflight_ms(const struct running *r) {
        return (unsigned) ((usec_now(CLOCK_MONOTONIC) - r->started) / 1000);
}

static void preflight_finish(struct running *r) {
        struct preflight *p = TAKE(r->run.preflight);
        p->ms = preflight_ms(r);
        op_end(&r->op);
        r->done(p, r->userdata);
}

static void preflight_settled(struct preflight_run *run, struct check_result *result) {
        struct running *r = container_of(run, struct running, run);
        result->ms = preflight_ms(r);
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
                check_say(result, VERDICT_WARN, NULL, "no answer within %u s", PREFLIGHT_MS / 1000);
                result->ms = preflight_ms(r);
        }
        preflight_finish(r);
        return 0;
}

/* ---- the two phases ---- */

static void preflight_look(struct running *r, bool network) {
        struct preflight *p = r->run.preflight;
        r->busy = true;
        for (size_t i = 0; i < p->n; i++) {
                if (checks[i].network != network)
                        continue;
                if (checks[i].look)
                        checks[i].look(&r->run, &p->items[i]);
                else
                        r->asked[i] = checks[i].ask(&r->run, &p->items[i]);
                p->items[i].ms = preflight_ms(r);
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
        for (size_t i = 0; i < PLACES_MAX; i++)
                if (run->ldap.items[i].resolving || run->kdcs.items[i].resolving ||
                    run->kpasswds.items[i].resolving)
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

static void add_place(struct preflight_run *run, struct places *list, const char *host, uint16_t port) {
        const struct realm *realm = run->preflight->realm;
        for (size_t i = 0; i < list->n; i++)
                if (str_equal_nocase(list->items[i].host, host) && list->items[i].port == port)
                        return;
        if (list->n == PLACES_MAX)
                return;
        struct place *place = &list->items[list->n++];
        *place = (struct place) { .host = xstrdup(host), .port = port, .run = run };
        for (size_t i = 0; i < realm->n_servers && !place->address; i++)
                if (str_equal_nocase(realm->servers[i].host, host) && realm->servers[i].addresses)
                        str_replace(&place->address, realm->servers[i].addresses[0]);
        if (!place->address)
                place->resolving = dns_resolve(run->dns, host, preflight_resolved, place);
}

/* "host:port" of the DNS; port 0: none. Without records of their own they are on the directory's servers. */
static void add_named_places(struct preflight_run *run, struct places *list, char *const *texts,
                             uint16_t usual) {
        for (size_t i = 0; !texts && i < run->ldap.n; i++)
                add_place(run, list, run->ldap.items[i].host, usual);
        for (; texts && *texts; texts++) {
                const char *colon = strrchr(*texts, ':');
                long long port = 0;
                _cleanup_free_ char *host = colon ? xstrndup(*texts, (size_t) (colon - *texts)) : NULL;
                if (host && str_to_int(colon + 1, 1, UINT16_MAX, &port) >= 0)
                        add_place(run, list, host, (uint16_t) port);
        }
}

/* The chosen server, else those of the DNS, with the one that answered first in front. */
static void find_places(struct preflight_run *run) {
        const struct realm *realm = run->preflight->realm;
        if (run->server)
                add_place(run, &run->ldap, run->server, realm->n_servers ? realm->servers[0].port : 389);
        for (size_t turn = 0; turn < 2 && !run->server; turn++)
                for (size_t i = 0; i < realm->n_servers; i++)
                        if (turn == 1 || str_equal(realm->servers[i].host, realm->best))
                                add_place(run, &run->ldap, realm->servers[i].host, realm->servers[i].port);
        add_named_places(run, &run->kdcs, run->server ? NULL : realm->kdcs, 88);
        add_named_places(run, &run->kpasswds, run->server ? NULL : realm->kpasswds, 464);
}

static void preflight_discovered(struct realm *realm, struct error *e, void *userdata) {
        struct running *r = userdata;
        struct preflight_run *run = &r->run;
        op_wait(&r->op, NULL);
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

static char *text_or_null(const char *text) {
        return str_empty(text) ? NULL : xstrdup(text);
}

struct op *preflight_start(sd_event *event, const struct preflight_options *options,
                           void (*moved)(const struct preflight *p, void *userdata), preflight_done_t done,
                           void *userdata) {
        const struct preflight_order *order = options->order;
        struct preflight *p = new0(struct preflight);
        p->n = ELEMENTS(checks) - (str_empty(order->ca_file) && str_empty(order->keytab));
        p->items = xcalloc(p->n, sizeof *p->items);
        for (size_t i = 0; i < p->n; i++)
                p->items[i] = (struct check_result) { .id = checks[i].id, .title = checks[i].title };
        struct running *r = new0(struct running);
        *r = (struct running) {
                .op.drop = preflight_drop,
                .run = { .event = sd_event_ref(event),
                         .paths = options->paths,
                         .facts = options->facts,
                         .preflight = p,
                         .wanted = order->wanted,
                         .domain = xstrdup(order->domain),
                         .server = text_or_null(order->server),
                         .computer_name = text_or_null(order->computer_name),
                         .hostname = text_or_null(order->hostname),
                         .realm = text_or_null(order->realm),
                         .ca_file = text_or_null(order->ca_file),
                         .keytab = text_or_null(order->keytab),
                         .https_port = options->https_port ? options->https_port : 443,
                         .own_job = xstrdup(options->own_job),
                         .dns = dns_new(event, options->servers, PROBE_MS),
                         .settled = preflight_settled },
                .started = usec_now(CLOCK_MONOTONIC),
                .moved = moved,
                .done = done,
                .userdata = userdata,
        };
        if (!r->run.dns || sd_event_add_defer(event, &r->local, preflight_on_host, r) < 0 ||
            sd_event_add_time_relative(event, &r->deadline, CLOCK_MONOTONIC, PREFLIGHT_MS * 1000ULL, 10000,
                                       preflight_deadline_came, r) < 0)
                return op_cancel(&r->op);
        const struct discover_options discover = { .domain = r->run.domain, .server = r->run.server,
                                                   .servers = options->servers, .port = options->port,
                                                   .ms = PROBE_MS };
        return op_wait(&r->op, discover_start(event, &discover, preflight_discovered, r));
}
