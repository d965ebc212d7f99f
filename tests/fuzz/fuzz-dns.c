/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as an answer of the DNS, read for each type: what is read keeps to its ceilings and is text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/wire/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        static const enum dns_type types[] = { DNS_A, DNS_PTR, DNS_TXT, DNS_AAAA, DNS_SRV };
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
                struct dns_answer answer = {};
                _cleanup_error_ struct error *e = NULL;
                int r = dns_read(bytes, n, types[i], &answer, &e);
                if ((r < 0) != (e != NULL) || (r < 0 && answer.n) || answer.n > DNS_RECORDS_MAX)
                        abort();
                for (size_t k = 0; k < answer.n; k++)
                        if (strlen(answer.records[k].name) > 1024 || strlen(answer.records[k].text) > 65535)
                                abort();
                dns_answer_done(&answer);
        }
        return 0;
}
