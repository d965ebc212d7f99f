/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a keytab. */
#include <stdint.h>
#include <stdlib.h>

#include "backend/wire/kerberos.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        struct keytab k = {};
        _cleanup_error_ struct error *e = NULL;
        if ((keytab_read(bytes, n, &k, &e) < 0) != (e != NULL) || (k.keys != 0) != (k.principal != NULL))
                abort();
        keytab_done(&k);
        return 0;
}
