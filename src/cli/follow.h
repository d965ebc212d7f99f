/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Follows a job on the command line: its steps and its output as they come. */

#include "cli/session.h"

/* Follows the job to its end; prints its steps and its output, cleaned, line by line. On a terminal, typed
 * text goes to the command, and Ctrl-C leaves (the job goes on) after printing how to come back. Returns
 * EXIT_DONE, EXIT_FAILED (also when cancelled) or EXIT_NOT_FOUND. */
int follow_job(struct session *s, const char *id);

/* The same from a byte of the log on. undo: the job is being rolled back, so failed or cancelled is the
 * wanted result. */
int follow_job_from(struct session *s, const char *id, uint64_t offset, bool undo);

/* Resumes or rolls back a job by a new worker and follows it (detach: prints its id). Takes secrets. */
int follow_resumed(struct session *s, const struct job *job, enum job_resume how,
                   struct secret_list *secrets, bool detach);

/* The same where standard output leads to a pager or a file: nothing is typed, and with `now` it ends behind
 * what is there, without waiting for the end of the job. */
int follow_job_output(struct session *s, const char *id, bool now);

/* -ENOENT with a sentence when the job is not found. */
int find_job(struct session *s, const char *id, struct job **ret, struct error **reterr);

/* Prints the job as JSON; an exit status. */
int follow_print_job(struct session *s, const char *id);

/* Plans, shows, asks for consent where it is missing, starts and follows: shared by install and uninstall.
 * `order` is read by cli/order.h. With JSON, the plan is printed when it is refused or consent is missing,
 * else the job at its end (detached: in its present state). */
struct order;
struct arguments;
int follow_order(struct session *s, struct order *order, const struct arguments *a);

/* The same with another end, called when the job has ended: in the place of its JSON, else after its result.
 * Returns the exit status. */
typedef int (*follow_end_t)(struct session *s, const struct job *job, const struct arguments *a);
int follow_order_to(struct session *s, struct order *order, const struct arguments *a, follow_end_t end);
