/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a manifest: what is accepted comes out the same when it is written and read once more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/job/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_(manifest_done) struct manifest m = {}, again = {};
        if (manifest_parse((const char *) bytes, n, &m, NULL) < 0)
                return 0;
        _cleanup_free_ char *text = manifest_format(&m);
        if (!text || manifest_parse(text, strlen(text), &again, NULL) < 0 || again.n != m.n)
                abort();
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(&m, &again, &changes);
        if (changes.n)
                abort();
        return 0;
}
