/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What can be known of the host by reading small files: its names, and which programs it has. Nothing here
 * asks DNS, so nothing here can wait. root stands before each path ("": the host). */

#include <stdbool.h>

#include "model/command/command.h"

struct facts {
        char *hostname;         /* as the kernel has it; never NULL after facts_read() but out of memory */
        char *fqdn;             /* the whole name, where /etc/hosts or the host name has it; NULL */
        char *domain;           /* of fqdn, else the first search domain of /etc/resolv.conf; NULL */
        char *realm;            /* default_realm of /etc/krb5.conf, else the domain in capitals; NULL */
};
void facts_read(const char *root, struct facts *ret);
void facts_done(struct facts *facts);

/* For the port's suggest(): "hostname", "fqdn", "domain", "realm"; NULL for what is not known. Borrowed. */
const char *facts_suggest(const struct facts *facts, const char *what);

/* The engine's program: absolute, constant; of ENGINE_NONE the first there is. NULL: not installed. */
const char *facts_engine_program(const char *root, enum engine_kind kind);

/* Is Podman's generator for .container files there? (podman-systemd.unit(5), from Podman 4.4 on; folders of
 * systemd.generator(7)) */
bool facts_quadlet(const char *root);
