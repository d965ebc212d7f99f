/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/readfile.h"

static void reads_whole_files(void **state) {
        char path[] = "/tmp/fairlead-test-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "a\0b\n", 4), 4);
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *text = NULL;
        size_t n;
        assert_ok(readfile(path, 4, &text, &n, &e), e);
        assert_int_equal(n, 4);
        assert_memory_equal(text, "a\0b\n", 5);
        _cleanup_free_ char *none = NULL;
        assert_int_equal(readfile(path, 3, &none, &n, &e), -EFBIG);
        assert_non_null(strstr(e->message, "more than 3 bytes"));
        assert_null(none);
        close(fd);
        unlink(path);
        assert_int_equal(readfile(path, 3, &none, &n, &e), -ENOENT);
        assert_int_equal(readfile("/tmp", 3, &none, &n, &e), -EISDIR);
}

static void a_pipe_has_a_ceiling_too(void **state) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], "0123456789", 10), 10);
        close(fds[1]);
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *text = NULL;
        assert_int_equal(readfile_fd(fds[0], "The pipe", 9, &text, NULL, &e), -EFBIG);
        close(fds[0]);
}

static void names_of_a_folder_are_sorted(void **state) {
        static const char *const files[] = { "b.conf", ".hidden.conf", "a.conf", "c.conf.off", ".conf" };
        char folder[] = "/tmp/test-readfile-XXXXXX";
        assert_non_null(mkdtemp(folder));
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(fd >= 0);
        _cleanup_strv_ char **empty = folder_names(fd, ".", ".conf");
        assert_non_null(empty);
        assert_null(empty[0]);
        for (size_t i = 0; i < ELEMENTS(files); i++)
                close(openat(fd, files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, folder, ".conf");
        _cleanup_free_ char *text = strv_join(names, " ");
        assert_string_equal(text, "a.conf b.conf");
        for (size_t i = 0; i < ELEMENTS(files); i++)
                unlinkat(fd, files[i], 0);
        close(fd);
        rmdir(folder);
        assert_null(folder_names(AT_FDCWD, folder, ".conf"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_whole_files),
                cmocka_unit_test(a_pipe_has_a_ceiling_too),
                cmocka_unit_test(names_of_a_folder_are_sorted),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
