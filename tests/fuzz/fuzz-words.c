/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text split into words, joined and split again gives the same words; one word quoted reads back as itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_free_ char *text = strndup((const char *) bytes, n);
        _cleanup_strv_ char **words = NULL, **again = NULL, **one = NULL;
        _cleanup_error_ struct error *e = NULL;

        _cleanup_free_ char *quoted = word_quote(text);
        if (words_split(quoted, &one, NULL) < 0 || strv_length(one) != 1 || strcmp(one[0], text) != 0)
                abort();
        if (words_split(text, &words, &e) < 0) {
                if (!e || !e->message)
                        abort();
                return 0;
        }
        if (strv_length(words) > WORDS_MAX)
                abort();
        _cleanup_strv_ char **all = strv_copy(NULL);
        for (char **word = words; *word; word++)
                strv_take(&all, word_quote(*word));
        _cleanup_free_ char *joined = strv_join(all, " ");
        if (words_split(joined, &again, NULL) < 0 || !strv_equal(words, again))
                abort();
        return 0;
}
