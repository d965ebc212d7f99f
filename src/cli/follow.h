/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job watched from the command line: its steps and output as they come. */

#include "cli/session.h"

/* Follows the job to its end; prints its output cleaned, line by line, and the steps. On a terminal what is
 * typed goes to the command, Ctrl-C leaves (the job goes on) after saying how to come back. An exit status: 0
 * done, 1 failed or cancelled, 4 there is no such job. */
int follow_job(struct session *s, const char *id);

/* The same from a byte of the log on. undo: the job is being rolled back, so that failed or cancelled is the
 * wanted result. */
int follow_job_from(struct session *s, const char *id, uint64_t offset, bool undo);

/* A job resumed or rolled back by a new worker, and followed (with detach: its id is printed). secrets are
 * taken over. */
int follow_resumed(struct session *s, const struct job *job, enum job_resume how,
                   struct secret_list *secrets, bool detach);

/* The job of this id; a sentence and -ENOENT when there is none. */
int find_job(struct session *s, const char *id, struct job **ret, struct error **reterr);

/* Prints the job as JSON. An exit status. */
int follow_print_job(struct session *s, const char *id);

/* Plans, shows, asks for consent where it is missing, starts and follows: what install and uninstall share.
 * `order` is read by cli/order.h. With JSON asked for, the plan is printed when it is refused or nobody
 * consented, else the job at its end (detached: as it is now). */
struct order;
struct arguments;
int follow_order(struct session *s, struct order *order, const struct arguments *a);

/* The same with another end: called when the job has come to its end, in the place of printing it as JSON,
 * else behind its result. What it returns is the exit status. */
typedef int (*follow_end_t)(struct session *s, const struct job *job, const struct arguments *a);
int follow_order_to(struct session *s, struct order *order, const struct arguments *a, follow_end_t end);
