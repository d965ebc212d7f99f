/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/netlogon.h"

#include <arpa/nameser.h>

/* The C library's resolver reads the names of the answer: they are compressed as in the DNS, counted from its
 * first byte, but their labels hold any text. */

#define RESPONSE_EX 23
#define RESPONSE_EX_UNKNOWN_USER 25
#define NAMES_AT 24 /* behind type, a reserved word, flags and the domain's GUID */

void netlogon_done(struct netlogon *n) {
        for (size_t i = 0; i < ELEMENTS(n->names); i++)
                free(n->names[i]);
        *n = (struct netlogon) {};
}

void netlogon_ask(struct str *out, unsigned id, const char *domain) {
        /* NETLOGON_NT_VERSION_5 | _5EX | _WITH_CLOSEST_SITE, little-endian */
        static const uint8_t version[4] = { 0x16, 0, 0, 0 };
        const struct ldap_test tests[] = { { "DnsDomain", domain, strlen(domain) },
                                           { "NtVer", version, sizeof version } };
        ldap_ask(out, id, "", LDAP_BASE, tests, ELEMENTS(tests), (const char *const[]) { "NetLogon", NULL });
}

/* The name at *at, its labels joined by dots; moves behind it. NULL: invalid. */
static char *read_name(const uint8_t *bytes, size_t n, size_t *at) {
        uint8_t labels[NS_MAXCDNAME];
        _cleanup_str_ struct str s = {};
        int used = *at < n ? ns_name_unpack(bytes, bytes + n, bytes + *at, labels, sizeof labels) : -1;
        if (used < 0)
                return NULL;
        for (const uint8_t *p = labels; *p; p += *p + 1) {
                if (memchr(p + 1, 0, *p))
                        return NULL;
                str_add(&s, s.length ? "." : "");
                str_add_bytes(&s, p + 1, *p);
        }
        *at += (size_t) used;
        return str_take(&s);
}

int netlogon_read(const uint8_t *bytes, size_t n, struct netlogon *ret, struct error **reterr) {
        struct netlogon found = {};
        size_t at = NAMES_AT;
        if (n < NAMES_AT || bytes[1] != 0 ||
            (bytes[0] != RESPONSE_EX && bytes[0] != RESPONSE_EX_UNKNOWN_USER))
                return error_set(reterr, -EBADMSG, "The answer is not that of a domain controller");
        for (size_t i = 0; i < ELEMENTS(found.names); i++) {
                found.names[i] = read_name(bytes, n, &at);
                if (!found.names[i]) {
                        netlogon_done(&found);
                        return error_set(reterr, -EBADMSG,
                                         "The domain controller's answer ends in the middle of its names");
                }
        }
        *ret = found;
        return 0;
}
