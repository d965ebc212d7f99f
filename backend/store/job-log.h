/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's log: all output of its command as it came, secrets taken out, and between it what fairlead has to
 * say. */

#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/* Beyond this much output the rest is only counted; the command goes on. */
#define JOBLOG_BYTES_MAX (1024ULL * 1024 * 1024)

struct joblog;

/* Appends to `log` in the job's folder. */
int joblog_new(int folder, const struct secret_list *secrets, struct joblog **ret, struct error **reterr);
struct joblog *joblog_free(struct joblog *log);
DEFINE_CLEANUP(struct joblog, joblog_free)

/* Output of the command. A full disk does not stop it: what is lost is counted and said once. */
void joblog_output(struct joblog *log, const void *bytes, size_t n);

/* A line of fairlead's own ("fairlead: …"), on a line by itself. */
void joblog_note(struct joblog *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The output has ended: what waited for a secret to be complete is written, and everything synced. */
void joblog_flush(struct joblog *log);
