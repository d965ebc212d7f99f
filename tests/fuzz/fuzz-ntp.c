/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a server of the time answers. */
#include <stdlib.h>
#include <string.h>

#include "backend/wire/ntp.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        /* a copy of exactly these bytes: a sanitizer sees a look beyond */
        uint8_t *copy = malloc(n ? n : 1);
        MUST(copy);
        memcpy(copy, bytes, n);
        int64_t usec = -1;
        int r = ntp_read(copy, n, 0, &usec);
        MUST(r == -EBADMSG ? usec == -1 : n >= NTP_BYTES && usec >= 0);
        free(copy);
        return 0;
}
