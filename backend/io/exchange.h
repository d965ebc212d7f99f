/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One short exchange with one address, over TCP or UDP: connect, send, receive the answer, bounded in time
 * and size. The content is the caller's. */

#include <systemd/sd-event.h>

#include "base/base.h"
#include "base/op.h"

#define EXCHANGE_MAX (256U * 1024)      /* bytes received of a stream */
#define EXCHANGE_MS 3000U               /* from the start to the answer */

struct exchange;

struct exchange_options {
        const char *address;            /* numeric */
        uint16_t port;
        bool datagram;                  /* sent again after 100, 200, 300, 400 ms, then each second */
        const void *request;            /* NULL: only connect */
        size_t n;

        /* The received bytes: one datagram, or the stream from where heard() left off. Returns how many of
         * them it has used (0: more is needed), or a negative errno with a sentence: over TCP that ends the
         * exchange; a datagram is skipped and the next one awaited. *ret_over: the answer is complete. It may
         * call exchange_say(), and must not drop the handle. NULL: only connect. */
        ssize_t (*heard)(struct exchange *exchange, const uint8_t *bytes, size_t n, bool *ret_over,
                         void *userdata, struct error **reterr);
        /* Once. e NULL: success, in so many ms. Codes: -ECONNREFUSED nothing listens, -ETIMEDOUT,
         * -EHOSTUNREACH, -ECONNRESET the peer hung up, -EBADMSG an invalid answer. */
        void (*done)(unsigned ms, struct error *e, void *userdata);
        void *userdata;
};

/* Errors come through done(). */
struct op *exchange_start(sd_event *event, const struct exchange_options *options);

/* From heard(): sends more. */
void exchange_say(struct exchange *exchange, const void *bytes, size_t n);
