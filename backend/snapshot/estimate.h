/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Estimates the size of a job's snapshot before its first effect, and names the objects left out in the
 * plan's findings: too large, another file system, where others write. Reads only names and sizes, piece by
 * piece. */

#include <systemd/sd-event.h>

#include "backend/io/paths.h"
#include "model/plan/plan.h"

struct estimate;

/* done() is called from the loop, once, when the plan is filled in; plan and paths must stay until then.
 * NULL: the plan has no job, or no estimate is possible now: the job itself will report objects left out. */
struct estimate *estimate_new(sd_event *event, const struct paths *paths, struct plan *plan,
                              void (*done)(void *userdata), void *userdata);
struct estimate *estimate_free(struct estimate *e);
DEFINE_CLEANUP(struct estimate, estimate_free)
