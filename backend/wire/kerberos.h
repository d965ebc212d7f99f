/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The time of a KDC's clock, without a password: a request for a ticket that cannot be granted (RFC 4120, an
 * AS-REQ without preauthentication for a principal that need not exist), answered by a KRB-ERROR with that
 * time. */

#include <sys/types.h>

#include "base/base.h"

/* Appends the request. framed: for a stream, with its length before it. */
void kerberos_ask(struct str *out, const char *realm, const char *principal, uint32_t nonce, bool framed);

struct kerberos_answer {
        int64_t usec; /* the KDC's time, microseconds since the epoch */
        int code;     /* KDC_ERR_…: 6 unknown principal, 25 preauthentication required, 68 wrong realm, … */
        bool granted; /* a ticket after all (an AS-REP), which has no time */
};

/* One message: its size; 0: a framed one is incomplete; -EBADMSG with a sentence for an invalid one. */
ssize_t kerberos_read(const uint8_t *bytes, size_t n, bool framed, struct kerberos_answer *ret,
                      struct error **reterr);

/* The contents of a keytab but its keys (the file format of MIT Kerberos, 0x0502). */
struct keytab {
        char *principal;        /* of the newest key, a host's or a computer's before others:
                                 * "HOST1$@EXAMPLE.TEST" */
        uint32_t kvno;          /* the highest of that principal */
        int64_t time;           /* of its newest key; seconds since the epoch */
        size_t keys;            /* of all principals */
};
void keytab_done(struct keytab *keytab);

/* -EBADMSG with a sentence for an invalid keytab; one without keys is valid. *ret is untouched on failure. */
int keytab_read(const uint8_t *bytes, size_t n, struct keytab *ret, struct error **reterr);
