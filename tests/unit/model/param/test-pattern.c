/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/memory.h"
#include "model/param/pattern.h"
#include "base/str.h"

/* A pattern of so many signs: "a" and n times the sign; n times before and after it; … */
static char *stacked(const char *before, const char *middle, const char *after, size_t n) {
        struct str s = { 0 };
        for (size_t i = 0; i < n; i++)
                str_add(&s, before);
        str_add(&s, middle);
        for (size_t i = 0; i < n; i++)
                str_add(&s, after);
        return str_take(&s);
}

static void must_refuse(const char *text) {
        _cleanup_error_ struct error *e = NULL;
        if (pattern_check(text, &e) != -EINVAL)
                fail_msg("\"%s\" is taken", text);
        assert_true(e && e->message[0]);
}

/* regcomp(3) takes twice the memory for each of these signs: 27 of them some 100 GB. Here it is the length of the pattern, whatever is
 * refused and whatever not. */
static void no_stack_of_signs_fills_the_memory(void **state) {
        static const struct {
                const char *before, *middle, *after;
                bool never;     /* refused at any height */
        } rows[] = {
                { "", "a", "+", true },       { "", "a", "*", true },        { "", "a", "?", true },
                { "(", "a", ")+", false },    { "(", "a", ")*", false },     { "(", "a+", "+)+", false },
                { "(?:", "a", ")+", false },  { "(a|", "b", ")+", false },   { "(", "a", "){2}", false },
                { "(", "a", "){1,2}", false }, { "(", "a", "){3,}", false }, { "(?=", "a", ")", false },
                { "(", "", "", true },        { "[", "", "", true },         { "(?!(", "a", "))", false },
                { "", "a", "{2}", true },     { "", "a", "{1,2}", true },    { "", "(a+)+", "(a+)+", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                for (size_t n = 12; n <= 255; n++) {
                        _cleanup_free_ char *text = stacked(rows[i].before, rows[i].middle, rows[i].after, n);
                        if (rows[i].never || strlen(text) > PATTERN_MAX) {
                                must_refuse(text);
                                continue;
                        }
                        _cleanup_(pattern_freep) struct pattern *p = NULL;
                        if (pattern_new(text, &p, NULL) < 0)
                                continue;
                        (void) pattern_fits(p, text, strlen(text));
                        (void) pattern_is_in(p, text, strlen(text));
                }
}

static void what_is_outside_of_the_dialect_is_refused(void **state) {
        static const char *const rows[] = {
                "", "a\\", "(a", "a)", "[a-", "[z-a]", "[[:none:]]", "*a", "a**", "\\p{None}",
                /* counts */
                "a{9999}", "a{1025}", "(a{100}){100}", "((a{1,255}){1,255}){1,255}", "a{99999999999999999999}", "a{2,1}",
                /* a brace means one thing to every version of the library */
                "a{", "a{1", "a{1,", "a{,3}", "a{ 1 }", "a{x}", "{1}", "a{1,2,3}",
                /* a pattern is no program */
                "(a*)*\\1", "(a)\\g1", "(a)\\g{1}", "(?<n>a)\\k<n>", "(a)(?1)", "(?R)", "(?<=a)b", "(?<!a)b", "(?>a)", "(?|a|b)", "(?(1)a|b)",
                "(?C1)a", "(?#a)", "(?x)a", "(?-i)a", "(?P<n>a)", "(*UTF)a", "(*LIMIT_MATCH=1)a", "(*COMMIT)a", "(*ACCEPT)", "\\Q(?R)\\E", "\\c[a]", "a\\K",
                "\\C", "\\N{U+41}", "\\R", "\\X", "\\o{101}", "[\\1]", "[\\Q]", "[a", "[^]", "[\\", "\xff",
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                must_refuse(rows[i]);
        _cleanup_free_ char *large = stacked("", "", "a", PATTERN_MAX + 1);
        must_refuse(large);
        large[PATTERN_MAX] = '\0';
        assert_int_equal(pattern_check(large, NULL), 0);
}

static void a_pattern_fits_a_whole_text_and_is_in_a_part(void **state) {
        static const struct {
                const char *pattern, *text;
                int fits, is_in;
        } rows[] = {
                { "[a-z]{2,3}", "ab", 1, 1 },         { "[a-z]{2,3}", "abcd", 0, 1 },   { "a|ab", "ab", 1, 1 },
                { "^a|b$", "ab", 0, 1 },              { "(ab)+", "ababab", 1, 1 },      { "x", "", 0, 0 },
                { "a*", "", 1, 1 },                   { "[]a]+", "]a", 1, 1 },          { "[^]a]", "b", 1, 1 },
                { "[[:digit:]a-f]+", "12ef", 1, 1 },  { "[(?<]+", "<(?", 1, 1 },        { "[{]\\{", "{{", 1, 1 },
                { "\\(\\*", "(*", 1, 1 },             { "[\\]\\\\]+", "]\\", 1, 1 },    { "(?i)AbC", "aBc", 1, 1 },
                { "(?!no).*", "yes", 1, 1 },          { "(?!no).*", "no", 0, 1 },       { "\\d+(?:\\.\\d+)?", "3.14", 1, 1 },
                { "\\x41\\x{42}", "AB", 1, 1 },       { "\\p{Lu}\\pL", "\xc3\x84\xc3\xa4", 1, 1 }, { "..", "\xc3\xa4\xc3\xb6", 1, 1 },
                { "a++b", "aab", 1, 1 },              { "a+?", "aaa", 1, 1 },           { "[Pp]assword: *$", "Your password: ", 0, 1 },
                { "a", "a\n", 0, 1 },                 { "a$", "a\n", 0, 0 },            { "a", "a\xff", 0, 1 },
                { "a", "\xff", 0, 0 },                { "b$", "\xff\xfe b", 0, 1 },     { "a{0,3}", "aaa", 1, 1 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(pattern_freep) struct pattern *p = NULL;
                _cleanup_error_ struct error *e = NULL;
                if (pattern_new(rows[i].pattern, &p, &e) < 0)
                        fail_msg("%s: %s", rows[i].pattern, e->message);
                size_t n = strlen(rows[i].text);
                if (pattern_fits(p, rows[i].text, n) != rows[i].fits || pattern_is_in(p, rows[i].text, n) != rows[i].is_in)
                        fail_msg("%s on \"%s\"", rows[i].pattern, rows[i].text);
        }
}

/* What the profiles of 0.1.0 and 0.2.0 have, which regcomp(3) read: it means what it meant. */
static void patterns_of_older_profiles_mean_the_same(void **state) {
        static const struct {
                const char *pattern, *good, *bad;
        } rows[] = {
                { "[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*", "10.a-b", "10.0.0.1" },
                { "[a-z0-9.-]{1,64}", "host-1.example", "Host" },
                { "[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?", "HOST-1", "HOST-" },
                { "[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?", "ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNOP" },
                { "[A-Za-z0-9][A-Za-z0-9-]{0,14}", "A", "-A" },
                { "[0-9]{1,3}(\\.[0-9]{1,3}){3}", "192.0.2.1", "192.0.2" },
                { "^[a-z0-9.-]{1,64}$", "abc", "abc " },
                { "a|b", "b", "c" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(pattern_freep) struct pattern *p = NULL;
                assert_int_equal(pattern_new(rows[i].pattern, &p, NULL), 0);
                assert_int_equal(pattern_fits(p, rows[i].good, strlen(rows[i].good)), 1);
                assert_int_equal(pattern_fits(p, rows[i].bad, strlen(rows[i].bad)), 0);
        }
}

/* The match is cut off, as a value to fit or as text to look through: of 1,000 signs without a bound. */
static void a_match_that_would_never_end_ends(void **state) {
        static const char *const rows[] = {
                "(a|aa|a)+[bc]", "(a|a?)+[bc]", "((a+)+)+[bc]", "(.*)*(.*)*[bc]", "(a*)*(a*)*(a*)*[bc]", "(?=(a|aa)+[bc])a", "(a?){64}(a?){16}[bc]",
        };
        _cleanup_free_ char *text = stacked("", "", "a", 1000);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(pattern_freep) struct pattern *p = NULL;
                assert_int_equal(pattern_new(rows[i], &p, NULL), 0);
                assert_int_equal(pattern_fits(p, text, 1000), -E2BIG);
                assert_int_equal(pattern_is_in(p, text, 500), -E2BIG);
                assert_int_equal(pattern_is_in(p, "aab", 3), 1);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_stack_of_signs_fills_the_memory),
                cmocka_unit_test(what_is_outside_of_the_dialect_is_refused),
                cmocka_unit_test(a_pattern_fits_a_whole_text_and_is_in_a_part),
                cmocka_unit_test(patterns_of_older_profiles_mean_the_same),
                cmocka_unit_test(a_match_that_would_never_end_ends),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
