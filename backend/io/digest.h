/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SHA-256 by libcrypto, in hex. */

#include "model/plan/plan.h"

#define DIGEST_HEX 65U          /* 64 digits and the NUL */

/* A reusable hash: digest_begin(), any number of digest_add(), digest_end(). NULL when libcrypto has no
 * SHA-256 or no memory. */
struct digest;
struct digest *digest_new(void);
struct digest *digest_free(struct digest *digest);
DEFINE_CLEANUP(struct digest, digest_free)
int digest_begin(struct digest *digest);                                /* 0 or -EIO */
int digest_add(struct digest *digest, const void *bytes, size_t n);
int digest_end(struct digest *digest, char hex[static DIGEST_HEX]);

/* begin, add and end in one call. */
int digest_bytes(struct digest *digest, const void *bytes, size_t n, char hex[static DIGEST_HEX]);

/* The hash of plan_consent_text(), to which a consent to this plan is bound. 0, -ENOMEM or -EIO. */
int digest_plan(const struct plan *plan, char hex[static DIGEST_HEX]);

/* The content of fd, from beginning to end (pread(2): its offset does not move). -EIO, or read's errno. */
int digest_fd(struct digest *digest, int fd, char hex[static DIGEST_HEX]);
