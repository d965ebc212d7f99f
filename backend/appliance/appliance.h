/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a person in front of the host wants to know before any login: where it is reached, and that it is this
 * host. */

#include "base/base.h"

/* Interfaces that are up, each with its addresses: "enp1s0 192.0.2.7, 2001:db8::7". Neither loopback nor
 * link-local ones. The caller frees. */
char **appliance_addresses(void);

/* The host's SSH keys below root ("": the host's own), as ssh(1) asks for them: "ED25519 SHA256:…". The
 * caller frees. */
char **appliance_host_keys(const char *root);

/* ---- the end ---- */

/* What asks, by logind, that the host is not shut down: a line each. The caller frees; NULL: nothing does. */
int power_inhibitors(char ***ret, struct error **reterr);

enum power { POWER_OFF, POWER_REBOOT };
/* Asks logind. It goes down behind the answer. */
int power_do(enum power what, struct error **reterr);
