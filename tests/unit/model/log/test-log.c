/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/log/log.h"

static void reads_priorities(void **state) {
        static const struct {
                const char *text;
                int priority;
        } rows[] = {
                { "emerg", 0 }, { "err", 3 }, { "error", 3 }, { "ERR", 3 }, { "warning", 4 }, { "warn", 4 }, { "n", 5 },
                { "debug", 7 }, { "3", 3 }, { "e", -ENOTUNIQ }, { "8", -EINVAL }, { "-1", -EINVAL }, { "", -EINVAL },
                { "errors", -EINVAL }, { "loud", -EINVAL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (priority_from_text(rows[i].text) != rows[i].priority)
                        fail_msg("%s: %d", rows[i].text, priority_from_text(rows[i].text));
}

static void sees_clock_jumps(void **state) {
        static const struct {
                struct log_line before, after;
                int64_t jump;
        } rows[] = {
                { { .real = 100, .monotonic = 10, .boot = "a" }, { .real = 200, .monotonic = 110, .boot = "a" }, 0 },
                { { .real = 100, .monotonic = 10, .boot = "a" }, { .real = 5000100, .monotonic = 10, .boot = "a" }, 0 },
                { { .real = 100, .monotonic = 10, .boot = "a" }, { .real = 60000100, .monotonic = 10, .boot = "a" }, 60000000 },
                { { .real = 60000100, .monotonic = 10, .boot = "a" }, { .real = 100, .monotonic = 10, .boot = "a" }, -60000000 },
                { { .real = 100, .monotonic = 10, .boot = "a" }, { .real = 60000100, .monotonic = 10, .boot = "b" }, 0 },
                { { .real = 100 }, { .real = 60000100 }, 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(log_clock_jump(&rows[i].before, &rows[i].after), rows[i].jump);
}

static void finds_text(void **state) {
        const struct log_line line = { .identifier = (char *) "Daemon", .message = (char *) "No such FILE" }, empty = {};
        assert_true(log_line_has(&line, "file"));
        assert_true(log_line_has(&line, "daemon"));
        assert_false(log_line_has(&line, "files"));
        assert_false(log_line_has(&empty, "x"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_priorities), cmocka_unit_test(sees_clock_jumps), cmocka_unit_test(finds_text),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
