/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/dns.h"

/* 1.28 and later deprecate the only functions that 1.18 (Debian 12) has. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <sys/select.h>

#include "backend/io/turn.h"

#define SOCKETS_MAX 32
#define TRIES 3
#define DATAGRAM_SIZE 1232      /* fits into one packet everywhere; larger answers come by TCP */

/* ---- answers: RFC 1035 section 4, SRV: RFC 2782, by the C library's reader ---- */

void dns_answer_done(struct dns_answer *answer) {
        for (size_t i = 0; i < answer->n; i++)
                FREE_ALL(answer->records[i].name, answer->records[i].text);
        free(answer->records);
        *answer = (struct dns_answer) {};
}

/* A name inside a record's data, escaped as in zone files, without the final dot. */
static char *name_at(ns_msg message, const uint8_t *at) {
        char name[NS_MAXDNAME];
        if (dn_expand(ns_msg_base(message), ns_msg_end(message), at, name, sizeof name) < 0)
                return NULL;
        size_t n = strlen(name);
        if (n && name[n - 1] == '.')
                name[n - 1] = '\0';
        return xstrdup(name);
}

/* Strings of a length byte and as many bytes; a NUL in one would hide the rest. */
static char *strings_at(const uint8_t *at, size_t n) {
        _cleanup_str_ struct str s = {};
        for (size_t i = 0; i < n;) {
                size_t length = at[i++];
                if (length > n - i || memchr(at + i, 0, length))
                        return NULL;
                str_add_bytes(&s, at + i, length);
                i += length;
        }
        return str_take(&s);
}

/* NULL: the data does not have the form of its type. */
static char *text_of(ns_msg message, const ns_rr *rr) {
        const uint8_t *data = ns_rr_rdata(*rr);
        size_t n = ns_rr_rdlen(*rr);
        char address[INET6_ADDRSTRLEN];
        switch (ns_rr_type(*rr)) {
        case ns_t_a:
                return n == 4 && inet_ntop(AF_INET, data, address, sizeof address) ? xstrdup(address) : NULL;
        case ns_t_aaaa:
                return n == 16 && inet_ntop(AF_INET6, data, address, sizeof address) ? xstrdup(address)
                                                                                     : NULL;
        case ns_t_srv: return n > 6 ? name_at(message, data + 6) : NULL;
        case ns_t_ptr: return name_at(message, data);
        case ns_t_txt: return strings_at(data, n);
        default: return NULL;
        }
}

static void add_record(ns_msg message, const ns_rr *rr, bool additional, struct dns_answer *answer) {
        char *text = answer->n < DNS_RECORDS_MAX ? text_of(message, rr) : NULL;
        if (!text)
                return;
        room_for_one((void **) &answer->records, answer->n, sizeof *answer->records);
        struct dns_record *record = &answer->records[answer->n++];
        *record = (struct dns_record) { .type = (enum dns_type) ns_rr_type(*rr),
                                        .name = xstrdup(ns_rr_name(*rr)),
                                        .text = text,
                                        .additional = additional };
        if (record->type == DNS_SRV) {
                record->priority = (uint16_t) ns_get16(ns_rr_rdata(*rr));
                record->weight = (uint16_t) ns_get16(ns_rr_rdata(*rr) + 2);
                record->port = (uint16_t) ns_get16(ns_rr_rdata(*rr) + 4);
        }
}

/* False: invalid. */
static bool read_section(ns_msg *message, ns_sect section, enum dns_type type, struct dns_answer *answer) {
        bool additional = section == ns_s_ar;
        for (int i = 0; i < ns_msg_count(*message, section); i++) {
                ns_rr rr;
                if (ns_parserr(message, section, i, &rr) < 0)
                        return false;
                ns_type found = ns_rr_type(rr);
                if (ns_rr_class(rr) == ns_c_in &&
                    (additional ? found == ns_t_a || found == ns_t_aaaa : (int) found == (int) type))
                        add_record(*message, &rr, additional, answer);
        }
        return true;
}

int dns_read(const void *bytes, size_t n, enum dns_type type, struct dns_answer *ret, struct error **reterr) {
        ns_msg message;
        struct dns_answer answer = {};
        if (n > NS_MAXMSG || ns_initparse(bytes, (int) n, &message) < 0 ||
            !ns_msg_getflag(message, ns_f_qr) || !read_section(&message, ns_s_an, type, &answer) ||
            !read_section(&message, ns_s_ar, type, &answer)) {
                dns_answer_done(&answer);
                return error_set(reterr, -EBADMSG, "The answer is not of the form that the DNS has");
        }
        answer.code = ns_msg_getflag(message, ns_f_rcode);
        *ret = answer;
        return 0;
}

/* ---- questions ---- */

struct dns {
        sd_event *event;
        ares_channel channel;
        sd_event_source *timer;
        sd_event_source *sockets[SOCKETS_MAX];
};

/* Held while in flight: c-ares keeps a pointer to it, and cannot cancel a single one. */
struct dns_asked {
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
        struct dns_asked *q = container_of(op, struct dns_asked, op);
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
        struct dns_asked *q = state;
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

static struct dns_asked *question_new(struct dns *dns, void *userdata) {
        struct dns_asked *q = new0(struct dns_asked);
        *q = (struct dns_asked){ .op.drop = question_drop, .dns = dns, .userdata = userdata };
        op_hold(&q->op);
        return q;
}

static void dns_fail(struct dns_asked *q, int status) {
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
        struct dns_asked *q = userdata;
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
        struct dns_asked *q = question_new(dns, userdata);
        q->done = done;
        q->type = type;
        ares_query(dns->channel, name, ns_c_in, (int) type, dns_answered, q);
        dns_arm(dns);
        return &q->op;
}

static void addresses_came(struct dns_asked *q, const struct ares_addrinfo *info, int family) {
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
        struct dns_asked *q = userdata;
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
        struct dns_asked *q = question_new(dns, userdata);
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
