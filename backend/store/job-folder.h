/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job's folder, `state`/jobs/ID (0700): plan.json, journal, log, result.json or `refused`, and snapshot/
 * with `manifest` (what was), `after` (what the job made of it; `whole`: with its last step), `undo` (what
 * was there when an undo began) and blobs/; of an upgrade also `origin` and `result` (what was before the
 * service came, and what the service made of it all in all); of a rehearsal only `untouched` and `rehearsed`
 * (what is there, and what would be, of what would change) and the contents of small files. Read by consoles
 * and workers alike. */

#include "backend/io/paths.h"
#include "base/error.h"
#include "model/job/changes.h"
#include "model/job/job.h"
#include "model/plan/plan.h"

/* Makes the folder of a new job with its plan in it. *ret_id is the caller's. */
int jobfolder_make(const struct paths *paths, const struct plan *plan, char **ret_id, struct error **reterr);

/* Opens it; the caller closes. -ENOENT with a sentence. */
int jobfolder_open(const struct paths *paths, const char *id, struct error **reterr);
int jobfolder_remove(const struct paths *paths, const char *id);

/* The plan in the folder. */
int jobfolder_plan(int folder, struct plan **ret, struct error **reterr);

/* Everything that the folder says about the job. Its state is that of the journal: whether a worker is still
 * there is for the caller to find out. */
int jobfolder_job(int folder, const char *id, struct job **ret, struct error **reterr);

/* result.json, from what the folder says. */
void jobfolder_write_result(int folder, const char *id);

/* The worker that does not begin the job says why in the folder; who asked reads it. */
void jobfolder_refuse(int folder, const struct error *e);
int jobfolder_refusal(int folder, struct error **reterr); /* 0: none there; else its code, with
                                                           * sentence and hint */

/* `state`/active, a symbolic link to the folder of the job that has begun and has not come to its end,
 * whether its worker lives or not. jobfolder_active() gives its id (the caller's) or NULL. */
int jobfolder_set_active(const struct paths *paths, const char *id, struct error **reterr);
char *jobfolder_active(const struct paths *paths);
void jobfolder_clear_active(const struct paths *paths, const char *id);

/* -EBUSY with the sentence and hint for one who wants another job while this one is unfinished. */
int jobfolder_unfinished(const struct job *job, struct error **reterr);

/* An unfinished job is announced to whoever logs in (`run`/../motd.d, issue.d), until it has come to its end.
 */
int jobfolder_announce(const struct paths *paths, const struct job *job);

/* The folder `snapshot` (or a folder in it), made where it is missing when make is set. */
int jobfolder_snapshot(int folder, const char *name, bool make, struct error **reterr);

/* The exact changes of a job that has looked at them; -ENODATA with a sentence for one that has not.
 * *ret_before (may be NULL) is the whole manifest of what was. */
int jobfolder_changes(int folder, struct changes *ret, struct manifest *ret_before, struct error **reterr);

/* The same for the service whose record names the job: for an install its own changes, for an upgrade those
 * of the install and of all upgrades together. And the two manifests themselves. */
int jobfolder_service_changes(int folder, struct changes *ret, struct manifest *ret_before,
                              struct error **reterr);
int jobfolder_service(int folder, struct manifest *ret_before, struct manifest *ret_after,
                      struct error **reterr);

/* Joins an upgrade's changes with those of the service so far, which the folder of the earlier job holds.
 * From then on nothing of that folder is needed any more: contents are taken over. */
int jobfolder_join(int earlier, int folder, const struct changes *changes, struct error **reterr);
