/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a KDC's clock says, without a password: a request for a ticket that cannot be granted (RFC 4120, an
 * AS-REQ without preauthentication for a principal that need not exist), answered by a KRB-ERROR with the
 * KDC's time. */

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/* Appends the request as a datagram has it; over TCP four bytes of length go before it (kerberos_frame()). */
void kerberos_ask(struct str *out, const char *realm, const char *principal, uint32_t nonce);
void kerberos_frame(struct str *out, const struct str *message);

struct kerberos_answer {
        int64_t usec; /* the KDC's time, microseconds since the epoch */
        int code;     /* KDC_ERR_…: 6 it does not know the principal, 25 it wants
                       * preauthentication, 68 wrong realm, … */
        bool granted; /* a ticket after all (an AS-REP): no time in it */
};

/* One message: -EBADMSG with a sentence for what is no answer of a KDC. */
int kerberos_read(const uint8_t *bytes, size_t n, struct kerberos_answer *ret, struct error **reterr);

/* The size of the framed message at the start of a stream, without the four bytes; 0: it has not come whole;
 * -EBADMSG. */
ssize_t kerberos_framed(const uint8_t *bytes, size_t n);
