/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Estimates what the job of a plan will save before its first effect, and names in the plan's findings what
 * it will not: too large, another file system, where others write. Only names and sizes are read, piece by
 * piece in the loop. */

#include <systemd/sd-event.h>

#include "backend/io/paths.h"
#include "model/plan/plan.h"

struct estimate;

/* done() is called from the loop, once, when the plan is filled in; plan and paths must stay until then.
 * NULL: there is nothing to estimate (the plan is none of a job), or it cannot be done now: the job itself
 * will say what it does not save. */
struct estimate *estimate_new(sd_event *event, const struct paths *paths, struct plan *plan,
                              void (*done)(void *userdata), void *userdata);
struct estimate *estimate_free(struct estimate *e);
DEFINE_CLEANUP(struct estimate, estimate_free)
