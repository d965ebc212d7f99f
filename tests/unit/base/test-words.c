/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/words.h"

static void splits(void **state) {
        static const struct {
                const char *text;
                const char *words[6];
        } cases[] = {
                { "", { NULL } },
                { " \t\n ", { NULL } },
                { "a", { "a" } },
                { " a  b\tc\nd ", { "a", "b", "c", "d" } },
                { "a\"b c\"d", { "ab cd" } },
                { "'a b' \"c d\"", { "a b", "c d" } },
                { "''", { "" } },
                { "a '' \"\" b", { "a", "", "", "b" } },
                { "a''b", { "ab" } },
                { "a\\ b", { "a b" } },
                { "\\a\\\\", { "a\\" } },
                { "'a\\'", { "a\\" } },
                { "\"a\\\"b\"", { "a\"b" } },
                { "\"a\\b\\$c\\`d\\\\e\"", { "a\\b$c`d\\e" } },
                { "a\\\nb", { "ab" } },
                { "\"a\\\nb\"", { "ab" } },
                { "'a\\\nb'", { "a\\\nb" } },
                { "\\\n", { NULL } },
                { "#a b", { "#a", "b" } },
                { "a;b|c", { "a;b|c" } },
                { "'it'\\''s'", { "it's" } },
                { "\"it's\" 'say \"x\"'", { "it's", "say \"x\"" } },
                { "$X ${Y}", { "$X", "${Y}" } },
                { "\xc2\xa0x \xe3\x80\x80", { "\xc2\xa0x", "\xe3\x80\x80" } },
                { "a\rb\vc", { "a\rb\vc" } },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_strv_ char **words = NULL;
                assert_ok(words_split(cases[i].text, &words, &e), e);
                size_t n = 0;
                while (cases[i].words[n])
                        n++;
                assert_int_equal(strv_length(words), n);
                for (size_t k = 0; k < n; k++)
                        assert_string_equal(words[k], cases[i].words[k]);
        }
}

static void refuses_what_is_not_closed(void **state) {
        static const struct {
                const char *text, *message;
        } cases[] = {
                { "a 'b", "single quote" },     { "a \"b", "double quote" }, { "a \"b\\\"", "double quote" },
                { "a\\", "backslash" },         { "\"a\\", "double quote" }, { "'", "single quote" },
                { "\"'\" \"", "double quote" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_strv_ char **words = NULL;
                assert_int_equal(words_split(cases[i].text, &words, &e), -EINVAL);
                assert_null(words);
                assert_non_null(strstr(e->message, cases[i].message));
                assert_non_null(e->hint);
        }
        assert_int_equal(words_split("'", &(char **) { NULL }, NULL), -EINVAL);
}

static void has_a_ceiling(void **state) {
        _cleanup_str_ struct str text = {};
        for (size_t i = 0; i < WORDS_MAX; i++)
                str_add(&text, "x ");
        _cleanup_strv_ char **words = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(words_split(text.text, &words, &e), e);
        assert_int_equal(strv_length(words), WORDS_MAX);
        str_add(&text, "x");
        _cleanup_strv_ char **more = NULL;
        assert_int_equal(words_split(text.text, &more, &e), -E2BIG);
}

static void quotes_so_that_it_reads_back(void **state) {
        static const char *const cases[][2] = {
                { "a", "a" },
                { "", "''" },
                { "--name=x,y:z/w_1@%+.", "--name=x,y:z/w_1@%+." },
                { "a b", "'a b'" },
                { "it's", "'it'\\''s'" },
                { "'", "''\\'''" },
                { "$X", "'$X'" },
                { "~", "'~'" },
                { "a\nb", "'a\nb'" },
                { "\\", "'\\'" },
                { "\xc3\xa9", "'\xc3\xa9'" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *quoted = word_quote(cases[i][0]);
                assert_string_equal(quoted, cases[i][1]);
                _cleanup_strv_ char **words = NULL;
                assert_int_equal(words_split(quoted, &words, NULL), 0);
                assert_int_equal(strv_length(words), 1);
                assert_string_equal(words[0], cases[i][0]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(splits),
                cmocka_unit_test(refuses_what_is_not_closed),
                cmocka_unit_test(has_a_ceiling),
                cmocka_unit_test(quotes_so_that_it_reads_back),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
