/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The little of LDAP (RFC 4511) that finding a realm needs: an anonymous search said, its answers read. */

#include <stdint.h>
#include <sys/types.h>

#include "backend/wire/ber.h"
#include "base/error.h"

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
void ldap_search(struct str *out, unsigned id, const char *base, enum ldap_scope scope,
                 const struct ldap_test *tests, size_t n_tests, const char *const *attributes);

enum ldap_message_kind {
        LDAP_ENTRY,
        LDAP_DONE,              /* the search is over: code */
        LDAP_PASSED_OVER,       /* a reference, or something newer */
};

/* A message, pointing into its bytes. */
struct ldap_message {
        enum ldap_message_kind kind;
        unsigned id;
        unsigned code;          /* LDAP_DONE: resultCode; 0 is success */
        struct ber diagnostics; /* LDAP_DONE */
        struct ber name;        /* LDAP_ENTRY: its DN */
        struct ber attributes;  /* LDAP_ENTRY: for ldap_value() */
};

/* Reads the message at the start of the bytes: its size; 0: it has not come whole; -EBADMSG with a sentence.
 */
ssize_t ldap_read(const uint8_t *bytes, size_t n, struct ldap_message *ret, struct error **reterr);

/* The value of this index of an attribute (its name without case): 0, or -ENODATA. */
int ldap_value(const struct ldap_message *entry, const char *attribute, size_t index, struct ber *ret);

/* The same as text; NULL: there is none, or it has a NUL byte, or memory ran out. The caller frees. */
char *ldap_text(const struct ldap_message *entry, const char *attribute, size_t index);
