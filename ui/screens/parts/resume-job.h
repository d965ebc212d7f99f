/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Resumes or rolls back a job that lost its worker, from a screen that shows it. Asks first, with the
 * consequences; then for the secrets again; then opens the job's own screen anew. */

#include "base/secret.h"
#include "model/host.h"
#include "ui/screen.h"

/* All zero: none. The screen has it in its state and points to it (screen.resume). */
struct resume_job {
        struct op *op;
        char *id;               /* of the job */
        enum job_resume how;
        char **names;           /* of the secrets still to be asked for */
        struct secret_list *secrets;
};
void resume_job_done(struct resume_job *resume);

/* Whether the action is possible for the job as it is; true for actions that are neither. */
bool resume_job_fits(const struct job *job, enum action action);

/* ACTION_RESUME or ACTION_ROLLBACK, for a job that allows it. */
void resume_job_begin(struct screen *s, const struct job *job, enum action action);
