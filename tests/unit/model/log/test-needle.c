/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a search of the log looks for. */
#include "tests/test.h"

#include <errno.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "model/log/needle.h"

static void finds_texts_and_expressions(void **state) {
        static const struct {
                const char *needle, *message;
                bool has;
        } rows[] = {
                { "Failed", "it has failed", true },
                { "fail.d", "it has failed", false },
                { "~", "a ~ in a line", true }, /* alone it is a text */
                { "~", "none", false },
                { "~fail.d", "it has failed", true },
                { "~fail.d", "It Has FAILED", true }, /* no capital: either case */
                { "~Fail.d", "it has failed", false },
                { "~\\Dx", "1 ax", true }, /* a class is no capital */
                { "~\\Dx", "1 AX", true },
                { "~^it", "it has failed", true },
                { "~^has", "it has failed", false },
                { "~exit (code|status) [1-9]", "exit status 7", true },
                { "~exit (code|status) [1-9]", "exit status 0", false },
                { "~daemon", "who wrote it", true }, /* by the name */
                { "~\xc3\xa9t\xc3\xa9", "l'\xc3\xa9t\xc3\xa9", true },
                { "~b", "\xff\xfe" "b", true }, /* bytes that are no text are stepped over */
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(log_needle_freep) struct log_needle *needle = NULL;
                const struct log_line line = { .message = (char *) rows[i].message,
                                               .identifier = (char *) "daemon" };
                assert_int_equal(log_needle_new(rows[i].needle, &needle, NULL), 0);
                if (log_needle_in(needle, &line) != rows[i].has)
                        fail_msg("%s in %s", rows[i].needle, rows[i].message);
        }
}

static void refuses_what_is_no_expression(void **state) {
        static const char *const rows[] = { "~(", "~[a", "~a{2000}", "~\\1", "~(?R)", "~a\\" };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct log_needle *needle = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(log_needle_new(rows[i], &needle, &e), -EINVAL);
                assert_null(needle);
                assert_non_null(e->message);
        }
        _cleanup_free_ char *long_one = xcalloc(400, 1);
        memset(long_one, 'a', 399);
        long_one[0] = '~';
        struct log_needle *needle = NULL;
        assert_int_equal(log_needle_new(long_one, &needle, NULL), -EINVAL);
}

/* A line made for an expression ends the match, not the program. */
static void gives_up_on_a_hostile_line(void **state) {
        _cleanup_(log_needle_freep) struct log_needle *needle = NULL;
        char text[4001];
        memset(text, 'a', sizeof text - 1);
        text[sizeof text - 2] = 'b';
        text[sizeof text - 1] = '\0';
        const struct log_line line = { .message = text };
        assert_int_equal(log_needle_new("~(a+)+$", &needle, NULL), 0);
        assert_false(log_needle_in(needle, &line));
        assert_int_equal(log_needle_given_up(needle), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_texts_and_expressions),
                cmocka_unit_test(refuses_what_is_no_expression),
                cmocka_unit_test(gives_up_on_a_hostile_line),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
