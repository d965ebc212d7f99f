/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a KDC answers, as a datagram and framed. */
#include <stdint.h>
#include <stdlib.h>

#include "backend/wire/kerberos.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        struct kerberos_answer answer = {};
        _cleanup_error_ struct error *e = NULL;
        if ((kerberos_read(bytes, n, &answer, &e) < 0) != (e != NULL) || answer.code < 0)
                abort();
        ssize_t size = kerberos_framed(bytes, n);
        if (size > 0 && (size_t) size + 4 > n)
                abort();
        if (size > 0)
                kerberos_read(bytes + 4, (size_t) size, &answer, NULL);
        return 0;
}
