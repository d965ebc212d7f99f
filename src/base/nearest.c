/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nearest.h"

#include <ctype.h>

#include "base/base.h"

static unsigned nearest_least(unsigned a, unsigned b) {
        return a < b ? a : b;
}

static bool nearest_same(char a, char b) {
        return tolower((unsigned char) a) == tolower((unsigned char) b);
}

unsigned nearest_distance(const char *a, const char *b) {
        size_t na = strnlen(a, NEAREST_LETTERS_MAX), nb = strnlen(b, NEAREST_LETTERS_MAX);
        unsigned rows[3][NEAREST_LETTERS_MAX + 1];
        unsigned *before = rows[0], *last = rows[1], *now = rows[2];
        for (size_t k = 0; k <= nb; k++)
                last[k] = (unsigned) k;
        for (size_t i = 1; i <= na; i++) {
                now[0] = (unsigned) i;
                for (size_t k = 1; k <= nb; k++) {
                        now[k] = nearest_least(last[k - 1] + (!nearest_same(a[i - 1], b[k - 1])),
                                               nearest_least(last[k], now[k - 1]) + 1);
                        if (i > 1 && k > 1 && nearest_same(a[i - 1], b[k - 2]) &&
                            nearest_same(a[i - 2], b[k - 1]))
                                now[k] = nearest_least(now[k], before[k - 2] + 1);
                }
                unsigned *oldest = before;
                before = last;
                last = now;
                now = oldest;
        }
        return last[nb];
}

void nearest_offer(struct nearest *n, const char *candidate) {
        size_t length = strlen(n->word);
        unsigned distance =
                length > 1 && str_starts(candidate, n->word) ? 1 : nearest_distance(n->word, candidate);
        if (length == 0 || distance > (length + 2) / 3 || (n->best && distance >= n->distance))
                return;
        n->best = candidate;
        n->distance = distance;
}

char *nearest_question(const struct nearest *n) {
        return n->best ? str_printf(". Did you mean \"%s\"?", n->best) : strdup("");
}
