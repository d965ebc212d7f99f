/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What was looked at behind a join, in a job's result. */

#include "model/job/job.h"
#include "ui/widgets/canvas.h"

/* From this row on; returns how many rows it took. Nothing for a job that was put back, or that joined
 * nothing. */
int jobchecks_draw(const struct job *job, const struct canvas *c, int row);
