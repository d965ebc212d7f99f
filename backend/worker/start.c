/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/store/host-lock.h"
#include "backend/store/job-folder.h"
#include "backend/store/retention.h"
#include "backend/worker/internal.h"

#define ENGINE_SECONDS 300U /* nobody waits at a screen; an undo that gives up leaves the host half done */
#define TRIES 200U /* for a host whose last job has ended */
#define PAUSE_USEC 50000

static void start_connect(struct worker *w, const struct worker_options *options) {
        w->engine = engine_new(w->event, NULL);
        engine_set_patience(w->engine, ENGINE_SECONDS);
        w->units = options->units;
        if (!w->units && !options->paths->root[0] && access("/run/systemd/system", F_OK) == 0)
                w->units = units_new(w->event, "", NULL);
}

static int start_listen(struct run *run, struct error **reterr) {
        struct worker *w = &run->w;
        struct control_handlers handlers = worker_handlers;
        handlers.userdata = run;
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGTERM);
        sigaddset(&blocked, SIGINT);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        /* Neither a lost line nor a closed reader ends the worker. */
        signal(SIGHUP, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        int r = sd_event_add_signal(w->event, &run->terminate, SIGTERM, worker_on_signal, run);
        if (r >= 0)
                r = sd_event_add_signal(w->event, &run->interrupt, SIGINT, worker_on_signal, run);
        if (r >= 0)
                r = sd_event_add_defer(w->event, &run->turn, worker_on_turn, run);
        if (r < 0)
                return error_errno(reterr, r, "The job cannot be started");
        return control_new(w->event, w->paths, w->id, &handlers, &run->control, reterr);
}

static int start_open(struct run *run, const struct worker_options *options, struct error **reterr) {
        struct worker *w = &run->w;
        int r = recorder_new(w->folder, &w->recorder, reterr);
        if (r >= 0)
                r = joblog_new(w->folder, w->secrets, &w->log, reterr);
        if (r >= 0)
                r = jobfolder_plan(w->folder, &w->plan, reterr);
        if (r >= 0)
                r = w->root = files_open_root(w->paths->root, reterr);
        if (r < 0)
                return r;
        start_connect(w, options);
        return start_listen(run, reterr);
}

static int start_begin(struct run *run, const struct worker_options *options, struct error **reterr) {
        struct worker *w = &run->w;
        bool fresh = options->mode == WORKER_CARRY_OUT;
        if (fresh && w->recorder->job->state != JOB_QUEUED)
                return error_set(reterr, -EALREADY, "Job %s has already started", w->id);
        if (!fresh)
                (void) unlinkat(w->folder, "refused", 0);
        int r = jobfolder_set_active(w->paths, w->id, reterr);
        if (r < 0)
                return r;
        if (!fresh)
                return worker_resume(run, options->mode, reterr);
        worker_reserve(w);
        r = worker_set_state(run, JOB_RUNNING, reterr);
        char digest[DIGEST_HEX];
        int seen = r < 0 ? r : jobfolder_plan_digest(w->folder, digest);
        return r < 0 || seen < 0 ? r : recorder_add(w->recorder, w->at, RECORD_PLAN, digest, reterr);
}

static void start_clean_up(struct run *run, const struct worker_options *options) {
        struct worker *w = &run->w;
        worker_clear_step(run);
        control_free(run->control);
        /* The link goes last: while it exists, there may be more to clean up. */
        if (w->recorder && job_state_final(w->recorder->job->state))
                jobfolder_clear_active(w->paths, w->id);
        sd_event_source_disable_unref(run->turn);
        sd_event_source_disable_unref(run->terminate);
        sd_event_source_disable_unref(run->interrupt);
        if (w->units != options->units)
                units_free(w->units);
        engine_free(w->engine);
        worker_forget(w);
        plan_free(w->plan);
        recorder_free(w->recorder);
        worker_join_free(w);
        joblog_free(w->log);
        cleanup_closep(&w->root);
        cleanup_closep(&w->folder);
        sd_event_unref(w->event);
}

/* Has the job ended, so that its worker releases the host in a moment? */
static bool start_is_nearly_over(const struct paths *paths, const char *id) {
        _cleanup_close_ int folder = jobfolder_open(paths, id, NULL);
        _cleanup_(job_freep) struct job *job = folder < 0 ? NULL : jobfolder_job(folder, id);
        return job && job_state_final(job->state);
}

/* The next job may be requested as soon as the end of the last one is visible; and a holder of the lock
 * without an id will write it in a moment, or only cleans up. Nothing else runs here yet, so it may wait. */
static int start_take_host(struct worker *w, struct error **reterr) {
        for (unsigned tries = 0;; tries++) {
                _cleanup_free_ char *holder = NULL;
                int lock = hostlock_take(w->paths, w->id, &holder, reterr);
                if (lock != -EBUSY || tries == TRIES || (holder && !start_is_nearly_over(w->paths, holder)))
                        return lock;
                if (reterr)
                        *reterr = error_free(*reterr);
                usleep(PAUSE_USEC);
        }
}

/* The client learns why; a new job has failed by that. */
static int start_refuse(struct run *run, const struct worker_options *options, const struct error *e) {
        struct worker *w = &run->w;
        (void) files_remove(w->folder, "reserve", NULL);
        if (options->mode == WORKER_CARRY_OUT && w->log && w->recorder->job->state == JOB_QUEUED) {
                worker_record_failure(run, e);
                worker_set_state(run, JOB_FAILED, NULL);
                jobfolder_write_result(w->folder, w->id);
        }
        jobfolder_refuse(w->folder, e);
        return WORKER_FAILED;
}

static void start_prune(const struct paths *paths) {
        struct pruning pruning;
        (void) retention_run(paths, NULL, true, &pruning, NULL);
        pruning_done(&pruning);
}

static int start_run(struct run *run, const struct worker_options *options) {
        struct worker *w = &run->w;
        _cleanup_error_ struct error *e = NULL;
        w->folder = jobfolder_open(w->paths, w->id, &e);
        if (w->folder < 0)
                return WORKER_FAILED;
        if (paths_prepare(w->paths, &e) < 0) {
                jobfolder_refuse(w->folder, e);
                return WORKER_FAILED;
        }
        _cleanup_close_ int lock = start_take_host(w, &e);
        struct stat st;
        if (lock >= 0)
                sweep_run(w->paths);
        if (lock >= 0 && fstat(w->folder, &st) == 0 && st.st_nlink == 0)
                return WORKER_FAILED; /* the client's wait timed out, and the request was withdrawn */
        int r = lock < 0 ? lock : worker_settle_other(w->paths, w->id, &e);
        if (r < 0) {
                jobfolder_refuse(w->folder, e);
                return r == -EBUSY ? WORKER_BUSY : WORKER_FAILED;
        }
        if (start_open(run, options, &e) < 0 || start_begin(run, options, &e) < 0)
                return start_refuse(run, options, e);
        int looped = sd_event_loop(w->event);
        /* While the host is still held. The job's log has ended; what fails now, the next job does. */
        if (job_state_final(w->recorder->job->state))
                start_prune(w->paths);
        return looped < 0 ? WORKER_FAILED : run->status;
}

int worker_carry_out(const struct worker_options *options) {
        struct run run = {
                .w = {
                        .paths = options->paths,
                        .id = options->id,
                        .secrets = options->secrets,
                        .folder = -1,
                        .root = -1,
                        .excluded = { (char *) options->paths->state, (char *) options->paths->run },
                        .event = options->event ? sd_event_ref(options->event) : NULL,
                },
                .steps = worker_step,
                .status = WORKER_FAILED,
        };
        if (!run.w.event && sd_event_new(&run.w.event) < 0)
                return WORKER_FAILED;
        int status = start_run(&run, options);
        start_clean_up(&run, options);
        return status;
}

/* ---- at boot ---- */

/* A job whose end is recorded needs only cleaning up. */
static bool start_is_over(const struct paths *paths, const char *id, int folder, const struct job *job) {
        if (job && !job_state_final(job->state))
                return false;
        _cleanup_close_ int lock = hostlock_take(paths, id, NULL, NULL);
        if (lock >= 0) {
                sweep_run(paths);
                worker_tidy(paths, id, folder);
                start_prune(paths);
        }
        return true;
}

/* At boot a completed rollback counts as success. */
static int start_at_boot(const struct worker_options *options) {
        int status = worker_carry_out(options);
        _cleanup_close_ int folder = jobfolder_open(options->paths, options->id, NULL);
        if (folder < 0)
                return status;
        _cleanup_(job_freep) struct job *job = jobfolder_job(folder, options->id);
        return job->state == JOB_FAILED || job->state == JOB_CANCELLED ? WORKER_DONE : status;
}

int worker_at_boot(const struct paths *paths) {
        _cleanup_free_ char *id = jobfolder_active(paths);
        if (paths_prepare(paths, NULL) < 0)
                return WORKER_DONE;
        if (!id) {
                sweep_unless_held(paths);
                return WORKER_DONE;
        }
        _cleanup_close_ int folder = jobfolder_open(paths, id, NULL);
        _cleanup_(job_freep) struct job *job = folder < 0 ? NULL : jobfolder_job(folder, id);
        _cleanup_plan_ struct plan *plan = NULL;
        if (start_is_over(paths, id, folder, job))
                return WORKER_DONE;
        struct worker_options options = { .paths = paths, .id = id, .mode = WORKER_ROLL_BACK };
        /* Only the rest of an undo is left, which needs no decision. */
        if (job_way_on(job, job->verb, true, NULL) == WAY_UNDO)
                return start_at_boot(&options);
        if (jobfolder_plan(folder, &plan, NULL) < 0 || plan->if_interrupted == INTERRUPTED_ASK)
                return jobfolder_announce(paths, job) < 0 ? WORKER_FAILED : WORKER_DONE;
        options.mode = plan->if_interrupted == INTERRUPTED_RESUME ? WORKER_RESUME : WORKER_ROLL_BACK;
        return start_at_boot(&options);
}
