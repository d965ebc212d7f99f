/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a terminal says of its size, as the kernel's command line, and as names of consoles in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/console/cmdline.h"
#include "backend/console/consoles.h"
#include "backend/console/size.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        unsigned rows = 0, columns = 0;
        struct winsize size;
        if (size_read_answer((const char *) bytes, n, &rows, &columns))
                MUST(rows <= 9999 && columns <= 9999);
        _cleanup_free_ char *text = xstrndup((const char *) bytes, n);
        _cleanup_strv_ char **words = cmdline_split(text), **names = consoles_find("/no/such/root", words, NULL);
        MUST(strv_length(names) <= CONSOLES_MAX);
        for (size_t i = 0; names && names[i]; i++) {
                MUST(console_name_valid(names[i]) && !strchr(names[i], '/') && !strchr(names[i], '.'));
                MUST(console_term(words, names[i])[0]);
                if (size_of_words(words, names[i], &size))
                        MUST(size.ws_row && size.ws_col);
        }
        return 0;
}
