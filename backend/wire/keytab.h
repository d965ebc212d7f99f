/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The contents of a keytab but its keys (the file format of MIT Kerberos, 0x0502). */

#include "base/base.h"

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
