/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Actions for the job that a screen is about (screen.about has its id).
 *
 * One that lost its worker is resumed or rolled back: asks first, with the consequences; then for the secrets
 * again; then opens the job's own screen anew.
 *
 * A join that failed for a known reason (model/realm/failure.h) is tried again: the wizard opens with all its
 * answers, at the page where the reason is fixed. */

#include "ui/screen.h"

/* In close(). */
void job_acting_done(struct screen *s);

/* Whether an action was begun and has not ended. */
bool job_acting_runs(const struct screen *s);

/* Whether the action is possible for the job as it is (NULL: not known); true for actions of others. */
bool job_action_fits(const struct job *job, enum action action);

/* ACTION_RESUME, ACTION_ROLLBACK or ACTION_FIX, for a job that allows it. */
void job_acting_begin(struct screen *s, const struct job *job, enum action action);

/* A line about the reason why the job failed, with the key of its fix; the rows it took. */
int job_action_draw_fix(const struct job *job, const struct canvas *c, int row);
