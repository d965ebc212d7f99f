/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/base64.h"

#include "tests/test.h"

/* The vectors of RFC 4648, section 10, and bytes that its two alphabets write differently. */
static void writes_and_reads(void **state) {
        static const struct {
                const char *bytes, *text, *url;
        } rows[] = {
                { "", "", "" },
                { "f", "Zg==", "Zg==" },
                { "fo", "Zm8=", "Zm8=" },
                { "foo", "Zm9v", "Zm9v" },
                { "foob", "Zm9vYg==", "Zm9vYg==" },
                { "fooba", "Zm9vYmE=", "Zm9vYmE=" },
                { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
                { "\xfb\xff\xfe", "+//+", "-__-" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                size_t n = 99;
                _cleanup_free_ char *text = base64_write(rows[i].bytes, strlen(rows[i].bytes), false),
                                    *url = base64_write(rows[i].bytes, strlen(rows[i].bytes), true),
                                    *bytes = base64_read(text, strlen(text), &n);
                assert_string_equal(text, rows[i].text);
                assert_string_equal(url, rows[i].url);
                assert_string_equal(bytes, rows[i].bytes);
                assert_int_equal(n, strlen(rows[i].bytes));
        }
}

static void reads_what_others_write(void **state) {
        static const struct {
                const char *text, *bytes; /* NULL: it is none */
        } rows[] = {
                { "Zm9v\r\nYmFy\n", "foobar" },
                { " Zm9v\tYmE =", "fooba" },
                { "Zm8", "fo" }, /* without padding */
                { "Zg", "f" },
                { "Z", NULL },
                { "Zm9vY", NULL },
                { "Zm=8", NULL },
                { "Zg===", NULL },
                { "Zm9v-_", NULL },
                { "Zm9v\xc3\xa4", NULL },
                { "Zm 9v.", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                size_t n = 0;
                _cleanup_free_ char *bytes = base64_read(rows[i].text, strlen(rows[i].text), &n);
                if (!rows[i].bytes) {
                        assert_null(bytes);
                        continue;
                }
                assert_string_equal(bytes, rows[i].bytes);
                assert_int_equal(n, strlen(rows[i].bytes));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(writes_and_reads),
                cmocka_unit_test(reads_what_others_write),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
