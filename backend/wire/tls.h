/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A TLS handshake with a server, only to see whether its certificate can be verified by given CA
 * certificates: nothing is said afterwards. */

#include <systemd/sd-event.h>

#include "base/base.h"
#include "base/op.h"

struct tls_options {
        const char *address;    /* numeric */
        uint16_t port;
        const char *host;       /* the name that the certificate must have */
        const char *pem;        /* the CA certificates, and nothing else of the system's */
        size_t n;
};

/* done(): e NULL: verified. -EKEYREJECTED: a sentence about the server's certificate (another CA, expired,
 * another name, a weak key). All else is of the way there (backend/io/exchange.h), or no TLS (-EBADMSG). */
struct op *tls_try(sd_event *event, const struct tls_options *options,
                   void (*done)(struct error *e, void *userdata), void *userdata);
