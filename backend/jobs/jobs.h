/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The client's side of jobs: start, list, follow and cancel them. The worker's side is
 * backend/worker/worker.h. A job is its folder: `state`/jobs/ID/ with plan.json, journal, snapshot/, log,
 * result.json; the control socket `run`/ID.sock only carries cancel, input and window size. */

#include "backend/io/paths.h"
#include "backend/systemd/units.h"
#include "model/job/retention.h"

struct jobs;

/* units: NULL where systemd does not run: the worker is then a detached child. */
struct jobs *jobs_new(sd_event *event, const struct paths *paths, struct units *units);
struct jobs *jobs_free(struct jobs *jobs);
DEFINE_CLEANUP(struct jobs, jobs_free)

struct op *jobs_start(struct jobs *jobs, const struct plan *plan, struct secret_list *secrets,
                      started_done_t done, void *userdata);
/* A new worker resumes a job without one (or undoes it after its end). -EBUSY: another job, or a worker of
 * this one, is running. done() gets its id when the worker has begun. */
struct op *jobs_resume(struct jobs *jobs, const char *id, enum job_resume how, struct secret_list *secrets,
                       started_done_t done, void *userdata);
int jobs_list(struct jobs *jobs, struct job_list **ret, struct error **reterr);
int jobs_read(struct jobs *jobs, const char *id, struct job **ret, struct error **reterr);
/* by inotify; no polling while nothing changes */
struct op *jobs_watch(struct jobs *jobs, const char *id, const struct job_watcher *watcher);
int jobs_cancel(struct jobs *jobs, const char *id, struct error **reterr);
int jobs_input(struct jobs *jobs, const char *id, const void *bytes, size_t n, struct error **reterr);
int jobs_size(struct jobs *jobs, const char *id, unsigned rows, unsigned columns);
/* A job began, moved or ended: coalesced. One listener; changed() may replace it. NULL: none. */
void jobs_listen(struct jobs *jobs, void (*changed)(void *userdata), void *userdata);
/* The exact changes of a job, by its id, or of the install (and the upgrades) behind a service, by the
 * service's name; with a text diff of each text file on request (at most 256 KiB of each file is saved for
 * that). -ENOENT: no such job or service; -ENODATA: the job did not come that far. */
int jobs_changes(struct jobs *jobs, const char *of, bool diffs, struct change_report **ret,
                 struct error **reterr);
/* Removes closed jobs beyond the limits, or (all) every one; really false: only looks. -EBUSY: a job is
 * running. */
int jobs_prune(struct jobs *jobs, bool all, bool really, struct pruning *ret, struct error **reterr);
/* The plan of a job, from its folder. */
int jobs_plan(struct jobs *jobs, const char *id, struct plan **ret, struct error **reterr);
