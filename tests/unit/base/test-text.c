/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/text.h"

struct vector {
        const char *in;
        const char *out;
};

static void check(const struct vector *v, size_t n) {
        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *clean = text_cleaned(v[i].in);
                if (strcmp(clean, v[i].out) != 0)
                        print_error("vector %zu: \"%s\" is not \"%s\"\n", i, clean, v[i].out);
                assert_string_equal(clean, v[i].out);
        }
}

static void shows_what_would_act(void **state) {
        static const struct vector vectors[] = {
                { "plain text", "plain text" },
                { "", "" },
                { "tab\tone", "tab one" },
                { "two\nlines", "two lines" },
                { "two\r\nlines", "two lines" },
                { "\033[31mred\033[0m", "<1b>[31mred<1b>[0m" },
                { "\033]52;c;AAAA\007", "<1b>]52;c;AAAA<07>" },
                { "\033]0;title\033\\", "<1b>]0;title<1b>\\" },
                { "\033P$qm\033\\", "<1b>P$qm<1b>\\" },
                { "\033[6n", "<1b>[6n" },
                { "\033[21t", "<1b>[21t" },
                { "over\rwrite", "over<0d>write" },
                { "back\bspace", "back<08>space" },
                { "\x7f", "<7f>" },
                { "\xc2\x9b" "31m", "<9b>31m" },
                { "\x9b" "31m", "\xef\xbf\xbd" "31m" },
                { "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
                { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
                { "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
                { "user\xe2\x80\xaetxt.exe", "user<202e>txt.exe" },
                { "a\xe2\x81\xa6" "b", "a<2066>b" },
                { "zero\xe2\x80\x8bwidth", "zero<200b>width" },
                { "\xef\xbb\xbf" "bom", "<feff>bom" },
                { "a\xe2\x80\xa8" "b", "a<2028>b" },
                { "soft\xc2\xadhyphen", "soft<ad>hyphen" },
                { "\xee\x80\x80", "<e000>" },
                { "\xf3\xa0\x80\x81", "<e0001>" },
                { "je\xc5\xbe" "ek", "je\xc5\xbe" "ek" },
                { "\xe4\xb8\x96\xe7\x95\x8c", "\xe4\xb8\x96\xe7\x95\x8c" },
                { "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84", "e\xcc\x81\xcc\x82" },
        };
        check(vectors, ELEMENTS(vectors));
}

/* Every C0, DEL and C1 control, alone and in the middle of a word: nothing of it leaves as it came. */
static void no_control_leaves(void **state) {
        for (unsigned c = 1; c < 0xa0; c++) {
                if (c >= 0x20 && c < 0x7f)
                        continue;
                char in[8] = "a";
                size_t n = 1;
                if (c < 0x80)
                        in[n++] = (char) c;
                else {
                        in[n++] = (char) 0xc2;
                        in[n++] = (char) c;
                }
                in[n++] = 'b';
                in[n] = '\0';
                _cleanup_free_ char *out = text_cleaned(in);
                for (const unsigned char *p = (const unsigned char *) out; *p; p++)
                        assert_true(*p >= 0x20 && *p != 0x7f && !(*p == 0xc2 && p[1] < 0xa0));
                _cleanup_free_ char *again = text_cleaned(out);
                assert_string_equal(again, out);
        }
}

static void cuts_to_cells(void **state) {
        _cleanup_str_ struct str s = {};
        assert_int_equal(text_clean(&s, "abcdef", 6, 4, TEXT_UTF8, false), 4);
        assert_string_equal(s.text, "abc\xe2\x80\xa6");
        str_cut(&s, 0);
        assert_int_equal(text_clean(&s, "abcdef", 6, 4, TEXT_ASCII, false), 4);
        assert_string_equal(s.text, "abc~");
        str_cut(&s, 0);
        size_t cells = text_clean(&s, "\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96", 9, 4, TEXT_UTF8, false);
        assert_true(cells <= 4);
        str_cut(&s, 0);
        assert_int_equal(text_clean(&s, "abcd", 4, 4, TEXT_UTF8, false), 4);
        assert_string_equal(s.text, "abcd");
        assert_int_equal(text_width("\xe4\xb8\x96" "a"), 3);
        assert_int_equal(text_width("e\xcc\x81"), 1);
        assert_int_equal(text_prefix("\xe4\xb8\x96" "a", 2), 3);
        assert_int_equal(text_prefix("\xe4\xb8\x96" "a", 1), 0);
}

static void ascii_has_no_other_bytes(void **state) {
        static const char *const samples[] = { "je\xc5\xbe" "ek", "\xe4\xb8\x96\xe7\x95\x8c", "a\xe2\x80\xa6", "\xff", "e\xcc\x81" };
        for (size_t i = 0; i < ELEMENTS(samples); i++) {
                _cleanup_str_ struct str s = {};
                text_clean(&s, samples[i], strlen(samples[i]), 0, TEXT_ASCII, false);
                for (size_t k = 0; k < s.length; k++)
                        assert_true(s.text[k] >= 0x20 && s.text[k] < 0x7f);
        }
}

static void prints_sizes_and_ages(void **state) {
        char b[32];
        assert_string_equal(text_size(b, 0), "0 B");
        assert_string_equal(text_size(b, 999), "999 B");
        assert_string_equal(text_size(b, 466000000), "466 MB");
        assert_string_equal(text_age(b, 41), "41 s");
        assert_string_equal(text_age(b, 120), "2 min");
        assert_int_equal(text_age_left(41), 1);
        assert_int_equal(text_age_left(150), 30);
        assert_int_equal(text_age_left(3600), 3600);
        assert_int_equal(text_age_left(400 * 86400LL), 86400);
        assert_int_equal(text_age_left(-5), 1);
        assert_string_equal(text_age(b, 3 * 86400), "3 days");
}

static void wraps_at_blanks(void **state) {
        static const struct {
                const char *text;
                size_t columns;
                size_t n;
                const char *lines;      /* joined by | */
        } rows[] = {
                { "one two three abcdefghij", 7, 4, "one two|three|abcdefg|hij" },
                { "one two", 7, 1, "one two" },
                { "one  two", 3, 2, "one|two" },
                { "one two ", 3, 2, "one|two" },
                { "", 5, 0, "" },
                { "\n", 5, 1, "" },
                { "a\n\nb", 5, 3, "a||b" },
                { "abc", 1, 3, "a|b|c" },
                { "abc", 0, 3, "a|b|c" },
                { "\xe4\xb8\x96\xe7\x95\x8c", 3, 2, "\xe4\xb8\x96|\xe7\x95\x8c" },
                { "\xe4\xb8\x96", 1, 1, "\xe4\xb8\x96" },
                /* A blank that carries a mark is no place to break: the mark would stand alone. */
                { "abcd \xcc\x81" "efg", 5, 2, "abcd \xcc\x81|efg" },
                { "ab cd \xcc\x81" "efg", 5, 3, "ab|cd \xcc\x81" "ef|g" },
                { "e\xcc\x81" "e\xcc\x81" "e", 2, 2, "e\xcc\x81" "e\xcc\x81|e" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **lines = text_wrap(rows[i].text, rows[i].columns);
                _cleanup_str_ struct str joined = {};
                for (size_t k = 0; lines && lines[k]; k++)
                        str_addf(&joined, "%s%s", k ? "|" : "", lines[k]);
                assert_string_equal(joined.text ? joined.text : "", rows[i].lines);
                assert_int_equal(strv_length(lines), rows[i].n);
        }
        assert_null(text_wrap(NULL, 5));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(shows_what_would_act), cmocka_unit_test(no_control_leaves),    cmocka_unit_test(cuts_to_cells),
                cmocka_unit_test(ascii_has_no_other_bytes), cmocka_unit_test(prints_sizes_and_ages), cmocka_unit_test(wraps_at_blanks),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
