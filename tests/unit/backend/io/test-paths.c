/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
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

/* ---- programs that are named without a folder: an editor, a pager ---- */

static char folder[] = "/tmp/fairlead-test-path-XXXXXX";

static int programs_set_up(void **state) {
        static const char *const programs[] = { "first/editor", "second/editor", "second/pager", "first/plain" };
        assert_non_null(mkdtemp(folder));
        assert_int_equal(chdir(folder), 0);
        assert_int_equal(mkdir("first", 0700), 0);
        assert_int_equal(mkdir("first/folder", 0700), 0);
        assert_int_equal(mkdir("second", 0700), 0);
        for (size_t i = 0; i < ELEMENTS(programs); i++) {
                FILE *f = fopen(programs[i], "we");
                assert_non_null(f);
                fclose(f);
                assert_int_equal(chmod(programs[i], str_ends(programs[i], "plain") ? 0600 : 0700), 0);
        }
        return 0;
}

static int programs_tear_down(void **state) {
        static const char *const paths[] = { "first/editor", "second/editor", "second/pager", "first/plain" };
        for (size_t i = 0; i < ELEMENTS(paths); i++)
                assert_int_equal(unlink(paths[i]), 0);
        assert_int_equal(rmdir("first/folder"), 0);
        assert_int_equal(rmdir("first"), 0);
        assert_int_equal(rmdir("second"), 0);
        assert_int_equal(chdir("/"), 0);
        return rmdir(folder);
}

static void programs_are_found_in_order(void **state) {
        _cleanup_free_ char *folders = str_printf("%s/none:%s/first:%s/second", folder, folder, folder);
        const struct {
                const char *name, *path; /* path: below the folder; NULL: not found */
        } rows[] = {
                { "editor", "first/editor" },
                { "pager", "second/pager" },
                { "plain", NULL },      /* nobody may run it */
                { "folder", NULL },
                { "nosuch", NULL },
                { "", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *got = path_of_program(rows[i].name, folders),
                                    *want = rows[i].path ? str_printf("%s/%s", folder, rows[i].path) : NULL;
                assert_true(str_equal(got, want));
        }
        static const char *const paths[] = { "/nosuch/editor", "./editor", "first/plain" };
        for (size_t i = 0; i < ELEMENTS(paths); i++) {
                _cleanup_free_ char *got = path_of_program(paths[i], folders);
                assert_string_equal(got, paths[i]);
        }
}

/* Where distributions and administrators put programs: the same folders as a unit's PATH. */
static void the_folders_of_root(void **state) {
        static const char *const wanted[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                              "/usr/bin",        "/sbin",          "/bin" };
        _cleanup_strv_ char **folders = strv_split(PATH_OF_ROOT, ":");
        assert_int_equal(strv_length(folders), ELEMENTS(wanted));
        for (size_t i = 0; i < ELEMENTS(wanted); i++)
                assert_string_equal(folders[i], wanted[i]);
        _cleanup_free_ char *shell = path_of_program("sh", PATH_OF_ROOT);
        assert_non_null(shell);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(makes_private_folders),
                cmocka_unit_test(programs_are_found_in_order),
                cmocka_unit_test(the_folders_of_root),
        };
        return cmocka_run_group_tests(tests, programs_set_up, programs_tear_down);
}
