/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/wire/kerberos.h"
#include "base/str.h"
#include "tests/unit/source.h"

static int read_corpus(const char *name, struct keytab *k) {
        size_t n;
        _cleanup_free_ char *path = str_printf("tests/fuzz/corpus/keytab/%s", name), *bytes = source_read(path, &n);
        return keytab_read((const uint8_t *) bytes, n, k, NULL);
}

static void knows_the_computers_key(void **state) {
        struct keytab k = {};
        assert_int_equal(read_corpus("two", &k), 0);
        assert_string_equal(k.principal, "HOST1$@EXAMPLE.TEST");
        assert_int_equal(k.kvno, 3);
        assert_int_equal(k.time, 1795500100);
        assert_int_equal(k.keys, 2);
        keytab_done(&k);
        assert_int_equal(read_corpus("hole", &k), 0);
        assert_int_equal(k.keys, 2);
        keytab_done(&k);
        assert_int_equal(read_corpus("big-kvno", &k), 0);
        assert_int_equal(k.kvno, 257);
        keytab_done(&k);
        assert_int_equal(read_corpus("old", &k), 0);
        assert_int_equal(k.kvno, 7);
        keytab_done(&k);
        assert_int_equal(read_corpus("none", &k), 0);
        assert_int_equal(k.keys, 0);
}

static void refuses_what_is_none(void **state) {
        static const char *const names[] = { "other", "cut", "nul", "many", "empty" };
        struct keytab k = {};
        for (size_t i = 0; i < ELEMENTS(names); i++)
                assert_true(read_corpus(names[i], &k) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(knows_the_computers_key), cmocka_unit_test(refuses_what_is_none) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
