/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* DNS on the event loop. c-ares asks (servers of resolv.conf, repeats, TCP, unguessable ids); dns_read()
 * reads the answers. */

#include <systemd/sd-event.h>

#include "base/base.h"
#include "base/op.h"

enum dns_type {         /* the numbers of the protocol */
        DNS_A = 1,
        DNS_PTR = 12,
        DNS_TXT = 16,
        DNS_AAAA = 28,
        DNS_SRV = 33,
};

struct dns_record {
        enum dns_type type;
        char *name;             /* the owner, lower case as it came, without the final dot */
        char *text;             /* A, AAAA: address; SRV, PTR: host name; TXT: strings as they came, joined */
        uint16_t priority, weight, port;        /* SRV */
        bool additional;        /* not asked for: an address that came along with an SRV record */
};

struct dns_answer {
        unsigned code;          /* 0: success; 3: no such name */
        struct dns_record *records;     /* of the question's type, and additional addresses */
        size_t n;
};
#define DNS_RECORDS_MAX 256U
void dns_answer_done(struct dns_answer *answer);

/* Reads an answer of the protocol. Records of other types are skipped, and those beyond DNS_RECORDS_MAX.
 * -EBADMSG with a sentence for an invalid one; *ret is untouched then. */
int dns_read(const void *bytes, size_t n, enum dns_type type, struct dns_answer *ret, struct error **reterr);

/* servers: "address[:port],…" instead of those of resolv.conf, or NULL. A question takes at most `ms`. NULL:
 * c-ares cannot be set up. */
struct dns;
struct dns *dns_new(sd_event *event, const char *servers, unsigned ms);
/* The operations must be cancelled before. */
struct dns *dns_free(struct dns *dns);
DEFINE_CLEANUP(struct dns, dns_free)

/* The servers in use, as text ("10.89.7.10, 10.89.7.11"); the caller frees. */
char *dns_servers(const struct dns *dns);

/* answer NULL: e has the reason (no server answers, refused, broken). "No such name" and "nothing of this
 * type" are answers without records. done() borrows the answer and owns e. */
typedef void (*dns_done_t)(const struct dns_answer *answer, struct error *e, void *userdata);
struct op *dns_ask(struct dns *dns, const char *name, enum dns_type type, dns_done_t done, void *userdata);

/* The addresses of a host, as text, IPv4 first; also from /etc/hosts. n 0 and e NULL: it has none. */
typedef void (*dns_addresses_t)(char *const *addresses, struct error *e, void *userdata);
struct op *dns_resolve(struct dns *dns, const char *host, dns_addresses_t done, void *userdata);
