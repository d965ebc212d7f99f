/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SHA-256 by libcrypto, in hex. */

#include "model/plan/plan.h"

#define DIGEST_HEX 65U /* 64 digits and the NUL */
void digest_bytes(const void *bytes, size_t n, char hex[static DIGEST_HEX]);

/* Of plan_consent_text(), to which a consent to this plan is bound. */
void digest_plan(const struct plan *plan, char hex[static DIGEST_HEX]);

/* The content of fd, from beginning to end (pread(2): its offset does not move). 0, or read's errno. */
int digest_fd(int fd, char hex[static DIGEST_HEX]);
