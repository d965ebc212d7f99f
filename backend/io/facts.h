/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Facts of the host from small files: its names, and its programs. Nothing here asks DNS, so nothing waits.
 * root goes before each path ("": the host). */

#include "model/command/command.h"

struct facts {
        char *hostname;         /* of the kernel; never NULL after facts_read() */
        char *fqdn;             /* of /etc/hosts or the host name; NULL */
        char *domain;           /* of fqdn, else the first search domain of /etc/resolv.conf; NULL */
        char *realm;            /* default_realm of /etc/krb5.conf, else the domain in capitals; NULL */
};
void facts_read(const char *root, struct facts *ret);
void facts_done(struct facts *facts);

/* For the port's suggest(): "hostname", "fqdn", "domain", "realm"; NULL: not known. Borrowed. */
const char *facts_suggest(const struct facts *facts, const char *what);

/* The engine's program: absolute, constant; of ENGINE_NONE the first installed one. NULL: not installed. */
const char *facts_engine_program(const char *root, enum engine_kind kind);

/* Whether Podman's generator for .container files is installed (podman-systemd.unit(5), from Podman 4.4 on;
 * folders of systemd.generator(7)). */
bool facts_quadlet(const char *root);
