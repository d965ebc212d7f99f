/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the file of logins. */
#include <stdint.h>
#include <string.h>

#include "backend/format/logins.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        static const char *const references[] = { "registry.example.test:5000/team/rsyslog:8", "x", "" };
        for (size_t i = 0; i < ELEMENTS(references); i++) {
                _cleanup_free_ char *auth = logins_parse((const char *) bytes, n, references[i]);
                MUST(!auth || (i == 0 && strlen(auth) % 4 == 0 && !str_has_controls(auth) && !strpbrk(auth, "+/ \"")));
        }
        return 0;
}
