/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Discovers the realm of a domain: SRV and TXT records of the DNS, then the servers in them, a few at a time,
 * by LDAP (the rootDSE) and by an LDAP ping (CLDAP, which only Active Directory and FreeIPA with trusts
 * answer). Anonymous, read only. */

#include <systemd/sd-event.h>

#include "base/op.h"
#include "model/host.h"

struct discover_options {
        const char *domain;     /* of the form of realm_domain() */
        bool parents;           /* otherwise try the domain above, too: a host's own is often below the
                                 * realm's */
        const char *servers;    /* name servers, for tests; NULL: those of resolv.conf */
        uint16_t port;          /* of the domain itself, when no SRV record names a server; 0: 389 */
        unsigned ms;            /* at most; 0: DISCOVER_MS */
};
#define DISCOVER_MS 5000U

/* done() always gets a realm: the result, or an empty one with the error. */
struct op *discover_start(sd_event *event, const struct discover_options *options, realm_done_t done,
                          void *userdata);
