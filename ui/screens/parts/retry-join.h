/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tries a join again that failed for a known reason (model/realm/failure.h), from the screen that shows its
 * job: the wizard opens with all its answers, at the page where the reason is fixed. */

#include "model/realm/failure.h"
#include "ui/screens/parts/resume-job.h"

/* The reason why this job failed, where it can be fixed; NULL. */
const struct failure *retry_join_reason(const struct job *job);

/* A line about the reason, with its key; the rows it took. */
int retry_join_draw(const struct job *job, const struct canvas *c, int row);

/* As resume_job_begin(), by screen.resume. Asks first where the fix has a consequence. */
void retry_join_begin(struct screen *s, const struct job *job);
