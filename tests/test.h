/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every unit test includes: cmocka in the order it wants, and a few words of our own.
 *
 *     static void splits_at_blanks(void **state) { … }
 *     int main(void) {
 *             const struct CMUnitTest tests[] = { cmocka_unit_test(splits_at_blanks) };
 *             return cmocka_run_group_tests(tests, NULL, NULL);
 *     }
 *
 * The environment has SOURCE (the project's root), BUILD, and SHARED (the folder of reference material; it may not exist: skip()). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* r >= 0, else the error in words. */
#define assert_ok(r, error)                                                            \
        do {                                                                           \
                int _r = (r);                                                          \
                if (_r < 0) {                                                          \
                        char *_line = error_line(error);                               \
                        print_error("failed with %d: %s\n", _r, _line ? _line : "?"); \
                        free(_line);                                                   \
                        fail();                                                        \
                }                                                                      \
        } while (0)
