/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the fake host holds, by name: "images full", "services none", … */

#include "tests/fake/host.h"

#define FIXTURE_NOW 1795521600LL        /* 2026-11-24 12:00:00 UTC */

/* Points the host's builder for `what` at the variant `which`; false: there is none of that name. */
bool fixture_use(struct fake_host *fake, const char *what, const char *which);

/* A job by name, for watchers: "running", "done", … ; NULL: none of that name. The caller frees. */
struct job *fixture_job(const char *which);
