/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The steps of fairlead-worker, for worker_options.steps (backend/worker/worker.h). */

#include "model/job/job.h"

struct step;

/* Implementation of a step for this kind of job; never NULL. */
const struct step *steps_find(enum plan_verb verb, enum job_step step);
