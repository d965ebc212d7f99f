/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a KDC answers, as a datagram and framed. */
#include <stdint.h>
#include <stdlib.h>

#include "backend/wire/kerberos.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        struct kerberos_answer answer = {};
        _cleanup_error_ struct error *e = NULL;
        if ((kerberos_read(bytes, n, false, &answer, &e) < 0) != (e != NULL) || answer.code < 0)
                abort();
        e = error_free(e);
        ssize_t size = kerberos_read(bytes, n, true, &answer, &e);
        if ((size < 0) != (e != NULL) || size > (ssize_t) n || answer.code < 0)
                abort();
        return 0;
}
