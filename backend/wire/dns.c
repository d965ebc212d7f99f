/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/dns.h"

/* 1.28 and later deprecate the only functions that 1.18 (Debian 12) has. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <sys/select.h>

#include "backend/io/turn.h"

#define SOCKETS_MAX 32
#define TRIES 3
#define DATAGRAM_SIZE 1232      /* fits into one packet everywhere; larger answers come by TCP */

struct dns {
        sd_event *event;
        ares_channel channel;
        sd_event_source *timer;
        sd_event_source *sockets[SOCKETS_MAX];
};

/* Held while in flight: c-ares keeps a pointer to it, and cannot cancel a single one. */
struct question {
        struct op op;
        struct dns *dns;
        enum dns_type type;
        dns_done_t done;
        dns_addresses_t addresses_done;
        void *userdata;
        struct dns_answer answer;
        char **addresses;
        struct error *error;
};

static void question_drop(struct op *op) {
        struct question *q = container_of(op, struct question, op);
        dns_answer_done(&q->answer);
        strv_free(q->addresses);
        error_free(q->error);
}

static void dns_arm(struct dns *dns) {
        struct timeval tv, *next = ares_timeout(dns->channel, NULL, &tv);
        if (!next) {
                sd_event_source_set_enabled(dns->timer, SD_EVENT_OFF);
                return;
        }
        sd_event_source_set_time_relative(dns->timer,
                                          (uint64_t) next->tv_sec * 1000000 + (uint64_t) next->tv_usec);
        sd_event_source_set_enabled(dns->timer, SD_EVENT_ONESHOT);
}

static void dns_process(struct dns *dns, ares_socket_t readable, ares_socket_t writable) {
        ares_process_fd(dns->channel, readable, writable);
        dns_arm(dns);
}

static int dns_timer_came(sd_event_source *source, uint64_t usec, void *userdata) {
        dns_process(userdata, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        return 0;
}

static int socket_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        dns_process(userdata, events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? fd : ARES_SOCKET_BAD,
                    events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
        return 0;
}

/* c-ares calls this with neither before it closes a socket. */
static void dns_socket_wanted(void *userdata, ares_socket_t fd, int readable, int writable) {
        struct dns *dns = userdata;
        uint32_t events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
        sd_event_source **source = NULL;
        for (sd_event_source **s = dns->sockets; s < dns->sockets + SOCKETS_MAX; s++)
                if (*s ? sd_event_source_get_io_fd(*s) == fd : !source)
                        source = s;
        if (!source)
                return;
        if (!events)
                *source = sd_event_source_disable_unref(*source);
        else if (*source)
                sd_event_source_set_io_events(*source, events);
        else
                (void) sd_event_add_io(dns->event, source, fd, events, socket_came, dns);
}

static void question_answer(void *state) {
        struct question *q = state;
        _cleanup_(dns_answer_done) struct dns_answer answer = q->answer;
        _cleanup_strv_ char **addresses = TAKE(q->addresses);
        struct error *e = TAKE(q->error);
        q->answer = (struct dns_answer) {};
        op_end(&q->op);
        if (q->done)
                q->done(e ? NULL : &answer, e, q->userdata);
        else
                q->addresses_done(addresses, e, q->userdata);
}

static struct question *question_new(struct dns *dns, void *userdata) {
        struct question *q = new0(struct question);
        *q = (struct question) { .op.drop = question_drop, .dns = dns, .userdata = userdata };
        op_hold(&q->op);
        return q;
}

static void dns_fail(struct question *q, int status) {
        static const struct {
                int status, code;
                const char *message, *hint;
        } meanings[] = {
                { ARES_ETIMEOUT, -ETIMEDOUT, "No name server answers",
                  "Look at /etc/resolv.conf, and whether its servers can be reached" },
                { ARES_ECONNREFUSED, -ECONNREFUSED, "The name servers cannot be reached, or refuse to answer",
                  "Look at /etc/resolv.conf: for an Active Directory domain its controllers are the name "
                  "servers" },
                { ARES_EREFUSED, -EACCES, "The name server refuses to answer",
                  "It may answer only for other networks or other names" },
                { ARES_ESERVFAIL, -EIO, "The name server could not find out",
                  "Its own way to the servers of this name may be broken" },
                { ARES_EBADNAME, -EINVAL, "This cannot be a name of the DNS", NULL },
                { ARES_ENOTIMP, -EIO, "The name server does not know this kind of question", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(meanings); i++)
                if (meanings[i].status == status) {
                        error_set(&q->error, meanings[i].code, "%s", meanings[i].message);
                        if (meanings[i].hint)
                                error_hint(&q->error, "%s", meanings[i].hint);
                        return;
                }
        error_set(&q->error, -EIO, "DNS: %s", ares_strerror(status));
}

/* c-ares may answer inside the call that asks. */
static void dns_answered(void *userdata, int status, int timeouts, unsigned char *bytes, int n) {
        struct question *q = userdata;
        if (!op_release(&q->op))
                return;
        if (status != ARES_SUCCESS && status != ARES_ENODATA && status != ARES_ENOTFOUND)
                dns_fail(q, status);
        else if (bytes && n > 0)
                dns_read(bytes, (size_t) n, q->type, &q->answer, &q->error);
        else /* c-ares may report the last two without bytes: an answer without records */
                q->answer.code = status == ARES_ENOTFOUND ? ns_r_nxdomain : ns_r_noerror;
        op_answer(&q->op, q->dns->event, question_answer);
}

struct op *dns_ask(struct dns *dns, const char *name, enum dns_type type, dns_done_t done, void *userdata) {
        struct question *q = question_new(dns, userdata);
        q->done = done;
        q->type = type;
        ares_query(dns->channel, name, ns_c_in, (int) type, dns_answered, q);
        dns_arm(dns);
        return &q->op;
}

static void addresses_came(struct question *q, const struct ares_addrinfo *info, int family) {
        for (const struct ares_addrinfo_node *node = info->nodes; node && strv_length(q->addresses) < 16;
             node = node->ai_next) {
                char text[NI_MAXHOST];
                if (node->ai_family == family &&
                    getnameinfo(node->ai_addr, node->ai_addrlen, text, sizeof text, NULL, 0,
                                NI_NUMERICHOST) == 0 &&
                    !strv_contains(q->addresses, text))
                        strv_add(&q->addresses, text);
        }
}

static void dns_resolved(void *userdata, int status, int timeouts, struct ares_addrinfo *info) {
        struct question *q = userdata;
        if (op_release(&q->op)) {
                if (status == ARES_SUCCESS) {
                        addresses_came(q, info, AF_INET);
                        addresses_came(q, info, AF_INET6);
                } else if (status != ARES_ENODATA && status != ARES_ENOTFOUND)
                        dns_fail(q, status);
                op_answer(&q->op, q->dns->event, question_answer);
        }
        if (info)
                ares_freeaddrinfo(info);
}

struct op *dns_resolve(struct dns *dns, const char *host, dns_addresses_t done, void *userdata) {
        const struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC, .ai_flags = ARES_AI_NOSORT };
        struct question *q = question_new(dns, userdata);
        q->addresses_done = done;
        ares_getaddrinfo(dns->channel, host, NULL, &hints, dns_resolved, q);
        dns_arm(dns);
        return &q->op;
}

struct dns *dns_new(sd_event *event, const char *servers, unsigned ms) {
        struct dns *dns = new0(struct dns);
        /* c-ares doubles its timeout at each repeat: 1 + 2 + 4 parts of the limit. */
        struct ares_options options = { .flags = ARES_FLAG_EDNS,
                                        .ednspsz = DATAGRAM_SIZE,
                                        .timeout = (int) (ms / 7 ? ms / 7 : 1),
                                        .tries = TRIES,
                                        .sock_state_cb = dns_socket_wanted,
                                        .sock_state_cb_data = dns };
        const int set = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                        ARES_OPT_SOCK_STATE_CB;
        dns->event = sd_event_ref(event);
        ares_library_init(ARES_LIB_INIT_ALL);
        if (ares_init_options(&dns->channel, &options, set) != ARES_SUCCESS ||
            (servers && ares_set_servers_ports_csv(dns->channel, servers) != ARES_SUCCESS) ||
            sd_event_add_time(event, &dns->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, dns_timer_came, dns) < 0)
                return dns_free(dns);
        return dns;
}

struct dns *dns_free(struct dns *dns) {
        if (!dns)
                return NULL;
        /* cancelled questions in flight end here with ARES_EDESTRUCTION */
        if (dns->channel)
                ares_destroy(dns->channel);
        for (int i = 0; i < SOCKETS_MAX; i++)
                sd_event_source_disable_unref(dns->sockets[i]);
        sd_event_source_disable_unref(dns->timer);
        sd_event_unref(dns->event);
        ares_library_cleanup();
        free(dns);
        return NULL;
}

char *dns_servers(const struct dns *dns) {
        struct ares_addr_port_node *nodes = NULL;
        _cleanup_str_ struct str s = {};
        if (ares_get_servers_ports(dns->channel, &nodes) == ARES_SUCCESS)
                for (const struct ares_addr_port_node *node = nodes; node; node = node->next) {
                        char text[INET6_ADDRSTRLEN];
                        if (inet_ntop(node->family, &node->addr, text, sizeof text))
                                str_addf(&s, "%s%s", s.length ? ", " : "", text);
                }
        ares_free_data(nodes);
        return str_take(&s);
}
