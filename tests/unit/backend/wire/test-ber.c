/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/wire/ber.h"

static void numbers_go_there_and_back(void **state) {
        static const struct {
                int64_t number;
                const char *bytes;
                size_t n;
        } rows[] = {
                { 0, "\x02\x01\x00", 3 }, { 127, "\x02\x01\x7f", 3 }, { 128, "\x02\x02\x00\x80", 4 }, { -1, "\x02\x01\xff", 3 },
                { -129, "\x02\x02\xff\x7f", 4 }, { 65535, "\x02\x03\x00\xff\xff", 5 }, { INT64_MAX, "\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff", 10 },
                { INT64_MIN, "\x02\x08\x80\0\0\0\0\0\0\0", 10 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_str_ struct str s = {};
                int64_t number;
                struct ber content;
                ber_put_number(&s, BER_INTEGER, rows[i].number);
                assert_int_equal(s.length, rows[i].n);
                assert_memory_equal(s.text, rows[i].bytes, rows[i].n);
                struct ber in = { (uint8_t *) s.text, s.length };
                assert_int_equal(ber_expect(&in, BER_INTEGER, &content), 0);
                assert_int_equal(ber_number(&content, &number), 0);
                assert_true(number == rows[i].number);
                assert_int_equal(in.n, 0);
        }
}

static void long_values_nest(void **state) {
        char text[70000];
        memset(text, 'x', sizeof text);
        static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 70000 };
        for (size_t i = 0; i < ELEMENTS(sizes); i++) {
                _cleanup_str_ struct str s = {}, inner = {};
                struct ber outer, content;
                ber_put(&inner, BER_OCTETS, text, sizes[i]);
                ber_put_built(&s, BER_APPLICATION(10), &inner);
                assert_int_equal(ber_size((uint8_t *) s.text, s.length), s.length);
                struct ber in = { (uint8_t *) s.text, s.length };
                assert_int_equal(ber_expect(&in, BER_APPLICATION(10), &outer), 0);
                assert_int_equal(ber_expect(&outer, BER_OCTETS, &content), 0);
                assert_int_equal(content.n, sizes[i]);
                assert_int_equal(ber_expect(&outer, BER_OCTETS, &content), -EBADMSG);
        }
}

static void refuses_what_is_broken(void **state) {
        static const struct {
                const char *bytes;
                size_t n;
                int r;
                ssize_t size;
        } rows[] = {
                { "", 0, -ENODATA, 0 },
                { "\x04", 1, -EBADMSG, 0 },
                { "\x04\x05" "abcd", 6, -EBADMSG, 7 },                  /* one byte is missing */
                { "\x30\x80\x00\x00", 4, -EBADMSG, -EBADMSG },          /* of indefinite length */
                { "\x04\x84\xff\xff\xff\xff", 6, -EBADMSG, 6 + 0xffffffffL },
                { "\x04\x89\x01\x01\x01\x01\x01\x01\x01\x01\x01", 11, -EBADMSG, -EBADMSG },
                { "\x1f\x81\x01\x00", 4, -EBADMSG, -EBADMSG },          /* a tag of two bytes */
                { "\x04\x82\x01", 3, -EBADMSG, 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct ber in = { (const uint8_t *) rows[i].bytes, rows[i].n }, content;
                int tag;
                assert_int_equal(ber_next(&in, &tag, &content), rows[i].r);
                assert_int_equal(ber_size((const uint8_t *) rows[i].bytes, rows[i].n), rows[i].size);
        }
        int64_t number;
        assert_int_equal(ber_number(&(struct ber) { (const uint8_t *) "123456789", 9 }, &number), -EBADMSG);
        assert_int_equal(ber_number(&(struct ber) { (const uint8_t *) "", 0 }, &number), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_go_there_and_back),
                cmocka_unit_test(long_values_nest),
                cmocka_unit_test(refuses_what_is_broken),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
