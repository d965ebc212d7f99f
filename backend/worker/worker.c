/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From step to step, forward and back. */
#include "backend/worker/worker.h"

#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/worker/internal.h"

/* ---- the end ---- */

static void worker_turn(struct run *run) {
        sd_event_source_set_enabled(run->turn, SD_EVENT_ONESHOT);
}

static const char *worker_title(const struct worker *w) {
        return job_step_title(w->at, w->plan->verb);
}

void worker_finish(struct run *run, enum job_state state, int status) {
        struct worker *w = &run->w;
        (void) files_remove(w->folder, "reserve", NULL);
        /* The log first: a reader of the end in the journal then has all of the log. */
        bool back = w->recorder->job->withdrawn && (state == JOB_CANCELLED || state == JOB_FAILED);
        joblog_note(w->log, "Job %s", back ? "rolled back" : job_state_name(state));
        joblog_flush(w->log);
        run->status = worker_set_state(run, state, NULL) < 0 ? WORKER_FAILED : status;
        jobfolder_write_result(w->folder, w->id);
        sd_event_exit(w->event, 0);
}

/* Leaves the job to the next worker, which goes on from the state on the disk. */
static void worker_abandon(struct run *run, const char *why) {
        joblog_note(run->w.log, "the job stops here, %s; fairlead rollback %s rolls everything back", why,
                    run->w.id);
        run->status = WORKER_FAILED;
        sd_event_exit(run->w.event, 0);
}

/* Goes on in another direction. */
static void worker_turn_to(struct run *run, enum job_state state, const char *note) {
        if (worker_set_state(run, state, NULL) < 0) {
                worker_abandon(run, "because its journal cannot be written");
                return;
        }
        joblog_note(run->w.log, "%s", note);
        worker_turn(run);
}

static void worker_begin_anew(struct run *run) {
        struct worker *w = &run->w;
        run->again = w->undoing = false;
        w->at = 0;
        worker_forget(w);
        worker_reserve(w);
        worker_turn_to(run, JOB_RUNNING, "everything is as it was before the job; starting over");
}

static void worker_finish_undo(struct run *run) {
        if (run->again && !run->broken) {
                worker_begin_anew(run);
                return;
        }
        bool cancelled = run->w.recorder->job->state == JOB_CANCELLING;
        worker_finish(run, run->broken ? JOB_BROKEN : cancelled ? JOB_CANCELLED : JOB_FAILED, WORKER_FAILED);
}

/* ---- from step to step ---- */

/* Frees the results of the current step's operations. */
static void worker_drop_results(struct worker *w) {
        w->got.units_listed = unit_list_free(w->got.units_listed);
        w->got.unit_shown = unit_detail_free(w->got.unit_shown);
        w->got.image = image_free(w->got.image);
        w->got.containers = container_list_free(w->got.containers);
        w->got.origin = container_origin_free(w->got.origin);
        manifest_done(&w->got.now);
        str_done(&w->got.generator);
        w->wait.failure = error_free(w->wait.failure);
        strv_free(w->wait.queue.names);
        w->wait.queue = (struct worker_queue){};
}

void worker_clear_step(struct run *run) {
        struct worker *w = &run->w;
        w->wait.op = op_cancel(w->wait.op);
        w->wait.next = NULL;
        w->wait.stoppable = NULL;
        w->wait.timer = sd_event_source_disable_unref(w->wait.timer);
        w->wait.pty = pty_free(w->wait.pty);
        worker_drop_results(w);
        if (run->step && run->step->clear)
                run->step->clear(w);
        run->step = NULL;
        free(w->state);
        w->state = NULL;
        free(run->note);
        run->note = NULL;
}

static void worker_undo_before(struct run *run) {
        worker_clear_step(run);
        if (run->w.at == 0) {
                worker_finish_undo(run);
                return;
        }
        run->w.at--;
        worker_turn(run);
}

static void worker_step_done(struct run *run, enum step_result result) {
        struct worker *w = &run->w;
        if (w->undoing) {
                joblog_note(w->log, run->note ? "rolled back: %s: %s" : "rolled back: %s", worker_title(w),
                            run->note);
                worker_record(run, w->at, RECORD_UNDONE, run->note);
                worker_undo_before(run);
                return;
        }
        const struct step *step = run->steps(w->plan->verb, w->at);
        struct error *e = NULL;
        if (result == STEP_ENDED && step->verify && step->verify(w, &e) < 0) {
                worker_failed(w, e);
                return;
        }
        /* The last one's is the result of the job. */
        if (result == STEP_NOTHING)
                joblog_skipped(w->log, run->note);
        else
                joblog_ended(w->log, w->at == STEP_COMMIT ? NULL : run->note);
        worker_record(run, w->at, result == STEP_NOTHING ? RECORD_SKIPPED : RECORD_DONE, run->note);
        worker_clear_step(run);
        if (w->at == STEP_COMMIT) {
                worker_finish(run, JOB_DONE, WORKER_DONE);
                return;
        }
        w->at++;
        worker_turn(run);
}

void worker_settle(struct worker *w, int r, struct error *e) {
        if (r < 0) {
                worker_failed(w, e);
                return;
        }
        if (e)
                worker_log_error(w, e);
        error_free(e);
        if (r != STEP_WAITS)
                worker_step_done(run_of(w), (enum step_result) r);
}

void worker_failed(struct worker *w, struct error *e) {
        _cleanup_error_ struct error *failure = e;
        struct run *run = run_of(w);
        if (!w->undoing) {
                worker_record_failure(run, failure);
                worker_clear_step(run);
                w->undoing = true;
                worker_turn_to(run, w->cancelled ? JOB_CANCELLING : JOB_UNDOING, "rolling everything back");
                return;
        }
        if (run->terminated) {
                /* The host goes down with engine and systemd: the rest is undone after the next boot. */
                worker_log_error(w, failure);
                worker_clear_step(run);
                worker_abandon(run, "because it was stopped");
                return;
        }
        /* Nothing stops an undo: this step's failure is in the result, and the others go on. */
        _cleanup_free_ char *line = error_line(failure);
        run->broken = true;
        worker_leftover(w, "%s: %s", worker_title(w), line);
        worker_undo_before(run);
}

static int worker_begin(struct run *run, const struct step *step, struct error **reterr) {
        run->step = step;
        run->w.state = step->size ? xcalloc(1, step->size) : NULL;
        return run->w.undoing ? step->undo(&run->w, reterr) : step->apply(&run->w, reterr);
}

static void worker_turn_back(struct run *run) {
        struct worker *w = &run->w;
        const struct step *step;
        for (;; w->at--) {
                enum step_state state = w->recorder->job->steps[w->at].state;
                bool begun = state == STEP_NOW || state == STEP_DONE || state == STEP_FAILED ||
                             state == STEP_UNDOING;
                step = job_step_planned(w->at, w->plan->verb) && begun ? run->steps(w->plan->verb, w->at)
                                                                       : NULL;
                if (step && step->undo)
                        break;
                if (w->at == 0) {
                        worker_finish_undo(run);
                        return;
                }
        }
        struct error *e = NULL;
        worker_record(run, w->at, RECORD_UNDO, NULL);
        int r = worker_begin(run, step, &e);
        worker_settle(w, r, e);
}

static void worker_turn_forward(struct run *run) {
        struct worker *w = &run->w;
        struct error *e = NULL;
        while (!job_step_planned(w->at, w->plan->verb))
                w->at++;
        if (w->cancelled) {
                error_set(&e, -ECANCELED, "Cancelled before the step \"%s\"", worker_title(w));
                worker_failed(w, e);
                return;
        }
        const struct step *step = run->steps(w->plan->verb, w->at);
        bool resumed = run->resumed;
        run->resumed = false;
        if (resumed && step->probe && step->probe(w) && (!step->recall || step->recall(w, NULL) >= 0)) {
                worker_step_done(run, STEP_ENDED);
                return;
        }
        /* A step whose beginning is not on the disk does not begin: an undo would not know of it. */
        int r = recorder_add(w->recorder, w->at, RECORD_INTENT, NULL, &e);
        joblog_heading(w->log, worker_title(w));
        if (r >= 0)
                r = worker_begin(run, step, &e);
        if (r == STEP_WAITS)
                joblog_heading(w->log, NULL);
        worker_settle(w, r, e);
}

int worker_on_turn(sd_event_source *source, void *userdata) {
        struct run *run = userdata;
        if (run->w.undoing)
                worker_turn_back(run);
        else
                worker_turn_forward(run);
        return 0;
}

/* ---- from outside ---- */

/* While half of a command is undone to run it again: then it is just not run again. */
static void worker_cancel_again(struct run *run) {
        _cleanup_error_ struct error *e = NULL;
        run->again = false;
        error_set(&e, -ECANCELED, "Cancelled before the job began anew");
        worker_record_failure(run, e);
}

static void worker_on_cancel(void *userdata) {
        struct run *run = userdata;
        struct worker *w = &run->w;
        if (run->again) {
                worker_cancel_again(run);
                return;
        }
        if (w->undoing || w->cancelled)
                return;
        if (w->at == STEP_COMMIT) {
                joblog_note(w->log, "too late to cancel: the job is at its last step");
                return;
        }
        w->cancelled = true;
        worker_set_state(run, JOB_CANCELLING, NULL);
        joblog_note(w->log, "cancelled: stopping the step \"%s\"", worker_title(w));
        if (w->wait.stoppable) {
                struct error *e = NULL;
                error_set(&e, -ECANCELED, "%s", w->wait.stoppable);
                worker_failed(w, e);
        } else if (run->step && run->step->stop)
                run->step->stop(w);
}

static void worker_on_input(const void *bytes, size_t n, void *userdata) {
        struct run *run = userdata;
        if (run->w.wait.pty)
                (void) pty_type(run->w.wait.pty, bytes, n);
}

static void worker_on_size(unsigned rows, unsigned columns, void *userdata) {
        struct run *run = userdata;
        run->w.rows = rows;
        run->w.columns = columns;
        if (run->w.wait.pty)
                pty_resize(run->w.wait.pty, rows, columns);
}

const struct control_handlers worker_handlers = { .cancel = worker_on_cancel,
                                                  .input = worker_on_input,
                                                  .size = worker_on_size };

/* The host goes down, or our unit is stopped: that is a cancel, with an undo as far as possible. */
int worker_on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct run *run = userdata;
        run->terminated = true;
        worker_on_cancel(run);
        return 0;
}
