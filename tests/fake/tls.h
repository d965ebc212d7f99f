/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A TLS server on 127.0.0.1, in a child: its certificate is good for dc1.example.test, or bad in one way. */

#include <stdint.h>
#include <sys/types.h>

enum fake_tls_kind {
        FAKE_TLS_GOOD,
        FAKE_TLS_EXPIRED,
        FAKE_TLS_EARLY,         /* not valid yet */
        FAKE_TLS_OTHER_NAME,    /* of other.example.test */
        FAKE_TLS_PLAIN,         /* does not speak TLS */
        FAKE_TLS_SILENT,        /* accepts, and says nothing */
};

struct fake_tls {
        pid_t pid;
        uint16_t port;
        char ca[4096], other_ca[4096]; /* PEM: its CA, and one that did not sign it */
};

/* Returns when it listens; its answers come from another process. */
void fake_tls_start(struct fake_tls *fake, enum fake_tls_kind kind);
/* Kills it. */
void fake_tls_stop(struct fake_tls *fake);
