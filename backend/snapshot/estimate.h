/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Estimates the size of a job's snapshot before its first effect, and names in the plan's findings the
 * objects left out: too large, another file system, where others write. Only names and sizes are read, piece
 * by piece in the loop. */

#include <systemd/sd-event.h>

#include "backend/io/paths.h"
#include "model/plan/plan.h"

struct estimate;

/* done() is called from the loop, once, when the plan is filled in; plan and paths must stay until then.
 * NULL: nothing to estimate (the plan has no job), or not possible now: the job itself will report the
 * objects left out. */
struct estimate *estimate_new(sd_event *event, const struct paths *paths, struct plan *plan,
                              void (*done)(void *userdata), void *userdata);
struct estimate *estimate_free(struct estimate *e);
DEFINE_CLEANUP(struct estimate, estimate_free)
