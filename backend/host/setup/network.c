/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the network of this host works: what is set is looked up at once, the gateway and each server of
 * the DNS are asked, all together, in a few seconds at most. */
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include "backend/host/internal.h"
#include "backend/io/exchange.h"
#include "backend/io/turn.h"
#include "backend/wire/dns.h"
#include "model/setup/reach.h"

#define DNS_MS 3000U
#define GATEWAY_PORT 53U /* any: a refusal is an answer */

struct network_query {
        struct network_look *look;
        size_t at; /* the line that it settles */
        struct dns *dns;
        struct op *op; /* NULL: it has ended */
};

struct network_look {
        struct op op;
        struct backend *backend;
        struct reach *network;
        struct network_query queries[4]; /* the gateway, and the servers of the DNS */
        size_t n, waiting;
        network_done_t done;
        void *userdata;
};

static void network_look_drop(struct op *op) {
        struct network_look *l = container_of(op, struct network_look, op);
        for (size_t i = 0; i < l->n; i++) {
                op_cancel(l->queries[i].op);
                dns_free(l->queries[i].dns);
        }
        reach_free(l->network);
}

static void network_look_end(void *state) {
        struct network_look *l = state;
        struct reach *network = TAKE(l->network);
        op_end(&l->op);
        l->done(network, l->userdata);
}

static void network_look_settled(struct network_query *q, enum reach_state state, const char *text) {
        struct network_look *l = q->look;
        q->op = op_cancel(q->op);
        reach_settle(l->network, q->at, state, text);
        if (--l->waiting == 0)
                network_look_end(l);
}

static void network_look_gateway(unsigned ms, struct error *e, void *userdata) {
        struct network_query *q = userdata;
        const char *was = q->look->network->items[q->at].text;
        bool answers = !e || e->code == -ECONNREFUSED, silent = e && e->code == -ETIMEDOUT;
        _cleanup_free_ char *text = str_printf(answers  ? "%s answers"
                                               : silent ? "%s does not answer; some never do"
                                                        : "%s cannot be reached",
                                               was);
        error_free(e);
        network_look_settled(q, answers ? REACH_SUCCESS : silent ? REACH_UNTESTED : REACH_FAIL, text);
}

/* "No such name" is an answer, too. */
static void network_look_server(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct network_query *q = userdata;
        const char *was = q->look->network->items[q->at].text;
        _cleanup_free_ char *text = str_printf(e ? "%s does not answer" : "%s answers", was);
        bool failed = e;
        error_free(e);
        network_look_settled(q, failed ? REACH_FAIL : REACH_SUCCESS, text);
}

static struct network_query *network_look_query(struct network_look *l, size_t at) {
        struct network_query *q = &l->queries[l->n++];
        *q = (struct network_query) { .look = l, .at = at };
        l->waiting++;
        return q;
}

/* ---- what is set ---- */

static void network_look_devices(struct reach *network) {
        struct ifaddrs *all = NULL;
        _cleanup_free_ char *links = NULL, *addresses = NULL;
        _cleanup_strv_ char **up = NULL, **down = NULL, **set = NULL;
        if (getifaddrs(&all) < 0) {
                reach_add(network, "Link", REACH_UNTESTED, "the devices cannot be listed");
                return;
        }
        for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
                char text[NI_MAXHOST];
                int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
                bool running = (i->ifa_flags & IFF_UP) && (i->ifa_flags & IFF_RUNNING);
                char ***names = running ? &up : &down;
                socklen_t n = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
                if ((i->ifa_flags & IFF_LOOPBACK) || strv_length(up) + strv_length(set) > 16)
                        continue;
                if (!strv_contains(*names, i->ifa_name))
                        strv_add(names, i->ifa_name);
                if ((family == AF_INET || family == AF_INET6) &&
                    getnameinfo(i->ifa_addr, n, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0 &&
                    strncmp(text, "fe80:", 5) != 0)
                        strv_addf(&set, "%s %s", i->ifa_name, text);
        }
        freeifaddrs(all);
        links = strv_join(up ? up : down, ", ");
        addresses = strv_join(set, ", ");
        if (up || down)
                reach_add(network, "Link", up ? REACH_SUCCESS : REACH_FAIL,
                            up ? "%s is up" : "%s has no carrier, or is not up", links);
        else
                reach_add(network, "Link", REACH_UNSET, "there is no network device");
        reach_add(network, "Address", set ? REACH_SUCCESS : REACH_UNSET, "%s",
                    set ? addresses : "no device has one that others can reach");
}

static void network_look_begin(void *state) {
        struct network_look *l = state;
        const char *root = l->backend->paths.root;
        _cleanup_free_ char *routes = paths_read(root, "/proc/net/route", NULL), *device = NULL,
                            *resolv = paths_read(root, "/etc/resolv.conf", NULL);
        _cleanup_free_ char *gateway = reach_gateway(routes ? routes : "", &device);
        _cleanup_strv_ char **servers = reach_servers(resolv ? resolv : "");
        network_look_devices(l->network);
        l->waiting = 1; /* nothing ends before all have begun */
        if (!gateway)
                reach_add(l->network, "Gateway", REACH_UNSET, "there is no default route");
        else {
                size_t at = reach_add(l->network, "Gateway", REACH_UNTESTED, "%s by %s", gateway, device);
                struct network_query *q = network_look_query(l, at);
                q->op = exchange_start(l->backend->event,
                                       &(struct exchange_options) { .address = gateway,
                                                                    .port = GATEWAY_PORT,
                                                                    .done = network_look_gateway,
                                                                    .userdata = q });
        }
        if (!servers)
                reach_add(l->network, "DNS", REACH_UNSET, "/etc/resolv.conf names no server");
        for (char **server = servers; server && *server; server++) {
                size_t at = reach_add(l->network, "DNS", REACH_UNTESTED, "%s", *server);
                struct network_query *q = network_look_query(l, at);
                bool v6 = strchr(*server, ':');
                _cleanup_free_ char *name = str_printf(v6 ? "[%s]" : "%s", *server);
                q->dns = dns_new(l->backend->event, name, DNS_MS);
                q->op = q->dns ? dns_ask(q->dns, l->backend->facts.hostname, DNS_A, network_look_server, q)
                               : NULL;
                if (!q->op)
                        l->waiting--;
        }
        if (--l->waiting == 0)
                network_look_end(l);
}

struct op *backend_look_network(struct host *host, network_done_t done, void *userdata) {
        struct network_look *l = new0(struct network_look);
        *l = (struct network_look) { .op.drop = network_look_drop,
                                     .backend = backend_of(host),
                                     .network = new0(struct reach),
                                     .done = done,
                                     .userdata = userdata };
        return op_answer(&l->op, l->backend->event, network_look_begin);
}
