/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* BER and DER, the encoding of LDAP and Kerberos: one value after the other, by libcrypto's reader and writer
 * of headers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

enum {
        BER_BOOLEAN = 0x01,
        BER_INTEGER = 0x02,
        BER_OCTETS = 0x04,
        BER_ENUM = 0x0a,
        BER_TIME = 0x18,        /* GeneralizedTime */
        BER_STRING = 0x1b,      /* GeneralString */
        BER_SEQUENCE = 0x30,
        BER_SET = 0x31,
};
/* Other tags, as their first byte: numbers up to 30, which is all that these protocols have. */
#define BER_APPLICATION(n) (0x60 | (n))         /* constructed */
#define BER_CONTEXT(n) (0xa0 | (n))             /* constructed */
#define BER_CONTEXT_PLAIN(n) (0x80 | (n))

/* Bytes that are read: what is left. */
struct ber {
        const uint8_t *bytes;
        size_t n;
};

/* The next value: its tag (as above), its content. Moves `in` behind it. -ENODATA at the end, -EBADMSG for
 * what is broken, of indefinite length, or longer than what is left. */
int ber_next(struct ber *in, int *ret_tag, struct ber *ret_content);
/* The same, where only one tag is right: -EBADMSG for another. */
int ber_expect(struct ber *in, int tag, struct ber *ret_content);

/* The content of an INTEGER or ENUM that fits. */
int ber_number(const struct ber *content, int64_t *ret);

/* How many bytes the value takes that begins here: 0 when more bytes are needed to tell, -EBADMSG. It may be
 * larger than n. */
ssize_t ber_size(const uint8_t *bytes, size_t n);

/* Appends a value. */
void ber_put(struct str *out, int tag, const void *content, size_t n);
void ber_put_text(struct str *out, int tag, const char *text);
void ber_put_number(struct str *out, int tag, int64_t number);
/* Appends what was built in content, as one value, and empties content. */
void ber_put_built(struct str *out, int tag, struct str *content);
