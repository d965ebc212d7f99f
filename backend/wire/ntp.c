/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/ntp.h"

#define MODE_CLIENT 3U
#define MODE_SERVER 4U
#define VERSION_SENT 4U
#define LEAP_UNKNOWN 3U /* the server's own clock is not synchronized */
#define STRATUM_MAX 15U
#define ORIGINATE 24U /* what the request had as its time */
#define TRANSMIT 40U
#define EPOCH 2208988800LL /* of 1970, in seconds since 1900 */
#define ERA (1LL << 32)    /* begins in 2036 */

static uint64_t ntp_number(const uint8_t *at, size_t n) {
        uint64_t number = 0;
        while (n--)
                number = number << 8 | *at++;
        return number;
}

void ntp_request(uint64_t cookie, uint8_t ret[static NTP_BYTES]) {
        memset(ret, 0, NTP_BYTES);
        ret[0] = VERSION_SENT << 3 | MODE_CLIENT;
        for (unsigned i = 0; i < 8; i++)
                ret[TRANSMIT + i] = (uint8_t) (cookie >> (56 - 8 * i));
}

int ntp_read(const void *bytes, size_t n, uint64_t cookie, int64_t *ret_usec) {
        const uint8_t *b = bytes;
        if (n < NTP_BYTES || (b[0] & 7U) != MODE_SERVER || b[0] >> 6 == LEAP_UNKNOWN || b[1] == 0 ||
            b[1] > STRATUM_MAX || ntp_number(b + ORIGINATE, 8) != cookie)
                return -EBADMSG;
        int64_t seconds = (int64_t) ntp_number(b + TRANSMIT, 4);
        uint64_t fraction = ntp_number(b + TRANSMIT + 4, 4);
        if (!seconds && !fraction)
                return -EBADMSG;
        if (seconds < EPOCH)
                seconds += ERA;
        *ret_usec = (seconds - EPOCH) * 1000000 + (int64_t) (fraction * 1000000 >> 32);
        return 0;
}
