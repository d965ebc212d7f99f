/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether somebody else sets this host up. */

#include "backend/io/paths.h"

/* Why nothing is done: the kernel's words say so, cloud-init or Ignition provisioned the host, or setup is
 * done. A sentence without its stop, the caller's; NULL: nothing speaks against it. */
char *provisioned_reason(const struct paths *paths, char *const *words);

/* Why nobody can be asked on this host; an answer file is none the less carried out. The same. */
char *provisioned_unasked(char *const *words);
