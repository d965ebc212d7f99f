/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of discover.h share: discover.c asks the DNS and decides when it is over, server.c talks to
 * one server. */

#include "backend/io/exchange.h"
#include "backend/realm/discover.h"
#include "backend/wire/dns.h"

#define PROBED_SERVERS_MAX 4U /* servers that are talked to */
#define SERVER_PROBE_MS 3000U

struct discovery;

/* Two conversations with one server. */
struct server_probe {
        struct discovery *discovery;
        size_t server;  /* its index in the realm */
        size_t address; /* which of its addresses is tried */
        struct op *resolving, *ldap, *ping;
        int ldap_question, ping_question;
        /* what the LDAP side has learnt */
        unsigned id;   /* of the last search said */
        unsigned open; /* searches not over yet */
        enum realm_kind kind;
        char *base, *version, *realm, *domain;
        bool root_read;
};

struct discovery {
        sd_event *event;
        struct op *op;
        struct dns *dns;
        sd_event_source *deadline;
        struct realm *realm;
        void (*changed)(struct discovery *d); /* something ended; the discovery may be gone afterwards */
        realm_done_t done;
        void *userdata;
        bool parents;
        uint16_t port;
        struct question_asked *asked; /* of the DNS, in flight */
        struct server_probe probes[PROBED_SERVERS_MAX];
        size_t n_probes;
        bool tried_itself;         /* the domain's own address, where it has no SRV records */
        bool redirected;           /* to the domain of the server that was named */
        bool pinged;               /* a ping was answered: names and sites are known */
        struct error *dns_trouble; /* the first failure of the DNS */
};

/* Begins to talk to a server of the realm; no-op beyond PROBED_SERVERS_MAX or where it is talked to already.
 */
void server_probe_start(struct discovery *d, size_t server);
void server_probe_done(struct server_probe *c);
bool server_probe_waiting(const struct server_probe *c);
