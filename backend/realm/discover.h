/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Looks for the realm of a domain: SRV and TXT records of the DNS, then the servers they name, a few side by
 * side, by LDAP (the rootDSE) and by an LDAP ping (CLDAP, which only Active Directory and FreeIPA with trusts
 * answer). Anonymous, read only. */

#include <systemd/sd-event.h>

#include "base/op.h"
#include "model/host.h"

struct discover_options {
        const char *domain;     /* to look for, of the form realm_domain() gives */
        bool parents;           /* found nothing: look for the domain above, too (a host's own domain is
                                 * often below the realm's) */
        const char *servers;    /* name servers to ask, for tests; NULL: those of resolv.conf */
        uint16_t port;          /* where the domain itself is asked when no SRV record names a server; 0:
                                 * 389 */
        unsigned ms;            /* at most; 0: DISCOVER_MS */
};
#define DISCOVER_MS 5000U

/* done() always gets a realm: what was found, or nothing with its trouble. */
struct op *discover_start(sd_event *event, const struct discover_options *options, realm_done_t done,
                          void *userdata);
