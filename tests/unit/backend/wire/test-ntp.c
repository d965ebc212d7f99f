/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server of the time answers. */
#include "backend/wire/ntp.h"
#include "tests/test.h"

#define COOKIE 0x0123456789abcdefULL

static void answer(uint8_t bytes[static NTP_BYTES], uint32_t seconds) {
        uint8_t request[NTP_BYTES];
        ntp_request(COOKIE, request);
        memset(bytes, 0, NTP_BYTES);
        bytes[0] = 0x24;
        bytes[1] = 2;
        memcpy(bytes + 24, request + 40, 8);
        for (unsigned i = 0; i < 4; i++)
                bytes[40 + i] = (uint8_t) (seconds >> (24 - 8 * i));
        bytes[44] = 0x80;
}

static void reads_the_time(void **state) {
        static const struct {
                uint32_t seconds; /* since 1900, or since 2036 */
                int64_t usec;
        } rows[] = {
                { 4004510400U, 1795521600500000 }, { 2208988800U, 500000 }, { 0, 2085978496500000 }, { 100, 2085978596500000 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                uint8_t bytes[NTP_BYTES];
                int64_t usec = 0;
                answer(bytes, rows[i].seconds);
                assert_int_equal(ntp_read(bytes, sizeof bytes, COOKIE, &usec), 0);
                assert_int_equal(usec, rows[i].usec);
        }
}

static void refuses_what_is_no_answer(void **state) {
        static const struct {
                size_t at;
                uint8_t byte;
        } rows[] = { { 0, 0x23 }, { 0, 0xe4 }, { 1, 0 }, { 1, 16 }, { 24, 0xff }, { 31, 0 } };
        uint8_t bytes[NTP_BYTES];
        int64_t usec = 0;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                answer(bytes, 4004510400U);
                bytes[rows[i].at] = rows[i].byte;
                assert_int_equal(ntp_read(bytes, sizeof bytes, COOKIE, &usec), -EBADMSG);
        }
        answer(bytes, 4004510400U);
        assert_int_equal(ntp_read(bytes, sizeof bytes - 1, COOKIE, &usec), -EBADMSG);
        answer(bytes, 0);
        bytes[44] = 0;
        assert_int_equal(ntp_read(bytes, sizeof bytes, COOKIE, &usec), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(reads_the_time), cmocka_unit_test(refuses_what_is_no_answer) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
