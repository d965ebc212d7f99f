/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's log: the raw output of its command without secrets, and lines of fairlead's own. */

#include "base/base.h"
#include "base/secret.h"

/* Output beyond this is only counted; the command goes on. */
#define JOBLOG_BYTES_MAX (1024ULL * 1024 * 1024)

struct joblog;

/* Appends to `log` in the job's folder. */
int joblog_new(int folder, const struct secret_list *secrets, struct joblog **ret, struct error **reterr);
struct joblog *joblog_free(struct joblog *log);
DEFINE_CLEANUP(struct joblog, joblog_free)

/* Output of the command. A full disk does not stop it: lost bytes are counted and reported once. */
void joblog_output(struct joblog *log, const void *bytes, size_t n);

/* A line of fairlead's own ("fairlead: …"). */
void joblog_note(struct joblog *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* After the end of the output: writes bytes held back as a possible part of a secret, and syncs. */
void joblog_flush(struct joblog *log);
