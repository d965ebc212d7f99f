/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The part of LDAP (RFC 4511) needed to find a realm: an anonymous search and its answers. */

#include <sys/types.h>

#include "backend/wire/ber.h"

enum ldap_scope {
        LDAP_BASE = 0,
        LDAP_ONE = 1,
};

/* A filter: no tests: (objectClass=*); one: (attribute=value); several: all of them. */
struct ldap_test {
        const char *attribute;
        const void *value;
        size_t n;
};

/* Appends a search request. attributes ends in NULL. */
void ldap_ask(struct str *out, unsigned id, const char *base, enum ldap_scope scope,
              const struct ldap_test *tests, size_t n_tests, const char *const *attributes);

enum ldap_message_kind {
        LDAP_PASSED_OVER, /* a reference, or a newer kind of message */
        LDAP_ENTRY,
        LDAP_DONE, /* the search is over */
};

#define LDAP_ATTRIBUTES_MAX 64U

struct ldap_message {
        enum ldap_message_kind kind;
        unsigned id;
        BerElement *ber; /* that the attributes of an LDAP_ENTRY point into */
        struct ldap_attribute {
                struct berval name, *values;
                ber_len_t n;
        } attributes[LDAP_ATTRIBUTES_MAX];
        size_t n;
};
void ldap_message_done(struct ldap_message *m);

/* Reads the first message of the bytes into an empty *ret: its size; 0: incomplete; -EBADMSG with a
 * sentence. */
ssize_t ldap_read(const uint8_t *bytes, size_t n, struct ldap_message *ret, struct error **reterr);

/* The value of this index of an attribute (its name without case), or NULL. */
const struct berval *ldap_value(const struct ldap_message *entry, const char *attribute, size_t index);

/* The same as text, the message's; NULL also for a value with a NUL byte. */
const char *ldap_text(const struct ldap_message *entry, const char *attribute, size_t index);

/* The attribute NetLogon of an Active Directory controller, its answer to an LDAP ping (MS-ADTS 6.3.1.9,
 * NETLOGON_SAM_LOGON_RESPONSE_EX). */
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
