/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a time, and as two of them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/log/when.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_free_ char *text = xstrndup((const char *) bytes, n);
        const int64_t now = 1795953600LL * 1000000;
        int64_t since = 0, until = 0;
        _cleanup_error_ struct error *e = NULL;
        if (when_parse(text, now, &since, &e) == 0)
                MUST(since > INT64_MIN / 2);
        if (when_parse_range(text, now, &since, &until, NULL) == 0)
                MUST(!since || !until || until > since);
        return 0;
}
