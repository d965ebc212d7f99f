/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A secret typed on standard input, not shown on a terminal. */

#include "base/secret.h"

/* Asks with the title and reads one line into secret. -EIO at the end of the input; what secret_set()
 * refuses. */
int typed_secret(const char *title, struct secret *secret);
