/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/pull.h"
#include "tests/test.h"

#define A "aaaaaaaaaaaa"
#define B "bbbbbbbbbbbb"
#define C "cccccccccccc"
#define LONG "0000000000000000000000000000000000000000000000000000"

#define assert_sum(tally, a, b, c, d)                           \
        do {                                                    \
                struct pull_progress _p;                        \
                pull_tally_sum(tally, &_p);                     \
                assert_int_equal(_p.layers, a);                 \
                assert_int_equal(_p.done, b);                   \
                assert_int_equal(_p.bytes, c);                  \
                assert_int_equal(_p.total, d);                  \
        } while (0)

static void counts_the_layers_of_the_manifest(void **state) {
        _cleanup_(pull_tally_done) struct pull_tally t = {};
        pull_tally_expect(&t, "sha256:" A LONG, 100);
        pull_tally_expect(&t, "sha256:" B LONG, 50);
        pull_tally_expect(&t, "sha256:" B LONG, 50);
        pull_tally_expect(&t, "sha256:" C LONG, 7);
        pull_tally_expect(&t, "sha512:" A, 7);
        pull_tally_expect(&t, NULL, 7);
        assert_sum(&t, 3, 0, 0, 157);
        pull_tally_take(&t, A, PULL_FOUND, 0, 0);
        pull_tally_take(&t, A, PULL_MOVES, 60, 100);
        pull_tally_take(&t, A, PULL_MOVES, 40, 100); /* it never goes back, and never beyond its size */
        assert_sum(&t, 3, 0, 60, 157);
        pull_tally_take(&t, A, PULL_MOVES, 4000, 0);
        assert_sum(&t, 3, 0, 100, 157);
        /* One that was so fast that nothing was said in between; one that was here; the configuration. */
        pull_tally_take(&t, B, PULL_DONE, 0, 0);
        pull_tally_take(&t, C, PULL_HERE, 0, 0);
        pull_tally_take(&t, "dddddddddddd", PULL_FOUND, 0, 0);
        pull_tally_take(&t, "latest", PULL_FOUND, 0, 0);
        pull_tally_take(&t, NULL, PULL_FOUND, 0, 0);
        assert_sum(&t, 3, 2, 150, 150);
}

static void counts_what_the_engine_reports(void **state) {
        _cleanup_(pull_tally_done) struct pull_tally t = { .fetch = 500 };
        pull_tally_take(&t, A, PULL_FOUND, 0, 0);
        pull_tally_take(&t, B, PULL_MOVES, 10, 50);
        assert_sum(&t, 2, 0, 10, 500);
        pull_tally_take(&t, "cccccccccccc", PULL_DONE, 0, 0); /* the image itself */
        pull_tally_take(&t, B, PULL_DONE, 0, 0);
        assert_sum(&t, 2, 1, 50, 500);
        t.fetch = 0;
        assert_sum(&t, 2, 1, 50, 0);
        for (unsigned i = 0; i < 3000; i++) {
                char id[16];
                snprintf(id, sizeof id, "%012x", i);
                pull_tally_take(&t, id, PULL_FOUND, 0, 0);
        }
        assert_int_equal(t.n, 1024);
}

static void knows_its_pace(void **state) {
        struct pull_pace pace = {};
        assert_int_equal(pull_pace_rate(&pace, 1000000, 0), 0);
        assert_int_equal(pull_pace_rate(&pace, 2000000, 5000), 5000);
        assert_int_equal(pull_pace_rate(&pace, 4000000, 9000), 3000);
        for (unsigned i = 5; i < 20; i++)
                assert_in_range(pull_pace_rate(&pace, i * 1000000, 9000), 0, 2250);
        /* Nothing comes, and it says so. */
        assert_int_equal(pull_pace_rate(&pace, 20000000, 9000), 0);
        assert_int_equal(pull_pace_rate(&pace, 19000000, 9000), 0);
}

static void goes_through_a_file(void **state) {
        static const char *const bad[] = { "", "\n", "1 2 3 4\n", "1 1 3 4 5", "1 1 3 4 5\n\n", "2 3 1 1 1\n", "x 1 1 1 1\n", "1 1 5 4 0\n",
                                           "1 1 1 1 99999999999999999999999\n", "-1 1 1 1 1\n", "5000 1 1 1 1\n", "1  1 1 1\n" };
        const struct pull_progress p = { 7, 3, 41100000, 120000000, 5100000 };
        struct pull_progress back;
        _cleanup_free_ char *line = pull_progress_format(&p);
        assert_string_equal(line, "00007 00003 00000000000041100000 00000000000120000000 00000000000005100000\n");
        assert_true(pull_progress_parse(line, strlen(line), &back));
        assert_memory_equal(&back, &p, sizeof p);
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                assert_false(pull_progress_parse(bad[i], strlen(bad[i]), &back));
                assert_int_equal(back.layers, 0);
        }
}

static void says_it_in_words(void **state) {
        static const struct {
                struct pull_progress p;
                const char *text;
                int cells;
        } rows[] = {
                { { 7, 3, 41100000, 120000000, 5100000 }, "41.1 MB of 120 MB, 3 of 7 layers, 5.1 MB/s, 15 s left", 6 },
                { { 1, 0, 0, 2000, 0 }, "0 B of 2 kB, 0 of 1 layer", 0 },
                { { 2, 1, 41100000, 0, 100 }, "41.1 MB, 1 of 2 layers, 100 B/s", -1 },
                { { 2, 2, 2000, 2000, 100 }, "2 kB of 2 kB, 2 layers, unpacking", 20 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_str_ struct str s = {};
                pull_progress_text(&rows[i].p, &s);
                assert_string_equal(s.text, rows[i].text);
                assert_int_equal(pull_progress_cells(&rows[i].p, 20), rows[i].cells);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(counts_the_layers_of_the_manifest), cmocka_unit_test(counts_what_the_engine_reports),
                cmocka_unit_test(knows_its_pace),                    cmocka_unit_test(goes_through_a_file),
                cmocka_unit_test(says_it_in_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
