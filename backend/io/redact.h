/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Takes secrets out of a stream of bytes: each as it is, and as URL, JSON and base64 (at any of the three
 * alignments) write it. What could be the beginning of a secret waits for what follows. reference/security.md
 * section 3. */

#include <stddef.h>

#include "base/cleanup.h"
#include "base/secret.h"

/* Shorter ones would take half of the text with them, and say less than what is left. */
#define REDACT_BYTES_MIN 3U

struct redact;

/* The secrets are copied into locked memory. NULL when it cannot be had. No secrets: everything passes
 * untouched. */
struct redact *redact_new(const struct secret_list *secrets);
struct redact *redact_free(struct redact *redact);      /* wipes */
DEFINE_CLEANUP(struct redact, redact_free)

/* Gives what may be shown to sink(), in one or more pieces; a secret comes out as "[secret]". */
void redact_write(struct redact *redact, const void *bytes, size_t n,
                  void (*sink)(const void *bytes, size_t n, void *userdata), void *userdata);

/* The stream has ended: what waits is given. */
void redact_flush(struct redact *redact, void (*sink)(const void *bytes, size_t n, void *userdata),
                  void *userdata);
