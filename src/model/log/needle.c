/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/log/needle.h"

#include <ctype.h>
#include <errno.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "model/param/pattern.h"

#define SIGN '~'

struct log_needle {
        char *text;              /* NULL: pattern */
        struct pattern *pattern;
        uint64_t given_up;
};

bool log_needle_is_pattern(const char *text) {
        return text && text[0] == SIGN && text[1];
}

/* A letter behind a backslash is no letter: \D is the opposite of \d. */
static bool needle_has_capital(const char *text) {
        for (const char *c = text; *c; c++)
                if (*c == '\\' && c[1])
                        c++;
                else if (isupper((unsigned char) *c))
                        return true;
        return false;
}

int log_needle_new(const char *text, struct log_needle **ret, struct error **reterr) {
        _cleanup_(log_needle_freep) struct log_needle *n = new0(struct log_needle);
        if (!log_needle_is_pattern(text))
                n->text = xstrdup(text);
        else {
                const char *any_case = needle_has_capital(text) ? "" : "(?i)";
                _cleanup_free_ char *any = str_printf("%s%s", any_case, text + 1);
                int r = pattern_check(text + 1, reterr); /* says where in what was typed */
                r = r < 0 ? r : pattern_new(any, &n->pattern, reterr);
                if (r < 0)
                        return r;
        }
        *ret = TAKE(n);
        return 0;
}

struct log_needle *log_needle_free(struct log_needle *n) {
        if (!n)
                return NULL;
        pattern_free(n->pattern);
        free(n->text);
        free(n);
        return NULL;
}

static int needle_matches(struct log_needle *n, const char *text) {
        int r = text ? pattern_is_in(n->pattern, text, strlen(text)) : 0;
        n->given_up += r < 0;
        return r;
}

bool log_needle_in(struct log_needle *n, const struct log_line *line) {
        if (n->text)
                return log_line_has(line, n->text);
        return needle_matches(n, line->message) > 0 || needle_matches(n, line->identifier) > 0;
}

uint64_t log_needle_given_up(const struct log_needle *n) {
        return n->given_up;
}
