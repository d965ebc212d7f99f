/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

static void keeps_the_chain(void **state) {
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(error_errno(&e, -ENOENT, "The socket %s is not there", "/run/x"), -ENOENT);
        assert_int_equal(error_wrap(&e, -ENOENT, "No images"), -ENOENT);
        error_hint(&e, "Start %s", "it");
        _cleanup_free_ char *line = error_line(e);
        assert_string_equal(line, "No images: The socket /run/x is not there: No such file or directory");
        assert_string_equal(e->hint, "Start it");
        _cleanup_error_ struct error *copy = error_copy(e);
        _cleanup_free_ char *again = error_line(copy);
        assert_string_equal(again, line);
}

static void needs_no_place(void **state) {
        assert_int_equal(error_set(NULL, -EPERM, "x"), -EPERM);
        assert_int_equal(error_wrap(NULL, 0, "x"), -EIO);
        error_hint(NULL, "x");
        _cleanup_error_ struct error *e = NULL;
        error_set(&e, -EPERM, "first");
        error_set(&e, -EIO, "second");
        assert_string_equal(e->message, "second");
        assert_null(e->cause);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keeps_the_chain),
                cmocka_unit_test(needs_no_place),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
