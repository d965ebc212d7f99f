/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A secret typed on standard input, without echo on a terminal. */

#include "base/secret.h"

/* Asks with the title and reads one line into secret. -EIO at the end of the input, or an error of
 * secret_set(). */
int typed_secret(const char *title, struct secret *secret);
