/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"

static void grows(void **state) {
        _cleanup_str_ struct str s = {};
        for (int i = 0; i < 1000; i++)
                str_addf(&s, "%d,", i);
        assert_int_equal(s.length, 3890);
        str_cut(&s, 4);
        assert_string_equal(s.text, "0,1,");
        _cleanup_free_ char *text = str_take(&s);
        assert_string_equal(text, "0,1,");
        _cleanup_free_ char *empty = str_take(&s);
        assert_string_equal(empty, "");
}

static void lists_grow_and_copy(void **state) {
        for (unsigned n = 0; n < 70; n++) {
                _cleanup_strv_ char **list = NULL;
                for (unsigned i = 0; i < n; i++)
                        strv_addf(&list, "%u", i);
                assert_int_equal(strv_length(list), n);
                _cleanup_strv_ char **copy = strv_copy(list);
                assert_true(strv_equal(list, copy));
                for (unsigned i = 0; i < 40; i++)
                        strv_add(&copy, "more");
                assert_int_equal(strv_length(copy), n + 40);
        }
}

static void splits_and_joins(void **state) {
        _cleanup_strv_ char **list = strv_split("  a b\t c ", " \t");
        _cleanup_free_ char *joined = strv_join(list, "|");
        assert_string_equal(joined, "a|b|c");
        assert_true(strv_contains(list, "b"));
        assert_false(strv_contains(list, ""));
}

static void reads_numbers(void **state) {
        long long v;
        assert_int_equal(str_to_int("514", 1, 65535, &v), 0);
        assert_int_equal(v, 514);
        assert_int_equal(str_to_int("-1", -1, 1, &v), 0);
        assert_int_equal(str_to_int("65536", 1, 65535, &v), -ERANGE);
        assert_int_equal(str_to_int("99999999999999999999", 1, 65535, &v), -ERANGE);
        static const char *const wrong[] = { "", " 1", "1 ", "+1", "-", "1x", "0x1" };
        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_int_equal(str_to_int(wrong[i], 0, 10, &v), -EINVAL);
        assert_int_equal(str_to_int(NULL, 0, 10, &v), -EINVAL);
        assert_true(hex_read("0ff", 2) == 15 && hex_read("82f63b78", 8) == 0x82f63b78);
        assert_true(hex_read("fG", 2) == -1 && hex_read("F0", 2) == -1);
}

static void compares(void **state) {
        assert_string_equal(str_starts("prefix-x", "prefix-"), "x");
        assert_null(str_starts("pre", "prefix"));
        assert_string_equal(str_ends("a.service", ".service"), ".service");
        assert_null(str_ends("x", ".service"));
        assert_true(str_equal(NULL, NULL));
        assert_false(str_equal(NULL, ""));
        assert_true(str_equal_nocase("RUN", "run"));
        static const char *const natural[] = { "", "1", "2", "a", "a2b", "A2c", "a02d", "a10", "svc2", "svc10", "svc10a", "svc99999999999999999999", NULL };
        for (size_t i = 0; natural[i + 1]; i++) {
                assert_true(str_compare_natural(natural[i], natural[i + 1]) < 0);
                assert_true(str_compare_natural(natural[i + 1], natural[i]) > 0);
                assert_int_equal(str_compare_natural(natural[i], natural[i]), 0);
        }
        assert_int_equal(str_compare_natural(NULL, ""), 0);
        assert_int_equal(str_compare_natural("a0", "a00"), 0);
        assert_true(str_empty(NULL) && str_empty("") && !str_empty(" "));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(grows),
                cmocka_unit_test(lists_grow_and_copy),
                cmocka_unit_test(splits_and_joins),
                cmocka_unit_test(reads_numbers),
                cmocka_unit_test(compares),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
