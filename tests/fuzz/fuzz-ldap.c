/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what an LDAP server sends, in one piece and byte by byte, and each value as the answer to a ping; any bytes as such an
 * answer by themselves. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/wire/ldap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void ping(const uint8_t *bytes, size_t n) {
        struct netlogon found = {};
        _cleanup_error_ struct error *e = NULL;
        if ((netlogon_read(bytes, n, &found, &e) < 0) != (e != NULL))
                abort();
        netlogon_done(&found);
}

static void message(const struct ldap_message *m) {
        const struct berval *value;
        for (size_t i = 0; i < 64 && (value = ldap_value(m, "NetLogon", i)); i++)
                ping((const uint8_t *) value->bv_val, value->bv_len);
        for (size_t i = 0; i < m->n; i++)
                for (size_t k = 0; k < m->attributes[i].n; k++)
                        if (m->attributes[i].values[k].bv_val[m->attributes[i].values[k].bv_len] != '\0')
                                abort();
        const char *text = ldap_text(m, "info", 1);
        if (text && strlen(text) > 128 * 1024)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        ping(bytes, n);
        for (size_t at = 0; at < n;) {
                _cleanup_(ldap_message_done) struct ldap_message whole = {}, piece = {};
                _cleanup_error_ struct error *e = NULL;
                ssize_t size = ldap_read(bytes + at, n - at, &whole, &e);
                if ((size < 0) != (e != NULL) || size > (ssize_t) (n - at))
                        abort();
                if (size <= 0)
                        break;
                message(&whole);
                /* whatever has not come whole is not taken for a message */
                for (size_t k = 0; k < (size_t) size && k < 300; k++)
                        if (ldap_read(bytes + at, k, &piece, NULL) > 0)
                                abort();
                at += (size_t) size;
        }
        return 0;
}
