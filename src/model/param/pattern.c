/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/param/pattern.h"

#include <errno.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"
#include "base/str.h"

/* Of one match. The ceiling of steps is one for each place where a match may begin: a whole value has one
 * place, an unfinished line of output some hundreds, and is looked at often. */
#define HEAP_KIB 4096U
#define DEPTH_MAX 20000U
#define FIT_STEPS 1000000U
#define SEARCH_STEPS 10000U

struct pattern {
        pcre2_code *code;
        pcre2_match_data *data;
        pcre2_match_context *limits;
};

/* ---- the dialect ---- */

/* The walk over a pattern; fault: why it is none. */
struct pattern_walk {
        const char *at;
        unsigned long product;
        const char *fault;
};

/* Past a backslash and what belongs to it. Other letters than these name parts of the pattern, or take the
 * character behind them, which would be read wrongly here. */
static void pattern_walk_escape(struct pattern_walk *w) {
        char c = w->at[1];
        if (!c) {
                w->fault = "The pattern ends in a backslash";
                return;
        }
        w->at += 2;
        if (c >= '0' && c <= '9')
                w->fault = "A pattern has no back-references";
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && !strchr("dDsSwWbBhHAzZxpP", c))
                w->fault = "A pattern has no such letter after a backslash";
        else if (strchr("xpP", c) && *w->at == '{')
                w->at += strcspn(w->at, "}");
}

/* Past a class: "]" closes it, but for the first place. */
static void pattern_walk_class(struct pattern_walk *w) {
        w->at += w->at[1] == '^' ? 2 : 1;
        if (*w->at == ']')
                w->at++;
        while (*w->at && *w->at != ']' && !w->fault)
                if (*w->at == '\\') {
                        pattern_walk_escape(w);
                } else if (w->at[0] == '[' && w->at[1] == ':') {
                        const char *end = strstr(w->at, ":]");
                        w->at = end ? end + 2 : w->at + 1;
                } else {
                        w->at++;
                }
        if (*w->at)
                w->at++;
}

/* A bound of a repetition; without digits 0, and *ret is where it was. */
static unsigned long pattern_bound(const char *c, const char **ret) {
        size_t digits = strspn(c, "0123456789");
        *ret = c + digits;
        return digits > 4 ? PATTERN_REPEAT_MAX + 1 : strtoul(c, NULL, 10);
}

/* {n}, {n,} and {n,m}: PCRE2 takes other braces as text or not, by its version. */
static void pattern_walk_repeat(struct pattern_walk *w) {
        const char *first = w->at + 1, *end;
        unsigned long low = pattern_bound(first, &end), high = 0;
        bool given = end > first;
        if (given && *end == ',')
                high = pattern_bound(end + 1, &end);
        unsigned long largest = low > high ? low : high;
        w->product *= largest > 1 ? largest : 1;
        if (!given || *end != '}')
                w->fault = "The pattern has a \"{\" that begins no repetition like {2,8}; a plain one is \\{";
        else if (w->product > PATTERN_REPEAT_MAX)
                w->fault = "The repetitions of the pattern multiply beyond 1024";
        w->at = end;
}

static void pattern_walk_group(struct pattern_walk *w) {
        if (w->at[1] == '*' || (w->at[1] == '?' && !strchr(":=!", w->at[2]) &&
                                !str_starts(w->at + 2, "i)")))
                w->fault = "A pattern has no groups but ( ), (?: ), (?= ), (?! ) and (?i)";
        w->at += 1;
}

/* NULL, or the reason why it is outside of the dialect. */
static const char *pattern_fault(const char *text) {
        struct pattern_walk w = { .at = text, .product = 1 };
        while (*w.at && !w.fault)
                switch (*w.at) {
                case '\\': pattern_walk_escape(&w); break;
                case '[': pattern_walk_class(&w); break;
                case '{': pattern_walk_repeat(&w); break;
                case '(': pattern_walk_group(&w); break;
                default: w.at++;
                }
        return w.fault;
}

/* ---- patterns ---- */

/* Groups capture nothing, which keeps what one step remembers small. */
static pcre2_code *pattern_compile(const char *text, int *ret_code, size_t *ret_at) {
        pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
        if (!limits)
                oom();
        pcre2_set_max_pattern_length(limits, PATTERN_MAX);
        pcre2_set_parens_nest_limit(limits, PATTERN_NEST_MAX);
        pcre2_code *code = pcre2_compile((PCRE2_SPTR) text, PCRE2_ZERO_TERMINATED,
                                         PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NO_AUTO_CAPTURE |
                                                 PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                                         ret_code, ret_at, limits);
        pcre2_compile_context_free(limits);
        return code;
}

int pattern_new(const char *text, struct pattern **ret, struct error **reterr) {
        if (str_empty(text) || strlen(text) > PATTERN_MAX)
                return error_set(reterr, -EINVAL, "A pattern has 1 to %u bytes", PATTERN_MAX);
        const char *fault = pattern_fault(text);
        if (fault)
                return error_set(reterr, -EINVAL, "%s", fault);
        int code;
        size_t at;
        _cleanup_(pattern_freep) struct pattern *p = new0(struct pattern);
        p->code = pattern_compile(text, &code, &at);
        if (!p->code) {
                PCRE2_UCHAR8 reason[128];
                pcre2_get_error_message(code, reason, sizeof reason);
                return error_set(reterr, -EINVAL, "The pattern is not a regular expression: %s, at byte %zu",
                                 (const char *) reason, at);
        }
        p->data = pcre2_match_data_create(1, NULL);
        p->limits = pcre2_match_context_create(NULL);
        if (!p->data || !p->limits)
                oom();
        pcre2_set_heap_limit(p->limits, HEAP_KIB);
        pcre2_set_depth_limit(p->limits, DEPTH_MAX);
        *ret = TAKE(p);
        return 0;
}

struct pattern *pattern_free(struct pattern *p) {
        if (!p)
                return NULL;
        pcre2_match_context_free(p->limits);
        pcre2_match_data_free(p->data);
        pcre2_code_free(p->code);
        free(p);
        return NULL;
}

static int pattern_match(struct pattern *p, const char *text, size_t n, uint32_t steps, uint32_t options) {
        pcre2_set_match_limit(p->limits, steps);
        int r = pcre2_match(p->code, (PCRE2_SPTR) text, n, 0, options, p->data, p->limits);
        return r >= 0 ? 1 : r == PCRE2_ERROR_NOMATCH ? 0 : -E2BIG;
}

int pattern_fits(struct pattern *p, const char *text, size_t n) {
        int r = pattern_match(p, text, n, FIT_STEPS, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
        /* Of text with bytes that are no UTF-8 the end may be that of the part before them. */
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(p->data);
        return r <= 0 ? r : found[0] == 0 && found[1] == n;
}

int pattern_is_in(struct pattern *p, const char *text, size_t n) {
        return pattern_match(p, text, n, SEARCH_STEPS, 0);
}

int pattern_check(const char *text, struct error **reterr) {
        _cleanup_(pattern_freep) struct pattern *p = NULL;
        return pattern_new(text, &p, reterr);
}
