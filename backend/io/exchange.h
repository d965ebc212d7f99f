/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A short conversation with one address: connect, say something, hear the answer; over TCP or UDP, never
 * longer and never larger than given. The content is the caller's. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/op.h"

#define EXCHANGE_MAX (256U * 1024)      /* bytes of a stream that are heard */

struct exchange;

struct exchange_options {
        const char *address;            /* numeric */
        uint16_t port;
        bool datagram;                  /* said again after 100, 200, 300, 400 ms, then each second, until
                                         * something comes */
        const void *request;            /* NULL: connecting is all */
        size_t n;
        unsigned ms;                    /* at most, from the start to the answer */

        /* What came: one datagram, or the stream from where heard() left off. Returns how many of the bytes
         * it has used (0: more is needed), or a negative errno with a sentence: over TCP that ends the
         * exchange; a datagram is passed over and the next one waited for. *ret_over: that was all. It may
         * call exchange_say(), and must not drop the handle. NULL: connecting is all. */
        ssize_t (*heard)(struct exchange *exchange, const uint8_t *bytes, size_t n, bool *ret_over,
                         void *userdata, struct error **reterr);
        /* Once. e NULL: it went as wished, in so many ms. Codes: -ECONNREFUSED nothing listens, -ETIMEDOUT,
         * -EHOSTUNREACH, -ECONNRESET it hung up, -EBADMSG an answer that is none. */
        void (*done)(unsigned ms, struct error *e, void *userdata);
        void *userdata;
};

/* What is wrong comes through done(). */
struct op *exchange_start(sd_event *event, const struct exchange_options *options);

/* From heard(): says more. */
int exchange_say(struct exchange *exchange, const void *bytes, size_t n);
