/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a keytab says of its keys, without the keys (the file format of MIT Kerberos, 0x0502). */

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct keytab {
        char *principal;        /* of the newest key, a host's or a computer's before others:
                                 * "HOST1$@EXAMPLE.TEST" */
        uint32_t kvno;          /* the highest of that principal */
        int64_t time;           /* when its newest key was written; seconds since the epoch */
        size_t keys;            /* of all principals */
};
void keytab_done(struct keytab *keytab);

/* -EBADMSG with a sentence for what is no keytab; one without keys is fine. *ret is untouched on failure. */
int keytab_read(const uint8_t *bytes, size_t n, struct keytab *ret, struct error **reterr);
