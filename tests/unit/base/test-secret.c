/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/secret.h"

static void holds_and_wipes(void **state) {
        _cleanup_(secret_freep) struct secret *secret = secret_new("password");
        assert_non_null(secret);
        assert_int_equal(secret_set(secret, "pa$$ word", 9), 0);
        assert_string_equal(secret->bytes, "pa$$ word");
        assert_int_equal(secret_set(secret, "a\nb", 3), -EINVAL);
        assert_int_equal(secret_set(secret, "a\0b", 3), -EINVAL);
        char big[SECRET_BYTES_MAX + 1];
        memset(big, 'x', sizeof big);
        assert_int_equal(secret_set(secret, big, sizeof big), -E2BIG);
        assert_string_equal(secret->bytes, "pa$$ word");
        secret_wipe(secret);
        assert_int_equal(secret->length, 0);
        for (size_t i = 0; i < 9; i++)
                assert_int_equal(secret->bytes[i], 0);
}

static struct secret *made(const char *name, const char *bytes) {
        struct secret *secret = secret_new(name);
        assert_non_null(secret);
        assert_int_equal(secret_set(secret, bytes, strlen(bytes)), 0);
        return secret;
}

static void travels_sealed(void **state) {
        _cleanup_(secret_list_freep) struct secret_list *list = secret_list_new();
        assert_int_equal(secret_list_take(list, made("a", "first 12")), 0);
        assert_int_equal(secret_list_take(list, made("b", "")), 0);
        int fd = secret_list_seal(list);
        assert_true(fd >= 0);
        assert_int_equal(fcntl(fd, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK), F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
        _cleanup_(secret_list_freep) struct secret_list *read_back = NULL;
        assert_int_equal(secret_list_read(fd, &read_back), 0);
        close(fd);
        assert_int_equal(read_back->n, 2);
        assert_string_equal(secret_list_find(read_back, "a")->bytes, "first 12");
        assert_int_equal(secret_list_find(read_back, "b")->length, 0);
        assert_null(secret_list_find(read_back, "c"));
}

static void refuses_what_is_not_ours(void **state) {
        static const char *const wrong[] = { "a", "a x\nb\n", "a 99\nshort\n", "a 1\nb", "a -1\n\n", "a 1\nbX", "a 1\n\n\n" };
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                int fds[2];
                assert_int_equal(pipe(fds), 0);
                assert_int_equal(write(fds[1], wrong[i], strlen(wrong[i])), strlen(wrong[i]));
                close(fds[1]);
                struct secret_list *list = NULL;
                int r = secret_list_read(fds[0], &list);
                if (r != -EBADMSG)
                        print_error("case %zu gave %d\n", i, r);
                assert_int_equal(r, -EBADMSG);
                close(fds[0]);
        }
}

static void a_list_takes_what_it_can_name(void **state) {
        _cleanup_(secret_list_freep) struct secret_list *list = secret_list_new();
        static const char *const bad[] = { "", "a b", "a\nb", "\x7f", "\xc3\xa4" };
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(secret_list_take(list, made(bad[i], "x")), -EINVAL);
        char name[SECRET_NAME_MAX + 2] = {};
        memset(name, 'n', SECRET_NAME_MAX + 1);
        assert_int_equal(secret_list_take(list, made(name, "x")), -EINVAL);
        name[SECRET_NAME_MAX] = '\0';
        assert_int_equal(secret_list_take(list, made(name, "x")), 0);
        /* One of the same name takes the place of the other; the same one again changes nothing. */
        assert_int_equal(secret_list_take(list, made("a", "old")), 0);
        struct secret *latest = made("a", "new");
        assert_int_equal(secret_list_take(list, latest), 0);
        assert_int_equal(secret_list_take(list, latest), 0);
        assert_int_equal(list->n, 2);
        assert_string_equal(secret_list_find(list, "a")->bytes, "new");
        while (list->n < SECRETS_MAX) {
                snprintf(name, sizeof name, "s%zu", list->n);
                assert_int_equal(secret_list_take(list, made(name, "x")), 0);
        }
        assert_int_equal(secret_list_take(list, made("one-more", "x")), -E2BIG);
        assert_int_equal(secret_list_take(list, made("a", "still")), 0);
        assert_null(secret_list_find(NULL, "a"));
        /* All of them, as long as they can be, travel. */
        char big[SECRET_BYTES_MAX];
        memset(big, 'y', sizeof big);
        for (size_t i = 0; i < list->n; i++)
                assert_int_equal(secret_set(list->items[i], big, sizeof big), 0);
        int fd = secret_list_seal(list);
        assert_true(fd >= 0);
        _cleanup_(secret_list_freep) struct secret_list *back = NULL;
        assert_int_equal(secret_list_read(fd, &back), 0);
        close(fd);
        assert_int_equal(back->n, SECRETS_MAX);
        assert_int_equal(back->items[7]->length, SECRET_BYTES_MAX);
}

static void reads_no_more_than_could_be_ours(void **state) {
        int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
        struct secret_list *list = NULL;
        assert_int_equal(secret_list_read(fd, &list), -EFBIG);
        close(fd);
        assert_int_equal(secret_list_read(-1, &list), -EBADF);
        assert_null(list);
        fd = secret_list_seal(NULL);
        assert_true(fd >= 0);
        _cleanup_(secret_list_freep) struct secret_list *none = NULL;
        assert_int_equal(secret_list_read(fd, &none), 0);
        assert_int_equal(none->n, 0);
        close(fd);
}

/* The form takes single bytes away from a secret's end: its own bytes are what it is set to. */
static void can_be_set_to_a_part_of_itself(void **state) {
        _cleanup_(secret_freep) struct secret *secret = made("a", "hunter-2");
        assert_int_equal(secret_set(secret, secret->bytes + 1, 6), 0);
        assert_string_equal(secret->bytes, "unter-");
        assert_int_equal(secret->length, 6);
        for (size_t i = 6; i < 9; i++)
                assert_int_equal(secret->bytes[i], 0);
        assert_int_equal(secret_set(secret, NULL, 0), 0);
        assert_int_equal(secret->length, 0);
        assert_null(secret_free(NULL));
}

static void nothing_is_an_empty_list(void **state) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        _cleanup_(secret_list_freep) struct secret_list *list = NULL;
        assert_int_equal(secret_list_read(fd, &list), 0);
        assert_int_equal(list->n, 0);
        close(fd);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(holds_and_wipes),
                cmocka_unit_test(travels_sealed),
                cmocka_unit_test(refuses_what_is_not_ours),
                cmocka_unit_test(nothing_is_an_empty_list),
                cmocka_unit_test(a_list_takes_what_it_can_name),
                cmocka_unit_test(reads_no_more_than_could_be_ours),
                cmocka_unit_test(can_be_set_to_a_part_of_itself),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
