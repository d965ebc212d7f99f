/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job that has no worker any more is resumed or rolled back from a screen that shows it. Asks first, with
 * what it would mean; then for the secrets it needs again; then the job's own screen is opened anew. */

#include "base/secret.h"
#include "model/host.h"
#include "ui/screen.h"

/* All zero: nothing is resumed. The screen has it in its state and points to it (screen.resume). */
struct resume_job {
        struct op *op;
        char *id;               /* of the job */
        enum job_resume how;
        char **names;           /* of the secrets that are still to be asked for */
        struct secret_list *secrets;
};
void resume_job_done(struct resume_job *resume);

/* Does it make sense for the job as it is? True for actions that are none of these. */
bool resume_job_fits(const struct job *job, enum action action);

/* ACTION_RESUME or ACTION_ROLLBACK, for a job that they fit. */
void resume_job_begin(struct screen *s, const struct job *job, enum action action);
