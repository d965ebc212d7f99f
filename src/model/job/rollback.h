/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a rollback of a job that is done means: what is restored, and what later jobs have to do with it. */

#include "model/job/job.h"

/* Whether there is something to restore: not after a rehearsal, a renewal of keys, a command. */
bool rollback_fits(const struct job *job);

/* 0; or -ESTALE with a sentence and a hint where a later job of the same service has built on its result. */
int rollback_check(const struct job *job, const struct job_list *all, struct error **reterr);

/* What goes back, what stays, and which later jobs may have changed the same files. The caller frees. */
char *rollback_text(const struct job *job, const struct job_list *all);
