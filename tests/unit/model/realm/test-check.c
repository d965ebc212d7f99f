/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/realm/check.h"

static void says_how_a_clock_stands(void **state) {
        static const struct {
                int64_t usec;
                const char *words;
        } rows[] = {
                { 0, "0.00 s ahead of" },
                { 20000, "0.02 s ahead of" },
                { -20000, "0.02 s behind" },
                { 9999999, "9.99 s ahead of" },
                { -10000000, "10 s behind" },
                { 59999999, "59 s ahead of" },
                { -602000000, "10 min 2 s behind" },
                { 3600000000, "1 h 0 min ahead of" },
                { -86399000000, "23 h 59 min behind" },
                { 86400000000 * 3 + 7200000000, "3 days 2 h ahead of" },
                { INT64_MAX, "106751991 days 4 h ahead of" },
                { INT64_MIN, "106751991 days 4 h behind" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char buffer[48];
                assert_string_equal(clock_words(buffer, rows[i].usec), rows[i].words);
        }
}

static void knows_names_that_a_computer_can_have(void **state) {
        static const char *const good[] = { "a", "HOST1", "web-01", "123a", "fifteen-chars-x" };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_null(computer_name_fault(good[i]));
        static const struct {
                const char *name, *fault;
        } bad[] = {
                { "", "is empty" },
                { "sixteen-chars-xx", "is longer than 15 characters: Active Directory would cut it, and two hosts could then share one account" },
                { "12345", "is all digits" },
                { "-a", "begins or ends with a hyphen" },
                { "a-", "begins or ends with a hyphen" },
                { "a.b", "has characters other than letters, digits and hyphens" },
                { "a_b", "has characters other than letters, digits and hyphens" },
                { "a b", "has characters other than letters, digits and hyphens" },
                { "h\xc3\xa4", "has characters other than letters, digits and hyphens" },
        };
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_string_equal(computer_name_fault(bad[i].name), bad[i].fault);
}

static void knows_names_that_a_client_can_have(void **state) {
        static const char *const good[] = { "host.example.test", "a.b", "web-01.sub.example.test", "localhosts.example.test" };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                if (host_name_fault(good[i]))
                        fail_msg("%s %s", good[i], host_name_fault(good[i]));
        static const struct {
                const char *name, *fault;
        } bad[] = {
                { "localhost", "is that of every host" },
                { "localhost.localdomain", "is that of every host" },
                { "host", "is not fully qualified: it has no domain" },
                { "", "is not fully qualified: it has no domain" },
                { "a234567890123456789012345678901234567890123456789012345678901.test", "is longer than 64 characters" },
                { "Host.example.test", "has capitals; Kerberos wants it in lower case" },
                { "ho st.example.test", "has parts that names of hosts cannot have" },
                { "-host.example.test", "has parts that names of hosts cannot have" },
                { "host..test", "has parts that names of hosts cannot have" },
        };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                const char *fault = host_name_fault(bad[i].name);
                if (!str_equal(fault, bad[i].fault))
                        fail_msg("\"%s\" %s", bad[i].name, fault ? fault : "is taken");
        }
}

static void finds_the_worst(void **state) {
        struct check_result items[] = { { .id = "a", .verdict = VERDICT_WAITING }, { .id = "b", .verdict = VERDICT_OK }, { .id = "c", .verdict = VERDICT_WARN },
                                        { .id = "d", .verdict = VERDICT_FAIL } };
        struct preflight p = { .items = items };
        static const enum verdict worst[] = { VERDICT_OK, VERDICT_OK, VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };
        for (p.n = 0; p.n <= ELEMENTS(items); p.n++)
                assert_int_equal(preflight_worst(&p), worst[p.n]);
        p.n = ELEMENTS(items);
        assert_ptr_equal(preflight_find(&p, "c"), &items[2]);
        assert_null(preflight_find(&p, "none"));
        assert_null(preflight_free(NULL));
}

static void has_a_word_for_each(void **state) {
        for (int v = 0; v < _VERDICT_MAX; v++)
                assert_int_equal(verdict_from_name(verdict_name(v)), v);
        for (int f = 0; f < _FIX_MAX; f++) {
                assert_int_equal(fix_from_name(fix_name(f)), f);
                assert_true((fix_title(f) == NULL) == (f == FIX_NONE));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_how_a_clock_stands),
                cmocka_unit_test(knows_names_that_a_computer_can_have),
                cmocka_unit_test(knows_names_that_a_client_can_have),
                cmocka_unit_test(finds_the_worst),
                cmocka_unit_test(has_a_word_for_each),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
