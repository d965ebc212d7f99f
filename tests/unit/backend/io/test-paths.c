/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/paths.h"
#include "base/str.h"
#include "tests/unit/tree.h"

static void makes_private_folders(void **state) {
        _cleanup_free_ char *folder = tree_new();
        _cleanup_free_ char *lib = str_printf("%s/lib", folder), *run = str_printf("%s/run", folder), *jobs = str_printf("%s/lib/jobs", folder);
        struct paths paths = paths_default;
        paths.state = lib;
        paths.run = run;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(paths_prepare(&paths, &e), e);
        assert_ok(paths_prepare(&paths, &e), e);
        struct stat st;
        assert_int_equal(stat(jobs, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);

        assert_int_equal(chmod(jobs, 0770), 0);
        assert_int_equal(paths_prepare(&paths, &e), -EPERM);
        assert_non_null(strstr(e->message, "is writable by group or others"));
        assert_int_equal(chmod(jobs, 0700), 0);

        assert_int_equal(rmdir(run), 0);
        assert_int_equal(symlink("/tmp", run), 0);
        assert_true(paths_prepare(&paths, &e) < 0);
        assert_non_null(strstr(e->message, run));
        if (geteuid() == 0) {
                assert_int_equal(unlink(run), 0);
                assert_int_equal(chown(lib, 12345, 0), 0);
                assert_int_equal(paths_prepare(&paths, &e), -EPERM);
                assert_non_null(strstr(e->hint, "chown root:"));
        }
        tree_remove(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(makes_private_folders),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
