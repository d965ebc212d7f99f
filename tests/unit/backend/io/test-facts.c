/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/facts.h"
#include "tests/unit/tree.h"

/* By the kernel, which sudo does not change; without a login by the environment, which a timer has not. */
static void names_who_logged_in(void **state) {
        static const struct {
                const char *loginuid, *sudo, *user, *name;
        } cases[] = {
                { "0", "anna", "ben", "root" },
                { "4000000000", "anna", "ben", "user 4000000000" },
                { "4294967295", "anna", "ben", "anna" }, /* nobody logged in */
                { "4294967295", NULL, "ben", "ben" },
                { "4294967295", "", "", NULL },
                { "4294967295", NULL, NULL, NULL },
                { "not a number\n", NULL, "ben", "ben" },
                { NULL, "anna", NULL, "anna" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *root = tree_new();
                if (cases[i].loginuid)
                        tree_write(root, "/proc/self/loginuid", cases[i].loginuid);
                unsetenv("SUDO_USER");
                unsetenv("USER");
                if (cases[i].sudo)
                        setenv("SUDO_USER", cases[i].sudo, 1);
                if (cases[i].user)
                        setenv("USER", cases[i].user, 1);
                _cleanup_free_ char *name = facts_user(root);
                assert_true(str_equal(name, cases[i].name));
                tree_remove(root);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(names_who_logged_in) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
