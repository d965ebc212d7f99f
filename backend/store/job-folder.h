/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's folder, `state`/jobs/ID (0700): plan.json, journal, log, result.json or `refused`, and snapshot/
 * with `manifest` (before the job), `after` (its changes; `whole`: with its last step), `undo` (the state
 * at the beginning of an undo) and blobs/; of an upgrade also `origin` and `result` (the state before the
 * service was installed, and all its changes since); of a rehearsal only `untouched` and `rehearsed` (each
 * changed path, on the host and in the copy) and the contents of small files. Consoles and workers read
 * it. */

#include "backend/io/paths.h"
#include "backend/io/digest.h"
#include "model/job/changes.h"
#include "model/job/job.h"

/* Creates the folder of a new job with its plan in it. *ret_id is the caller's. */
int jobfolder_make(const struct paths *paths, const struct plan *plan, char **ret_id, struct error **reterr);

/* Opens it; the caller closes. -ENOENT with a sentence. */
int jobfolder_open(const struct paths *paths, const char *id, struct error **reterr);
int jobfolder_remove(const struct paths *paths, const char *id);

/* The rest of removals that died. */
void jobfolder_sweep(const struct paths *paths);

/* Whether contents that an undo needs are gone (backend/store/retention.h). */
bool jobfolder_is_closed(int folder);
#define JOBFOLDER_CLOSED "closed"

/* The largest file whose content is for a text diff. */
#define JOBFOLDER_TEXT_MAX (256U * 1024)

/* Reads the plan. */
int jobfolder_plan(int folder, struct plan **ret, struct error **reterr);

/* SHA-256 of plan.json, or a negative errno. */
int jobfolder_plan_digest(int folder, char hex[static DIGEST_HEX]);

/* Reads the job from its folder. Its state is the journal's: the caller checks whether its worker lives. */
struct job *jobfolder_job(int folder, const char *id);

/* Writes result.json from the rest of the folder. */
void jobfolder_write_result(int folder, const char *id);

/* Stores why the worker does not begin the job, for the client. */
void jobfolder_refuse(int folder, const struct error *e);
int jobfolder_refusal(int folder, struct error **reterr); /* 0: none; else its code, with sentence and hint */

/* `state`/active, a symbolic link to the folder of the job that has begun and has not ended, whether its
 * worker lives or not. jobfolder_active() returns its id (the caller's) or NULL. */
int jobfolder_set_active(const struct paths *paths, const char *id, struct error **reterr);
char *jobfolder_active(const struct paths *paths);
void jobfolder_clear_active(const struct paths *paths, const char *id);

/* -EBUSY with a sentence and a hint for a request while this job is unfinished. */
int jobfolder_unfinished(const struct job *job, struct error **reterr);

/* An unfinished job is announced at login (`run`/../motd.d, issue.d), until it has ended. */
int jobfolder_announce(const struct paths *paths, const struct job *job);

/* The folder `snapshot` (or a folder in it), created if missing when make is set. */
int jobfolder_snapshot(int folder, const char *name, bool make, struct error **reterr);

/* The exact changes of a job after its scan; -ENODATA with a sentence: not scanned. */
int jobfolder_changes(int folder, struct changes *ret, struct error **reterr);

/* The same for the service whose record names the job: for an install its own changes, for an upgrade those
 * of the install and of all upgrades together. And the two manifests themselves. */
int jobfolder_service_changes(int folder, struct changes *ret, struct error **reterr);
int jobfolder_service(int folder, struct manifest *ret_before, struct manifest *ret_after,
                      struct error **reterr);

/* Joins an upgrade's changes with those of the service so far, in the folder of the earlier job. That folder
 * is not needed any more: contents are shared. */
int jobfolder_join(int earlier, int folder, const struct changes *changes, struct error **reterr);
