/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Base64 (RFC 4648). Each call makes one allocation, which the caller frees: of a secret there is no other
 * copy to wipe. */

#include <stdbool.h>
#include <stddef.h>

/* With padding; url: with "-" and "_" (its section 5). */
char *base64_write(const void *bytes, size_t n, bool url);

/* The bytes and a NUL behind them; blanks and ends of lines are passed over, padding may be missing. NULL: it
 * is none. */
char *base64_read(const char *text, size_t n, size_t *ret_n);
