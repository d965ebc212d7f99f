/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the files of the discovery: discover.c queries the DNS and decides on the end, server.c one
 * server. */

#include "backend/io/exchange.h"
#include "backend/realm/realm.h"
#include "backend/wire/dns.h"

#define PROBED_SERVERS_MAX 4U /* connected servers */

struct discovery;

/* Two conversations with one server. */
struct server_probe {
        struct discovery *discovery;
        size_t server;  /* its index in the realm */
        size_t address; /* index of the current address */
        struct op *resolving, *ldap, *ping;
        int ldap_question, ping_question;
        /* results of LDAP */
        unsigned id;   /* of the last search sent */
        unsigned open; /* unfinished searches */
        struct realm *found;
        bool root_read;
};

struct discovery {
        struct op op;
        sd_event *event;
        struct dns *dns;
        sd_event_source *deadline;
        struct realm *realm;
        void (*changed)(struct discovery *d); /* an operation ended; the discovery may be freed afterwards */
        realm_done_t done;
        void *userdata;
        bool parents;
        uint16_t port;
        struct question_asked *asked; /* of the DNS, in flight */
        struct server_probe probes[PROBED_SERVERS_MAX];
        size_t n_probes;
        bool named;                /* a server was named: it alone is connected to */
        bool tried_itself;         /* the domain's own address, where it has no SRV records */
        bool redirected;           /* to the domain of the given server */
        bool pinged;               /* a ping was answered: names and sites are known */
        struct error *dns_trouble; /* the first failure of the DNS */
};

/* Connects to a server of the realm; no-op beyond PROBED_SERVERS_MAX or for a connected one. */
void server_probe_start(struct discovery *d, size_t server);
void server_probe_done(struct server_probe *c);
