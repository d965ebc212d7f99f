/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* This host's place in a realm: what its files say, what SSSD says, and the clock; plain data. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/realm/access.h"
#include "model/realm/realm.h"

struct membership {
        enum realm_kind kind;   /* REALM_NONE: this host is in no realm */
        char *domain, *realm;
        char *service;          /* the service of fairlead that joined; NULL: SSSD of the host itself, or
                                 * another's */
        bool asked;             /* SSSD answered: the next two hold */
        bool online;
        bool silent;            /* it is there and does not answer: frozen, or stuck. All of the host's
                                 * lookups and logins wait for it */
        char *server;           /* in use now; NULL: none */
        char *site;             /* AD; NULL: not known */
        char *principal;        /* of the host or computer, from the keytab; NULL: no keytab */
        uint32_t kvno;
        int64_t key_time;       /* seconds since the epoch */
        bool clock_known;
        int64_t clock_usec;     /* what this host's clock is ahead */
        char *clock_server;
        struct access access;   /* who may log in */
        bool full_names;        /* logins are user@domain */
        struct realm *realm_found;      /* what a discovery says of the domain; NULL */
};
struct membership *membership_free(struct membership *m);
DEFINE_CLEANUP(struct membership, membership_free)
