/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* This host's membership in a realm, from its files, SSSD and the clock; plain data. */

#include "model/realm/access.h"
#include "model/realm/realm.h"

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
        struct realm *realm_found;      /* from a discovery of the domain; NULL */
};
struct membership *membership_free(struct membership *m);
DEFINE_CLEANUP(struct membership, membership_free)
