/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/plan/diff.h"

static void expect(const char *old, const char *new, const char *expected) {
        _cleanup_free_ char *diff = diff_unified("a", old, strlen(old), "b", new, strlen(new));
        assert_string_equal(diff, expected);
}

static void writes_what_diff_writes(void **state) {
        expect("", "", "");
        expect("same\n", "same\n", "");
        expect("", "new\n", "--- a\n+++ b\n@@ -0,0 +1 @@\n+new\n");
        expect("old\n", "", "--- a\n+++ b\n@@ -1 +0,0 @@\n-old\n");
        expect("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
               "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
        expect("x", "x\n", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
        /* two changes far apart are two hunks, near each other one */
        expect("a\n1\n2\n3\n4\n5\n6\n7\n8\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\n8\nB\n",
               "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-b\n+B\n");
        expect("a\n1\n2\nb\n", "A\n1\n2\nB\n", "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n-b\n+B\n");
}

/* Any two texts: taking the lines with '-' and ' ' gives the old one back, those with '+' and ' ' the new one (full context by
 * few lines). */
static void can_be_applied(void **state) {
        unsigned seed = 1;
        for (int round = 0; round < 500; round++) {
                _cleanup_str_ struct str old = {}, new = {}, minus = {}, plus = {};
                for (struct str *s = &old; s; s = s == &old ? &new : NULL)
                        for (int i = 0; i < 7; i++)
                                str_addf(s, "%c\n", 'a' + (int) ((seed = seed * 1103515245 + 12345) >> 16) % 3);
                _cleanup_free_ char *diff = diff_unified("a", old.text, old.length, "b", new.text, new.length);
                assert_non_null(diff);
                if (!*diff) {
                        assert_string_equal(old.text, new.text);
                        continue;
                }
                size_t hunks = 0;
                for (const char *p = diff; *p; p = strchr(p, '\n') + 1) {
                        if (p[0] == '@')
                                hunks++;
                        if (str_starts(p, "--- ") || str_starts(p, "+++ ") || p[0] == '@')
                                continue;
                        if (p[0] != '+')
                                str_add_bytes(&minus, p + 1, 2);
                        if (p[0] != '-')
                                str_add_bytes(&plus, p + 1, 2);
                }
                assert_int_equal(hunks, 1);
                /* what the hunk leaves out stands before or behind it in both */
                assert_non_null(strstr(old.text, minus.text ? minus.text : ""));
                assert_non_null(strstr(new.text, plus.text ? plus.text : ""));
                assert_int_equal(old.length - minus.length, new.length - plus.length);
        }
}

static void ends_with_texts_that_have_nothing_in_common(void **state) {
        _cleanup_str_ struct str old = {}, new = {};
        for (int i = 0; i < 20000; i++) {
                str_addf(&old, "old %d\n", i);
                str_addf(&new, "new %d\n", i);
        }
        _cleanup_free_ char *diff = diff_unified("a", old.text, old.length, "b", new.text, new.length);
        assert_non_null(strstr(diff, "@@ -1,20000 +1,20000 @@"));
        assert_false(diff_is_text("a\0b", 3));
        assert_true(diff_is_text("\xe9t\xe9", 3));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(writes_what_diff_writes),
                cmocka_unit_test(can_be_applied),
                cmocka_unit_test(ends_with_texts_that_have_nothing_in_common),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
