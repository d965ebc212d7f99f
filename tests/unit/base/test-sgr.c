/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/cleanup.h"
#include "base/feed.h"
#include "base/sgr.h"

static uint8_t applied(const char *s, uint8_t mark) {
        struct sgr sgr;
        if (!sgr_read(s, strlen(s), &sgr))
                fail_msg("\"%s\" cannot be read", s);
        return sgr_apply(&sgr, mark);
}

static void reads_parameters(void **state) {
        struct sgr sgr;
        assert_true(sgr_read("", 0, &sgr));
        assert_int_equal(sgr.n, 1);
        assert_int_equal(sgr.value[0], 0);
        assert_true(sgr_read("1;;38:5:7;", 10, &sgr));
        static const unsigned values[] = { 1, 0, 38, 5, 7, 0 };
        static const bool joined[] = { false, false, false, true, true, false };
        assert_int_equal(sgr.n, ELEMENTS(values));
        for (size_t i = 0; i < sgr.n; i++) {
                assert_int_equal(sgr.value[i], values[i]);
                assert_int_equal(sgr.joined[i], joined[i]);
        }
        /* Only what is given is read, and no number grows without end. */
        assert_true(sgr_read("123", 2, &sgr));
        assert_int_equal(sgr.value[0], 12);
        assert_true(sgr_read("99999999999999999999", 20, &sgr));
        assert_int_equal(sgr.value[0], 99999);
}

static void refuses_what_is_none(void **state) {
        static const char *const bad[] = { "?25", ">1", "1 q", "1$", "-1", "1\x1b", "\xff", "1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33" };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                struct sgr sgr = { .n = 77 };
                assert_false(sgr_read(bad[i], strlen(bad[i]), &sgr));
                assert_int_equal(sgr.n, 77);
        }
        char most[2 * SGR_PARAMETERS_MAX];
        for (size_t i = 0; i < SGR_PARAMETERS_MAX; i++)
                memcpy(most + 2 * i, "1;", 2);
        struct sgr sgr;
        assert_true(sgr_read(most, sizeof most - 1, &sgr));
        assert_int_equal(sgr.n, SGR_PARAMETERS_MAX);
        assert_false(sgr_read(most, sizeof most, &sgr));
}

static void sets_and_clears_attributes(void **state) {
        static const struct {
                const char *s;
                uint8_t before, after;
        } rows[] = {
                { "", 0xff, 0 },
                { "0", 0xff, 0 },
                { "1", 0, MARK_BOLD },
                { "2", 0, MARK_DIM },
                { "4", 0, MARK_UNDERLINE },
                { "21", 0, MARK_UNDERLINE },
                { "4:3", 0, MARK_UNDERLINE },
                { "4:0", MARK_UNDERLINE | 2, 2 },
                { "7", 0, MARK_REVERSE },
                { "22", MARK_BOLD | MARK_DIM | MARK_REVERSE, MARK_REVERSE },
                { "24", MARK_UNDERLINE | 1, 1 },
                { "27", MARK_REVERSE | 1, 1 },
                { "39", 5 | MARK_BOLD, MARK_BOLD },
                { "31", MARK_BOLD | 4, MARK_BOLD | 1 },
                { "30", 0, 8 },
                { "37", 0, 7 },
                { "90", 0, 8 },
                { "96", 0, 6 },
                { "1;4;33", 0, MARK_BOLD | MARK_UNDERLINE | 3 },
                { "1;0;32", MARK_DIM, 2 },
                { "1;", MARK_DIM, 0 },          /* the missing one is 0 */
                /* No mark: italic, blinking, concealed (it is shown), struck out, backgrounds, frames, what is not known. */
                { "3;5;6;8;9;41;100;51;53;73;107;999", 0x13, 0x13 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (applied(rows[i].s, rows[i].before) != rows[i].after)
                        fail_msg("\"%s\" on %02x gives %02x", rows[i].s, rows[i].before, applied(rows[i].s, rows[i].before));
}

static void finds_the_nearest_colour(void **state) {
        static const struct {
                const char *s;
                uint8_t colour;
        } rows[] = {
                { "38;5;1", 1 }, { "38;5;0", 8 }, { "38;5;9", 1 }, { "38;5;15", 7 },
                { "38;5;196", 1 }, { "38;5;46", 2 }, { "38;5;21", 4 }, { "38;5;226", 3 }, { "38;5;201", 5 }, { "38;5;51", 6 },
                { "38;5;231", 7 }, { "38;5;16", 8 }, { "38;5;232", 8 }, { "38;5;243", 8 }, { "38;5;244", 7 }, { "38;5;255", 7 }, { "38;5;9999", 7 },
                { "38;2;255;0;0", 1 }, { "38;2;0;128;0", 2 }, { "38;2;255;255;0", 3 }, { "38;2;10;10;10", 8 }, { "38;2;200;200;210", 7 },
                { "38:5:1", 1 }, { "38:2:255:0:0", 1 }, { "38:2::255:0:0", 1 }, { "38:2::0:0:255:0:1", 4 },
                /* Cut short or unknown: no colour, and nothing behind it is taken for something else. */
                { "38", 0 }, { "38;5", 0 }, { "38;2;255;0", 0 }, { "38:5", 0 }, { "38:2:1", 0 }, { "38;7", 0 },
                /* A background has no mark, but its numbers are its own. */
                { "48;5;1", 4 }, { "48;2;31;32;33", 4 }, { "48:5:31", 4 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (applied(rows[i].s, 4) != rows[i].colour)
                        fail_msg("\"%s\" gives %u", rows[i].s, applied(rows[i].s, 4));
        assert_int_equal(applied("38;5;1;1", 0), 1 | MARK_BOLD);
        assert_int_equal(applied("48;2;1;2;3;4;32", 0), 2 | MARK_UNDERLINE);
        assert_int_equal(applied("38:5:1;4", 0), 1 | MARK_UNDERLINE);
        assert_int_equal(applied("58:2::1:2:3;1", 0), MARK_BOLD);       /* the underline's colour */
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_parameters),
                cmocka_unit_test(refuses_what_is_none),
                cmocka_unit_test(sets_and_clears_attributes),
                cmocka_unit_test(finds_the_nearest_colour),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
