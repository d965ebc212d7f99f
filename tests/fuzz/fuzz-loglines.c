/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a message of the journal, split into lines: none with a NUL or a line break, none too long, no more than the ceiling (where the last
 * holds what is left), and the same lines from either end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/systemd/log-internal.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const struct log_line like = { .real = 17, .priority = 3, .identifier = (char *) "x" };
        struct loglines forwards = {}, backwards = {};
        loglines_add(&forwards, &like, (const char *) bytes, n, false);
        loglines_add(&backwards, &like, (const char *) bytes, n, true);
        MUST(forwards.n == backwards.n && forwards.n >= 1 && forwards.n <= LOGLINES_SPLIT_MAX);
        for (size_t i = 0; i < forwards.n; i++) {
                const struct log_line *line = &forwards.items[i];
                MUST(strcmp(line->message, backwards.items[forwards.n - 1 - i].message) == 0);
                MUST(strlen(line->message) <= LOG_MESSAGE_MAX);
                MUST(i + 1 == LOGLINES_SPLIT_MAX || !strchr(line->message, '\n'));
                MUST(line->real == 17 && line->priority == 3 && strcmp(line->identifier, "x") == 0);
        }
        loglines_done(&forwards);
        loglines_done(&backwards);
        MUST(forwards.n == 0 && !forwards.items);
        return 0;
}
