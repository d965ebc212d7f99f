/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The attribute NetLogon of an Active Directory controller, its answer to an LDAP ping (MS-ADTS 6.3.1.9,
 * NETLOGON_SAM_LOGON_RESPONSE_EX). */

#include "backend/wire/ldap.h"

struct netlogon {
        union {
                struct {
                        char *forest, *domain, *host; /* DNS names */
                        char *netbios_domain, *netbios_host, *user;
                        char *server_site, *client_site; /* "": none */
                };
                char *names[8]; /* the same, in the answer's order */
        };
};
void netlogon_done(struct netlogon *n);

/* Appends the ping: a search for NetLogon on the empty base, for this domain. */
void netlogon_ask(struct str *out, unsigned id, const char *domain);

/* -EBADMSG with a sentence for an invalid answer; *ret is untouched then. */
int netlogon_read(const uint8_t *bytes, size_t n, struct netlogon *ret, struct error **reterr);
