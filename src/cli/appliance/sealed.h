/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Credentials that only this host can read, in the folder where systemd looks for them (systemd.exec(5)), by
 * systemd-creds(1). */

#include "base/base.h"

#define SEALED_FOLDER "/etc/credstore.encrypted"

/* Encrypts what fd has, to the TPM where there is one, else to the host's key, and puts it into the folder.
 * Negative errno with a sentence; a former one of the name stays then. */
int sealed_write(const char *name, int fd, struct error **reterr);

/* Whether one of that name is sealed to this host, or to another one. */
bool sealed_exists(const char *name);

/* A memfd with its content; the caller closes it. -ENOENT with a sentence: there is none. */
int sealed_read(const char *name, struct error **reterr);
