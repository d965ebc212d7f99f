/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the step from which a job that lost its worker goes on or back. */
#include <fcntl.h>

#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/worker/internal.h"
#include "base/path.h"

/* ---- partial files of a dead worker ---- */

static void sweep_folder(struct worker *w, const char *path) {
        _cleanup_close_ int folder = files_open_folder(w->root, path, NULL);
        if (folder >= 0)
                (void) files_sweep(folder);
}

static void sweep_parents(struct worker *w, const struct changes *changes) {
        _cleanup_free_ char *last = NULL;
        for (size_t i = 0; i < changes->n; i++) {
                char *folder = path_folder(changes->items[i].path);
                /* Entries of one folder are adjacent. */
                if (!str_equal(folder, last))
                        sweep_folder(w, folder);
                free(last);
                last = folder;
        }
}

static void sweep_job(struct worker *w) {
        (void) files_sweep(w->folder);
        _cleanup_close_ int saved = jobfolder_snapshot(w->folder, NULL, false, NULL),
                            blobs = jobfolder_snapshot(w->folder, "blobs", false, NULL);
        if (saved >= 0)
                (void) files_sweep(saved);
        if (blobs >= 0)
                (void) files_remove(blobs, SNAPSHOT_WORKING, NULL);
}

/* Removes the host's temporary files, too. (An undo sweeps for itself: to it such a name is a change like any
 * other, visible in the folder's time.) */
static void sweep_host(struct worker *w) {
        _cleanup_free_ char *units = worker_unit_folder(w);
        if (units)
                sweep_folder(w, units);
        if (worker_load_changes(w, NULL) >= 0)
                sweep_parents(w, &w->kept.made.changes);
        /* An uninstall restores the files that the install changed. */
        _cleanup_(changes_done) struct changes installed = {};
        _cleanup_close_ int install = worker_open_install(w, NULL);
        if (install >= 0 && jobfolder_changes(install, &installed, NULL) >= 0)
                sweep_parents(w, &installed);
}

/* ---- going on ---- */

/* An undo of a job that died begins with the last step that was begun. */
static void go_back(struct run *run) {
        struct worker *w = &run->w;
        w->undoing = true;
        w->at = _JOB_STEP_MAX - 1;
        while (w->at > 0 && w->recorder->job->steps[w->at].state == STEP_TODO)
                w->at--;
}

static int recall(struct run *run, enum job_step step, struct error **reterr) {
        struct worker *w = &run->w;
        for (enum job_step done = 0; done < step; done++) {
                const struct step *row = worker_step(w->plan->verb, done);
                int r = job_step_planned(done, w->plan->verb) && row->recall ? row->recall(w, reterr) : 0;
                if (r < 0)
                        return r;
        }
        worker_clear_step(run); /* the notes of those steps: they have theirs */
        w->at = step;
        run->resumed = w->recorder->job->steps[step].state != STEP_TODO;
        return 0;
}

/* A command that runs (again) needs its secrets again: no file holds them. */
static int check_secrets(const struct worker *w, struct error **reterr) {
        for (size_t i = 0; i < w->plan->n_secrets; i++) {
                const char *name = w->plan->secrets[i].name;
                if (w->secrets && secret_list_find(w->secrets, name))
                        continue;
                error_set(reterr, -ENOKEY, "The secret %s must be given again: fairlead stores none", name);
                return error_hint(
                        reterr,
                        "fairlead resume %s --secret %s=@FILE, or roll everything back: fairlead rollback %s",
                        w->id, name, w->id);
        }
        return 0;
}

/* The consent was given for the plan that the job began with. */
static int check_plan(struct worker *w, struct error **reterr) {
        const char *known = w->recorder->job->plan_digest;
        char now[DIGEST_HEX];
        int r = *known ? jobfolder_plan_digest(w->folder, now) : 0;
        if (r < 0)
                return error_errno(reterr, r, "The plan of job %s cannot be read", w->id);
        if (!*known || str_equal(known, now))
                return 0;
        error_set(reterr, -EPERM, "plan.json of job %s was changed since the job began", w->id);
        return error_hint(reterr, "fairlead rollback %s restores the files; then start it anew", w->id);
}

static int worker_resume_forward(struct run *run, struct error **reterr) {
        struct worker *w = &run->w;
        const struct job *job = w->recorder->job;
        enum job_step step;
        enum job_way way = job_way_on(job, w->plan->verb, w->recorder->rebooted, &step);
        int r = check_plan(w, reterr);
        if (r >= 0 && (way == WAY_BEGIN || way == WAY_AGAIN))
                r = check_secrets(w, reterr);
        if (r >= 0 && way == WAY_GO_ON)
                r = recall(run, step, reterr);
        if (r < 0)
                return r;
        switch (way) {
        case WAY_NONE:
                return error_set(reterr, -EALREADY, "Job %s has already finished (%s)", w->id,
                                 job_state_name(job->state));
        case WAY_AGAIN:
                run->again = true;
                go_back(run);
                joblog_note(w->log,
                            "the worker was lost while the command ran: restoring what that changed, then "
                            "starting over");
                return worker_set_state(run, JOB_UNDOING, reterr);
        case WAY_UNDO: return 1;
        default:
                sweep_host(w);
                worker_reserve(w);
                joblog_note(w->log, "the worker was lost: resuming with the step \"%s\"",
                            job_step_title(step, w->plan->verb));
                return worker_set_state(run, JOB_RUNNING, reterr);
        }
}

/* ---- going back ---- */

static int refuse_unsaved(struct worker *w, const char *job, struct error **reterr) {
        error_set(reterr, -ESTALE, "The files that job %s saved are no longer kept", job);
        return error_hint(reterr, "%s",
                          w->plan->joins != REALM_NONE
                                  ? "Join the realm again: the keys of this host went with its leave"
                                  : "Install the service again");
}

/* Is all there that an undo needs; and, of a job that is done, that its service then needs? */
static int check_saved(struct worker *w, struct error **reterr) {
        if (jobfolder_is_closed(w->folder))
                return refuse_unsaved(w, w->id, reterr);
        if (w->recorder->job->state != JOB_DONE || plan_brings(w->plan->verb) || !w->record)
                return 0;
        _cleanup_close_ int earlier = worker_open_install(w, NULL);
        return earlier < 0 ? refuse_unsaved(w, w->record->job, reterr) : 0;
}

/* Can the result of a job that is done be taken back? */
static int check_result(struct run *run, struct error **reterr) {
        struct worker *w = &run->w;
        if (w->plan->verb == VERB_REHEARSE)
                return error_set(reterr, -EALREADY,
                                 "A rehearsal changes nothing: there is nothing to roll back");
        if (w->plan->verb == VERB_RENEW)
                return error_set(
                        reterr, -EALREADY,
                        "Renewed keys cannot be rolled back: the realm no longer accepts the old ones");
        /* Only while it is unchanged: else later jobs have built on it. */
        if (worker_step(w->plan->verb, STEP_COMMIT)->probe(w))
                return 0;
        error_set(reterr, -ESTALE, "Later jobs have changed the result of job %s", w->id);
        return error_hint(reterr,
                          "fairlead jobs lists them; roll back the newest of %s first, or uninstall it",
                          w->plan->name);
}

static int roll_back(struct run *run, struct error **reterr) {
        struct worker *w = &run->w;
        const struct job *job = w->recorder->job;
        if (job->state == JOB_FAILED || job->state == JOB_CANCELLED)
                return error_set(reterr, -EALREADY, "Job %s has already been rolled back", w->id);
        if (job->state == JOB_QUEUED) {
                worker_record(run, 0, RECORD_FAILED, "Withdrawn before it began");
                worker_record(run, 0, RECORD_REASON, REASON_WITHDRAWN);
                worker_finish(run, JOB_FAILED, WORKER_FAILED);
                return 0;
        }
        int r = job->state == JOB_DONE ? check_result(run, reterr) : 0;
        if (r >= 0 && job_state_final(job->state))
                r = check_saved(w, reterr);
        if (r < 0)
                return r;
        w->cancelled = job->state == JOB_DONE || job->state == JOB_CANCELLING;
        if (!w->cancelled && !job->message) {
                enum job_step at = job_current_step(job); /* a record replaces the job */
                worker_record(run, at, RECORD_FAILED, "The job was interrupted before its end");
                worker_record(run, at, RECORD_REASON, REASON_WITHDRAWN);
        }
        go_back(run);
        joblog_note(w->log, "rolling everything back");
        return worker_set_state(run, w->cancelled ? JOB_CANCELLING : JOB_UNDOING, reterr);
}

int worker_resume(struct run *run, enum worker_mode mode, struct error **reterr) {
        struct worker *w = &run->w;
        if (!plan_brings(w->plan->verb))
                (void) worker_load_record(w, NULL);
        sweep_job(w);
        int r = mode == WORKER_RESUME ? worker_resume_forward(run, reterr) : 1;
        return r > 0 ? roll_back(run, reterr) : r;
}

/* ---- another job ---- */

void worker_tidy(const struct paths *paths, const char *id, int folder) {
        if (folder >= 0) {
                (void) files_sweep(folder);
                (void) files_remove(folder, "reserve", NULL);
                jobfolder_write_result(folder, id);
        }
        jobfolder_clear_active(paths, id);
}

/* It had changed nothing: two records end it, without a decision of the user. */
static int close_unbegun(const struct paths *paths, const char *id, int folder) {
        _cleanup_(recorder_freep) struct recorder *recorder = NULL;
        int r = recorder_new(folder, &recorder, NULL);
        if (r < 0)
                return r;
        r = recorder_add(recorder, job_current_step(recorder->job), RECORD_FAILED,
                         "It was interrupted before it changed anything", NULL);
        if (r >= 0 && recorder->job->state == JOB_RUNNING)
                r = recorder_add(recorder, 0, RECORD_STATE, job_state_name(JOB_UNDOING), NULL);
        if (r >= 0)
                r = recorder_add(recorder, 0, RECORD_STATE, job_state_name(JOB_FAILED), NULL);
        if (r < 0)
                return r;
        (void) files_remove_tree(folder, "snapshot");
        worker_tidy(paths, id, folder);
        return 0;
}

int worker_settle_other(const struct paths *paths, const char *id, struct error **reterr) {
        _cleanup_free_ char *other = jobfolder_active(paths);
        _cleanup_close_ int folder = other && !str_equal(other, id) ? jobfolder_open(paths, other, NULL) : -1;
        if (folder < 0)
                return 0;
        _cleanup_(job_freep) struct job *job = jobfolder_job(folder, other);
        if (job_state_final(job->state)) {
                worker_tidy(paths, other, folder);
                return 0;
        }
        /* (The pull step pins the image.) */
        bool unbegun = job_way_on(job, job->verb, false, NULL) == WAY_BEGIN &&
                       job->steps[STEP_PULL].state == STEP_TODO;
        if (unbegun && close_unbegun(paths, other, folder) >= 0)
                return 0;
        return jobfolder_unfinished(job, reterr);
}
