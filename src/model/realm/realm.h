/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A realm (an identity domain: Active Directory or FreeIPA) as discovered in the network, and the host in it:
 * plain data. All texts are raw bytes of the network: they reach the screen through base/text.h.
 * backend/realm/realm.h finds it. */

#include "model/realm/access.h"

enum realm_kind {
        REALM_NONE,     /* no answer, or no known kind of realm */
        REALM_AD,       /* "active-directory" */
        REALM_IPA,      /* "ipa" */
        REALM_OTHER,    /* "other": a directory that is neither */
        _REALM_KIND_MAX,
};
DECLARE_NAMES(realm_kind, enum realm_kind);
const char *realm_kind_title(enum realm_kind kind);     /* "Active Directory", "FreeIPA", "a directory of
                                                         * another kind", "no realm" */

/* A server of the realm, in the order in which clients try them (priority, then weight). */
struct realm_server {
        char *host;             /* without the final dot */
        uint16_t port, priority, weight;
        char **addresses;       /* numeric; NULL: its name does not resolve */
        enum realm_kind kind;   /* by its own answer; REALM_NONE: none */
        bool in_dns;            /* of a record of the DNS, rather than named by somebody */
        bool answered;          /* over LDAP */
        unsigned ms;            /* time of that answer */
};

/* A query to the network and its answer: nothing of a discovery is hidden. */
enum realm_outcome {
        REALM_ASKING,
        REALM_ANSWERED,         /* "answered" */
        REALM_EMPTY,            /* "nothing": an empty answer */
        REALM_FAILED,           /* "failed" */
        _REALM_OUTCOME_MAX,
};
DECLARE_NAMES(realm_outcome, enum realm_outcome);
struct realm_question {
        char *what;             /* "DNS SRV _ldap._tcp.example.test" */
        char *whom;             /* "dc1.example.test (10.89.7.10:389)"; NULL: the resolver of this host */
        char *answer;           /* "0 100 389 dc1.example.test, …", or the reason of a failure */
        enum realm_outcome outcome;
        unsigned ms;
};
#define REALM_QUESTIONS_MAX 128U

struct realm {
        enum realm_kind kind;
        char *asked;            /* the domain of the discovery */
        char *domain;           /* DNS name, lower case */
        char *realm;            /* Kerberos, in the servers' spelling: upper case */
        char *netbios;          /* AD, and FreeIPA with trusts: the domain's short name; NULL */
        char *forest;           /* AD; NULL */
        char *site;             /* AD: this host's site, by its address; NULL: not in a subnet of any site */
        char *server_site;      /* AD: that of the server that answered */
        char *base;             /* LDAP: the base of its entries */
        char *version;          /* FreeIPA: "IPA V2.0" */
        uint8_t *ca;            /* FreeIPA: the certificate of its CA (DER), as its directory has it; NULL */
        size_t n_ca;
        char *best;             /* the server that answered first, for the form; never forced on a join */
        struct realm_server *servers;
        size_t n_servers;
        char **kdcs;            /* "host:port", from DNS */
        char **kpasswds;
        struct realm_question *questions;
        size_t n_questions;
        struct error *trouble;  /* the reason why kind is REALM_NONE or REALM_OTHER, with a hint; NULL */
};
struct realm *realm_new(const char *asked);
struct realm *realm_free(struct realm *realm);
DEFINE_CLEANUP(struct realm, realm_free)

/* Adds a server unless it is already listed (its name compared without case): its index, or a negative errno
 * (-ENOSPC: REALM_SERVERS_MAX reached). */
#define REALM_SERVERS_MAX 64U
int realm_add_server(struct realm *realm, const char *host, uint16_t port, uint16_t priority,
                     uint16_t weight);
void realm_sort_servers(struct realm *realm);   /* by priority, then by weight, the heaviest first; equal ones
                                                 * stay in order */

/* Adds a query; its index for realm_answered(), -ENOSPC beyond REALM_QUESTIONS_MAX. realm_answered() takes
 * answer and accepts a negative index. */
int realm_asked(struct realm *realm, const char *what, const char *whom);
void realm_answered(struct realm *realm, int index, enum realm_outcome outcome, unsigned ms, char *answer);

/* "example.test", "EXAMPLE.TEST." and the like become "example.test"; NULL when it cannot be the name of a
 * realm's domain (only one label, characters, length): *reterr has the reason. The caller frees. */
char *realm_domain(const char *typed, struct error **reterr);

/* The domain above: "a.b.example.test" gives "b.example.test"; NULL when that has fewer than two labels. */
const char *realm_parent(const char *domain);

/* This host's membership in a realm, from its files, SSSD and the clock. */
struct membership {
        enum realm_kind kind;   /* REALM_NONE: not a member */
        char *domain, *realm;
        char *service;          /* of fairlead, which joined; NULL: the host or another program */
        bool asked;             /* SSSD answered: the next two are valid */
        bool online;
        bool silent;            /* SSSD hangs: all lookups and logins of the host wait for it */
        char *server;           /* in use now; NULL: none */
        char *site;             /* AD; NULL: not known */
        char *principal;        /* of the host or computer, from the keytab; NULL: no keytab */
        uint32_t kvno;
        int64_t key_time;       /* seconds since the epoch */
        bool clock_known;
        int64_t clock_usec;     /* the lead of this host's clock */
        char *clock_server;
        struct access access;   /* who may log in */
        bool full_names;        /* logins are user@domain */
        char **sockets;         /* units of SSSD that fail beside its configuration; NULL: none */
        struct realm *realm_found;      /* from a discovery of the domain; NULL */
};
struct membership *membership_free(struct membership *m);
DEFINE_CLEANUP(struct membership, membership_free)

/* The sentence about these sockets; the caller frees. NULL: there are none. */
char *membership_sockets(const struct membership *m);
