/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finished jobs: which of them stay, and with what (model/job/retention.h), carried out on `state`/jobs. A
 * run that dies leaves each folder as it was, or on its way out under a name that nobody lists; the next one
 * goes on. The caller holds the lock of the host. */

#include "backend/io/paths.h"
#include "model/job/retention.h"

/* limits NULL: those of `config`/fairlead.conf. really false: only looks. Refuses (negative, nothing
 * touched) while a record of a service cannot be read, as it may need any of the jobs. *ret is the caller's,
 * also then. */
int retention_run(const struct paths *paths, const struct retention *limits, bool really,
                  struct pruning *ret, struct error **reterr);

/* The sizes of jobs, as the last run measured them: "ID BYTES" lines; the caller frees. NULL: none. */
char *retention_sizes(const struct paths *paths);
uint64_t retention_size(const char *sizes, const char *id); /* 0: not measured */
