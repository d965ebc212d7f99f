/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A join that failed for a reason that is known (model/realm/failure.h) is tried again from the screen that
 * shows its job: the wizard opens with all its answers, at the page where its reason is fixed. */

#include "model/realm/failure.h"
#include "ui/screens/parts/resume-job.h"

/* Why this job failed, where something can be done about it; NULL. */
const struct failure *retry_join_reason(const struct job *job);

/* A line that says so, with its key; the rows it took. */
int retry_join_draw(const struct job *job, const struct canvas *c, int row);

/* As resume_job_begin(), by screen.resume. Asks first where the fix has a consequence. */
void retry_join_begin(struct screen *s, const struct job *job);
