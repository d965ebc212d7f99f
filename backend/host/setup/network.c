/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the network of this host works: what is set is looked up at once, the gateways and each server of
 * the DNS are asked, all together, in a few seconds at most. */
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/timex.h>

#include "backend/appliance/appliance.h"
#include "backend/host/internal.h"
#include "backend/io/exchange.h"
#include "backend/io/turn.h"
#include "backend/wire/dns.h"
#include "backend/wire/ntp.h"
#include "base/clock.h"
#include "model/setup/reach.h"

#define DNS_MS 3000U
#define DEVICES_MAX 8U
#define GATEWAY_PORT 53U /* any: a refusal is an answer */
#define CLOCK_USEC (300U * 1000) /* that a server of the time is waited for behind all others */
#define SKEW_USEC_MAX (5LL * 60 * 1000000) /* what Kerberos tolerates */
#define CLOCKS_MAX 2U

struct network_query {
        struct network_look *look;
        size_t at; /* the line that it settles */
        struct dns *dns;
        struct op *op; /* NULL: it has ended */
};

/* A server of the time, which need not answer. */
struct network_clock {
        struct network_look *look;
        struct op *op;
        char *address;
        uint64_t cookie;
        int64_t sent;
};

struct network_look {
        struct op op;
        struct backend *backend;
        struct reach *network;
        struct network_query queries[5]; /* two gateways, and the servers of the DNS */
        size_t name;                     /* the line of this host's own name */
        size_t n, waiting;
        struct network_clock clocks[CLOCKS_MAX];
        size_t n_clocks;
        sd_event_source *grace;
        network_done_t done;
        void *userdata;
};

static void network_look_drop(struct op *op) {
        struct network_look *l = container_of(op, struct network_look, op);
        for (size_t i = 0; i < l->n; i++) {
                op_cancel(l->queries[i].op);
                dns_free(l->queries[i].dns);
        }
        for (size_t i = 0; i < l->n_clocks; i++) {
                op_cancel(l->clocks[i].op);
                free(l->clocks[i].address);
        }
        sd_event_source_disable_unref(l->grace);
        reach_free(l->network);
}

static void network_look_end(struct network_look *l) {
        struct reach *network = TAKE(l->network);
        op_end(&l->op);
        l->done(network, l->userdata);
}

static int network_look_on_grace(sd_event_source *source, uint64_t usec, void *userdata) {
        network_look_end(userdata);
        return 0;
}

/* A clock is waited for only as long as nobody notices: who filters it drops what is sent. */
static void network_look_end_soon(struct network_look *l) {
        bool asked = false;
        for (size_t i = 0; i < l->n_clocks; i++)
                asked |= l->clocks[i].op != NULL;
        if (!asked || sd_event_add_time_relative(l->backend->event, &l->grace, CLOCK_MONOTONIC, CLOCK_USEC,
                                                 1000, network_look_on_grace, l) < 0)
                network_look_end(l);
}

static void network_look_settled(struct network_query *q, enum reach_state state, const char *text) {
        struct network_look *l = q->look;
        q->op = op_cancel(q->op);
        reach_settle(l->network, q->at, state, text);
        if (--l->waiting == 0)
                network_look_end_soon(l);
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

/* One server that knows the name is enough. */
static void network_look_name(struct network_look *l, const char *server, bool known) {
        const struct reach_line *line = &l->network->items[l->name];
        if (line->state == REACH_UNSET || line->state == REACH_SUCCESS)
                return;
        _cleanup_free_ char *text = str_printf(known ? "%s is known to %s" : "%s is not known to %s",
                                               l->backend->facts.hostname, server);
        reach_settle(l->network, l->name, known ? REACH_SUCCESS : REACH_FAIL, text);
}

/* "No such name" is an answer, too. */
static void network_look_server(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct network_query *q = userdata;
        const char *was = q->look->network->items[q->at].text;
        _cleanup_free_ char *text = str_printf(e ? "%s does not answer" : "%s answers", was);
        bool failed = e;
        if (answer)
                network_look_name(q->look, was, answer->n > 0);
        error_free(e);
        network_look_settled(q, failed ? REACH_FAIL : REACH_SUCCESS, text);
}

static struct network_query *network_look_query(struct network_look *l, size_t at) {
        struct network_query *q = &l->queries[l->n++];
        *q = (struct network_query){ .look = l, .at = at };
        l->waiting++;
        return q;
}

/* ---- clocks of others ---- */

static ssize_t network_look_on_time(struct exchange *exchange, const uint8_t *bytes, size_t n, bool *ret_over,
                                    void *userdata, struct error **reterr) {
        struct network_clock *c = userdata;
        struct reach *network = c->look->network;
        int64_t now = usec_now(CLOCK_REALTIME), theirs;
        char words[48];
        if (ntp_read(bytes, n, c->cookie, &theirs) < 0)
                return error_set(reterr, -EBADMSG, "%s does not say the time", c->address);
        /* It read its clock in the middle of the round trip. */
        int64_t ahead = c->sent + (now - c->sent) / 2 - theirs;
        bool off = ahead > SKEW_USEC_MAX || ahead < -SKEW_USEC_MAX;
        clock_words(words, ahead);
        reach_add(network, REACH_CLOCK, off ? REACH_FAIL : REACH_SUCCESS, "it is %s that of %s", words,
                  c->address);
        *ret_over = true;
        return (ssize_t) n;
}

static void network_look_on_clock(unsigned ms, struct error *e, void *userdata) {
        struct network_clock *c = userdata;
        struct network_look *l = c->look;
        c->op = op_cancel(c->op);
        error_free(e);
        if (!l->grace)
                return;
        l->grace = sd_event_source_disable_unref(l->grace);
        network_look_end_soon(l);
}

static void network_look_ask_clock(struct network_look *l, const char *address) {
        uint8_t request[NTP_BYTES];
        for (size_t i = 0; i < l->n_clocks; i++)
                if (str_equal(l->clocks[i].address, address))
                        return;
        if (l->n_clocks == CLOCKS_MAX)
                return;
        struct network_clock *c = &l->clocks[l->n_clocks++];
        c->look = l;
        c->address = xstrdup(address);
        c->sent = usec_now(CLOCK_REALTIME);
        arc4random_buf(&c->cookie, sizeof c->cookie);
        ntp_request(c->cookie, request);
        c->op = exchange_start(l->backend->event, &(struct exchange_options) { .address = address,
                                                                              .port = NTP_PORT,
                                                                              .datagram = true,
                                                                              .request = request,
                                                                              .n = sizeof request,
                                                                              .heard = network_look_on_time,
                                                                              .done = network_look_on_clock,
                                                                              .userdata = c });
}

/* Those that DHCP named, as systemd-networkd keeps them, and the gateway, which knows the time in many small
 * networks. */
static void network_look_ask_clocks(struct network_look *l, const char *gateway) {
        _cleanup_free_ char *state = paths_read(l->backend->paths.root, "/run/systemd/netif/state", NULL),
                            *named = setup_assigned(state ? state : "", "NTP");
        if (named)
                network_look_ask_clock(l, named);
        if (gateway)
                network_look_ask_clock(l, gateway);
}

/* ---- what is set ---- */

static void network_look_devices(struct reach *network) {
        struct ifaddrs *all = NULL;
        _cleanup_strv_ char **up = NULL, **down = NULL, **set = appliance_addresses();
        if (getifaddrs(&all) < 0) {
                reach_add(network, "Link", REACH_UNTESTED, "the devices cannot be listed");
                return;
        }
        for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
                bool running = (i->ifa_flags & IFF_UP) && (i->ifa_flags & IFF_RUNNING);
                char ***names = running ? &up : &down;
                if (!(i->ifa_flags & IFF_LOOPBACK) && strv_length(*names) < DEVICES_MAX &&
                    !strv_contains(*names, i->ifa_name))
                        strv_add(names, i->ifa_name);
        }
        freeifaddrs(all);
        _cleanup_free_ char *links = strv_join(up ? up : down, ", "), *addresses = strv_join(set, "; ");
        if (up || down)
                reach_add(network, "Link", up ? REACH_SUCCESS : REACH_FAIL,
                          up ? "%s is up" : "%s has no carrier, or is not up", links);
        else
                reach_add(network, "Link", REACH_UNSET, "there is no network device");
        reach_add(network, "Address", set ? REACH_SUCCESS : REACH_UNSET, "%s",
                  set ? addresses : "no device has one that others can reach");
}

static void network_look_clock(struct reach *network) {
        struct timex clock = {};
        int state = adjtimex(&clock);
        if (state < 0)
                reach_add(network, "Time", REACH_UNTESTED,
                          "the kernel does not say whether the clock is synchronized");
        else if (state == TIME_ERROR || (clock.status & STA_UNSYNC))
                reach_add(network, "Time", REACH_FAIL, "nothing keeps the clock synchronized");
        else
                reach_add(network, "Time", REACH_SUCCESS, "the clock is synchronized");
}

static void network_look_ask_gateway(struct network_look *l, const char *gateway, const char *device) {
        size_t at = reach_add(l->network, "Gateway", REACH_UNTESTED, "%s by %s", gateway, device);
        struct network_query *q = network_look_query(l, at);
        q->op = exchange_start(l->backend->event, &(struct exchange_options){ .address = gateway,
                                                                              .port = GATEWAY_PORT,
                                                                              .done = network_look_gateway,
                                                                              .userdata = q });
}

static void network_look_begin(void *state) {
        struct network_look *l = state;
        const char *root = l->backend->paths.root;
        _cleanup_free_ char *routes = paths_read(root, "/proc/net/route", NULL), *device = NULL,
                            *routes_6 = paths_read(root, "/proc/net/ipv6_route", NULL), *device_6 = NULL,
                            *resolv = paths_read(root, "/etc/resolv.conf", NULL);
        _cleanup_free_ char *gateway = reach_gateway(routes ? routes : "", &device),
                            *gateway_6 = reach_gateway_6(routes_6 ? routes_6 : "", &device_6);
        _cleanup_strv_ char **servers = reach_servers(resolv ? resolv : "");
        network_look_devices(l->network);
        l->waiting = 1; /* nothing ends before all have begun */
        if (gateway)
                network_look_ask_gateway(l, gateway, device);
        if (gateway_6)
                network_look_ask_gateway(l, gateway_6, device_6);
        if (!gateway && !gateway_6)
                reach_add(l->network, "Gateway", REACH_UNSET, "there is no default route");
        if (!servers)
                reach_add(l->network, "DNS", REACH_UNSET, "/etc/resolv.conf names no server");
        network_look_ask_clocks(l, gateway);
        const char *hostname = l->backend->facts.hostname;
        for (char **server = servers; server && *server; server++) {
                size_t at = reach_add(l->network, "DNS", REACH_UNTESTED, "%s", *server);
                struct network_query *q = network_look_query(l, at);
                bool v6 = strchr(*server, ':');
                _cleanup_free_ char *name = str_printf(v6 ? "[%s]" : "%s", *server);
                q->dns = dns_new(l->backend->event, name, DNS_MS);
                q->op = q->dns ? dns_ask(q->dns, hostname, DNS_A, network_look_server, q) : NULL;
                if (!q->op) {
                        _cleanup_free_ char *text = str_printf("%s cannot be asked", *server);
                        reach_settle(l->network, at, REACH_FAIL, text);
                        l->waiting--;
                }
        }
        bool whole = hostname && strchr(hostname, '.');
        l->name = whole ? reach_add(l->network, "Name", REACH_UNTESTED, "%s: no server of the DNS answers",
                                    hostname)
                        : reach_add(l->network, "Name", REACH_UNSET, "%s has no domain",
                                    hostname ? hostname : "it");
        network_look_clock(l->network);
        if (--l->waiting == 0)
                network_look_end_soon(l);
}

struct op *backend_look_network(struct host *host, network_done_t done, void *userdata) {
        struct network_look *l = new0(struct network_look);
        *l = (struct network_look){ .op.drop = network_look_drop,
                                    .backend = backend_of(host),
                                    .network = new0(struct reach),
                                    .done = done,
                                    .userdata = userdata };
        return op_answer(&l->op, l->backend->event, network_look_begin);
}
