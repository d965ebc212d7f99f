/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job watched from the command line: its steps and output as they come. */

#include "session.h"

/* Follows the job to its end; prints its output cleaned, line by line, and the steps. On a terminal what is typed goes to the command,
 * Ctrl-C leaves (the job goes on) after saying how to come back. An exit status: 0 done, 1 failed or cancelled, 4 there is no such job. */
int follow_job(struct session *s, const char *id);

/* Plans, shows, asks for consent where it is missing, starts and follows: what install and uninstall share. `order` is read by order.h. */
struct order;
struct arguments;
int follow_order(struct session *s, struct order *order, const struct arguments *a);
