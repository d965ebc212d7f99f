/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The time of a server by SNTP (RFC 4330): one datagram there, one back. Nothing proves it: it is good for a
 * hint, not for setting a clock. */

#include "base/base.h"

#define NTP_PORT 123U
#define NTP_BYTES 48U

/* A request; cookie: bytes that nobody can guess, which the answer to it has, too. */
void ntp_request(uint64_t cookie, uint8_t ret[static NTP_BYTES]);

/* The server's clock, in microseconds since the epoch. -EBADMSG: this is no answer to it, or of a server that
 * does not know the time. */
int ntp_read(const void *bytes, size_t n, uint64_t cookie, int64_t *ret_usec);
