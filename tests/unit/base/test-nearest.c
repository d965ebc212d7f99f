/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/nearest.h"

static void counts_mistypings(void **state) {
        assert_int_equal(nearest_distance("", ""), 0);
        assert_int_equal(nearest_distance("install", "install"), 0);
        assert_int_equal(nearest_distance("instal", "install"), 1);
        assert_int_equal(nearest_distance("forwrd", "forward"), 1);
        assert_int_equal(nearest_distance("isntall", "install"), 1);    /* neighbours exchanged */
        assert_int_equal(nearest_distance("PROT", "port"), 1);
        assert_int_equal(nearest_distance("abc", ""), 3);
        assert_int_equal(nearest_distance("kitten", "sitting"), 3);
}

static void long_words_are_cut(void **state) {
        char a[200], b[200];
        memset(a, 'x', sizeof a - 1);
        memset(b, 'y', sizeof b - 1);
        a[sizeof a - 1] = b[sizeof b - 1] = '\0';
        assert_int_equal(nearest_distance(a, b), NEAREST_LETTERS_MAX);
}

static const char *best_of(const char *word, const char *const *candidates, size_t n) {
        struct nearest near = { .word = word };
        for (size_t i = 0; i < n; i++)
                nearest_offer(&near, candidates[i]);
        return near.best;
}

static void proposes_only_what_is_near(void **state) {
        static const char *const verbs[] = { "install", "uninstall", "images", "stop", "start" };
        assert_string_equal(best_of("instal", verbs, ELEMENTS(verbs)), "install");
        assert_string_equal(best_of("unin", verbs, ELEMENTS(verbs)), "uninstall");
        assert_string_equal(best_of("strat", verbs, ELEMENTS(verbs)), "start");
        assert_null(best_of("frobnicate", verbs, ELEMENTS(verbs)));
        assert_null(best_of("", verbs, ELEMENTS(verbs)));
}

static void asks_whether_it_was_meant(void **state) {
        _cleanup_free_ char *some = nearest_question(&(struct nearest) { .word = "x", .best = "y" });
        _cleanup_free_ char *none = nearest_question(&(struct nearest) { .word = "x" });
        assert_string_equal(some, ". Did you mean \"y\"?");
        assert_string_equal(none, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(counts_mistypings),
                cmocka_unit_test(long_words_are_cut),
                cmocka_unit_test(proposes_only_what_is_near),
                cmocka_unit_test(asks_whether_it_was_meant),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
