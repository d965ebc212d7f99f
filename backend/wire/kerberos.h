/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The time of a KDC's clock, without a password: a request for a ticket that cannot be granted (RFC 4120, an
 * AS-REQ without preauthentication for a principal that need not exist), answered by a KRB-ERROR with that
 * time. */

#include <sys/types.h>

#include "base/base.h"

/* Appends the request as a datagram; over TCP four bytes of length go before it (kerberos_frame()). */
void kerberos_ask(struct str *out, const char *realm, const char *principal, uint32_t nonce);
void kerberos_frame(struct str *out, const struct str *message);

struct kerberos_answer {
        int64_t usec; /* the KDC's time, microseconds since the epoch */
        int code;     /* KDC_ERR_…: 6 unknown principal, 25 preauthentication required, 68 wrong realm, … */
        bool granted; /* a ticket after all (an AS-REP), which has no time */
};

/* One message: -EBADMSG with a sentence for an invalid one. */
int kerberos_read(const uint8_t *bytes, size_t n, struct kerberos_answer *ret, struct error **reterr);

/* The size of a framed message at a stream's start, without those four bytes; 0: incomplete; -EBADMSG. */
ssize_t kerberos_framed(const uint8_t *bytes, size_t n);
