/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* BER, the encoding of LDAP and Kerberos, by liblber alone: only bytes in memory. libldap above it is not
 * used: its first handle looks up this host's own name and waits for the DNS (10 s where no name server
 * answers), its first search loads every SASL mechanism, and Debian builds it without CLDAP. */

#include <lber.h>

#include "base/base.h"

/* Tags as their first byte: numbers up to 30, enough for these protocols. */
#define BER_APPLICATION(n) ((ber_tag_t) (0x60 | (n))) /* constructed */
#define BER_CONTEXT(n) ((ber_tag_t) (0xa0 | (n)))     /* constructed */
#define BER_CONTEXT_PLAIN(n) ((ber_tag_t) (0x80 | (n)))
#define BER_TIME ((ber_tag_t) 0x18)   /* GeneralizedTime */
#define BER_STRING ((ber_tag_t) 0x1b) /* GeneralString */

static inline void ber_freep(BerElement **ber) {
        ber_free(*ber, 1);
}
#define _cleanup_ber_ _cleanup_(ber_freep)

/* Reads a copy of the bytes: liblber ends texts in place. */
static inline BerElement *ber_reader(const uint8_t *bytes, size_t n) {
        /* without a byte it has no buffer, and liblber reads from that */
        struct berval whole = { .bv_len = n ? n : 1, .bv_val = (char *) (n ? bytes : (const uint8_t *) "") };
        return ber_init(&whole);
}

/* Appends the result of ber_printf(). */
static inline void ber_append(BerElement *ber, struct str *out) {
        struct berval whole;
        if (ber_flatten2(ber, &whole, 0) < 0)
                oom();
        str_add_bytes(out, whole.bv_val, whole.bv_len);
}
