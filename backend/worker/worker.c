/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From step to step, forward and back. */
#include "backend/worker/worker.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "backend/io/files.h"
#include "backend/store/delivery.h"
#include "backend/store/job-folder.h"
#include "backend/worker/internal.h"
#include "base/str.h"

#define KEPT_MAX 200U           /* sentences about what is left; the log has all of them */

const struct step *worker_step(const struct worker *w, enum job_step step) {
        static const struct step *const steps[] = {
                [STEP_PREFLIGHT] = &preflight_step, [STEP_PULL] = &pull_step,
                [STEP_SNAPSHOT] = &snapshot_step,   [STEP_COMMAND] = &command_step,
                [STEP_CHANGES] = &changes_step,     [STEP_UNIT] = &unit_step,
                [STEP_RELOAD] = &reload_step,       [STEP_ENABLE] = &enable_step,
                [STEP_START] = &start_step,         [STEP_HEALTH] = &health_step,
                [STEP_COMMIT] = &commit_step,
        };
        static const struct step *const rehearsal[_JOB_STEP_MAX] = {
                [STEP_SNAPSHOT] = &overlay_step,
                [STEP_CHANGES] = &rehearsed_step,
                [STEP_COMMIT] = &discard_step,
        };
        if (step == STEP_UNIT && w->plan->verb == VERB_UNINSTALL)
                return &withdraw_step;
        if (w->plan->verb == VERB_ACCESS || w->plan->verb == VERB_RENEW) {
                if (step == STEP_COMMIT)
                        return &remember_step;
                if (step == STEP_UNIT || step == STEP_COMMAND)
                        return step == STEP_UNIT ? &access_step : &renew_step;
        }
        if (w->plan->verb == VERB_REHEARSE && rehearsal[step])
                return rehearsal[step];
        return steps[step];
}

/* ---- records ---- */

void worker_note(struct worker *w, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        char *note = NULL;
        if (vasprintf(&note, format, arguments) < 0)
                note = NULL;
        va_end(arguments);
        free(w->note);
        w->note = note;
}

void worker_kept(struct worker *w, const char *format, ...) {
        struct run *run = (struct run *) w;
        va_list arguments;
        va_start(arguments, format);
        char *text = NULL;
        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        va_end(arguments);
        if (text) {
                joblog_note(w->log, "left: %s", text);
                if (run->kept < KEPT_MAX)
                        (void) recorder_add(w->recorder, w->at, RECORD_KEPT, text, NULL);
                else if (run->kept == KEPT_MAX)
                        (void) recorder_add(w->recorder, w->at, RECORD_KEPT,
                                            "and more: the log lists all of it", NULL);
                run->kept++;
        }
        free(text);
}

void worker_log_error(struct worker *w, const struct error *e) {
        _cleanup_free_ char *line = error_line(e);
        joblog_note(w->log, "%s", line ? line : "out of memory");
        if (e && e->hint)
                joblog_note(w->log, "  %s", e->hint);
}

int worker_record(struct run *run, enum job_step step, enum record_event event, const char *data) {
        _cleanup_error_ struct error *e = NULL;
        int r = recorder_add(run->w.recorder, step, event, data, &e);
        if (r < 0)
                worker_log_error(&run->w, e);
        return r;
}

int worker_set_state(struct run *run, enum job_state state) {
        return worker_record(run, run->w.at, RECORD_STATE, job_state_name(state));
}

int worker_mark_state(struct run *run, enum job_state state, struct error **reterr) {
        return recorder_add(run->w.recorder, run->w.at, RECORD_STATE, job_state_name(state), reterr);
}

void worker_record_failure(struct run *run, const struct error *e) {
        _cleanup_free_ char *line = error_line(e);
        worker_record(run, run->w.at, RECORD_FAILED, line ? line : "Out of memory");
        if (e && e->hint)
                worker_record(run, run->w.at, RECORD_HINT, e->hint);
        worker_log_error(&run->w, e);
}

/* ---- the end ---- */

void worker_finish(struct run *run, enum job_state state, int status) {
        struct worker *w = &run->w;
        (void) files_remove(w->folder, "reserve", NULL);
        /* The log first: whoever reads of the end in the journal has all of the log. */
        const struct job *job = recorder_job(w->recorder);
        const char *message = state == JOB_DONE ? job->steps[STEP_COMMIT].note : job->message;
        joblog_note(w->log, "the job is %s%s%s", job_state_name(state), message ? ": " : "",
                    message ? message : "");
        joblog_flush(w->log);
        run->status = worker_set_state(run, state) < 0 ? WORKER_FAILED : status;
        jobfolder_write_result(w->folder, w->id);
        sd_event_exit(w->event, 0);
}

/* The job is left to the next worker, which goes on from what is on the disk. */
static void worker_abandon(struct run *run, const char *why) {
        joblog_note(run->w.log, "the job stops here, %s; fairlead rollback %s puts everything back", why,
                    run->w.id);
        run->status = WORKER_FAILED;
        sd_event_exit(run->w.event, 0);
}

static void begin_anew(struct run *run) {
        struct worker *w = &run->w;
        run->again = w->undoing = false;
        w->at = 0;
        worker_forget(w);
        worker_reserve(w);
        if (worker_set_state(run, JOB_RUNNING) < 0) {
                worker_abandon(run, "because its journal cannot be written");
                return;
        }
        joblog_note(w->log, "everything is as it was before the job; beginning anew");
        worker_go_on(run);
}

static void finish_undo(struct run *run) {
        if (run->again && !run->broken) {
                begin_anew(run);
                return;
        }
        enum job_state now = recorder_job(run->w.recorder)->state;
        worker_finish(run,
                      run->broken             ? JOB_BROKEN
                      : now == JOB_CANCELLING ? JOB_CANCELLED
                                              : JOB_FAILED,
                      WORKER_FAILED);
}

/* ---- from step to step ---- */

void worker_go_on(struct run *run) {
        sd_event_source_set_enabled(run->turn, SD_EVENT_ONESHOT);
}

/* Whatever the step had in flight is dropped with it. */
void worker_clear_step(struct worker *w) {
        w->op = op_cancel(w->op);
        worker_join_unwatch(w);
        w->timer = sd_event_source_disable_unref(w->timer);
        w->snapshot = snapshot_free(w->snapshot);
        w->pty = pty_free(w->pty);
        w->prompts = delivery_prompts_free(w->prompts);
        w->suspects = strv_free(w->suspects);
        w->condemned = strv_free(w->condemned);
        worker_verify_free(w);
        if (w->blobs >= 0)
                close(w->blobs);
        w->blobs = -1;
        free(w->note);
        w->note = NULL;
}

static void begin_undo(struct run *run) {
        struct worker *w = &run->w;
        w->undoing = true;
        run->started = false;
        if (worker_set_state(run, w->cancelled ? JOB_CANCELLING : JOB_UNDOING) < 0) {
                worker_abandon(run, "because its journal cannot be written");
                return;
        }
        joblog_note(w->log, "putting everything back");
        worker_go_on(run);
}

static void step_done(struct run *run, enum step_result result) {
        struct worker *w = &run->w;
        run->started = false;
        if (w->undoing) {
                worker_record(run, w->at, RECORD_UNDONE, w->note);
        } else {
                const struct step *step = worker_step(w, w->at);
                struct error *e = NULL;
                if (result == STEP_ENDED && step->verify && step->verify(w, &e) < 0) {
                        worker_failed(w, e);
                        return;
                }
                worker_record(run, w->at, result == STEP_NOTHING ? RECORD_SKIPPED : RECORD_DONE, w->note);
        }
        worker_clear_step(w);
        if (!w->undoing) {
                if (w->at == STEP_COMMIT) {
                        worker_finish(run, JOB_DONE, WORKER_DONE);
                        return;
                }
                w->at++;
        } else if (w->at == 0) {
                finish_undo(run);
                return;
        } else
                w->at--;
        worker_go_on(run);
}

void worker_ended(struct worker *w) {
        step_done((struct run *) w, STEP_ENDED);
}

void worker_failed(struct worker *w, struct error *e) {
        struct run *run = (struct run *) w;
        run->started = false;
        if (w->undoing && run->terminated) {
                /* The host goes down, and with it engine and systemd: what is missing is put back when it is
                 * up again. */
                worker_log_error(w, e);
                error_free(e);
                worker_clear_step(w);
                worker_abandon(run, "because it was stopped");
                return;
        }
        if (w->undoing) {
                /* Nothing stops an undo: what this step could not take back is told, the others do their
                 * part. */
                _cleanup_free_ char *line = error_line(e);
                run->broken = true;
                worker_kept(w, "%s: %s", job_step_title(w->at, w->plan->verb), line ? line : "out of memory");
                error_free(e);
                worker_clear_step(w);
                if (w->at == 0) {
                        finish_undo(run);
                        return;
                }
                w->at--;
                worker_go_on(run);
                return;
        }
        worker_record_failure(run, e);
        error_free(e);
        worker_clear_step(w);
        begin_undo(run);
}

static void take_turn_back(struct run *run) {
        struct worker *w = &run->w;
        for (;; w->at--) {
                enum step_state state = recorder_job(w->recorder)->steps[w->at].state;
                bool begun = state == STEP_NOW || state == STEP_DONE || state == STEP_FAILED ||
                             state == STEP_UNDOING;
                if (job_step_planned(w->at, w->plan->verb) && begun && worker_step(w, w->at)->undo)
                        break;
                if (w->at == 0) {
                        finish_undo(run);
                        return;
                }
        }
        struct error *e = NULL;
        worker_record(run, w->at, RECORD_UNDO, NULL);
        run->started = true;
        int r = worker_step(w, w->at)->undo(w, &e);
        if (r < 0)
                worker_failed(w, e);
        else if (r != STEP_WAITS)
                step_done(run, (enum step_result) r);
}

static void take_turn_forward(struct run *run) {
        struct worker *w = &run->w;
        struct error *e = NULL;
        while (!job_step_planned(w->at, w->plan->verb))
                w->at++;
        if (w->cancelled) {
                error_set(&e, -ECANCELED, "Cancelled before the step \"%s\"",
                          job_step_title(w->at, w->plan->verb));
                worker_record_failure(run, e);
                error_free(e);
                begin_undo(run);
                return;
        }
        const struct step *step = worker_step(w, w->at);
        bool taken_up = run->taken_up;
        run->taken_up = false;
        if (taken_up && step->probe && step->probe(w) && (!step->recall || step->recall(w, NULL) >= 0)) {
                step_done(run, STEP_ENDED);
                return;
        }
        /* A step whose beginning is not on the disk does not begin: an undo would not know of it. */
        int r = recorder_add(w->recorder, w->at, RECORD_INTENT, NULL, &e);
        joblog_note(w->log, "%s", job_step_title(w->at, w->plan->verb));
        run->started = true;
        if (r >= 0)
                r = step->apply(w, &e);
        if (r < 0)
                worker_failed(w, e);
        else if (r != STEP_WAITS)
                step_done(run, (enum step_result) r);
}

int worker_on_turn(sd_event_source *source, void *userdata) {
        struct run *run = userdata;
        if (run->w.undoing)
                take_turn_back(run);
        else
                take_turn_forward(run);
        return 0;
}

/* ---- from outside ---- */

/* While the half of a command is put back to run it again: then it is just not run again. */
static void cancel_again(struct run *run) {
        _cleanup_error_ struct error *e = NULL;
        run->again = false;
        error_set(&e, -ECANCELED, "Cancelled before the job began anew");
        worker_record_failure(run, e);
}

static void worker_cancel(struct run *run) {
        struct worker *w = &run->w;
        if (run->again) {
                cancel_again(run);
                return;
        }
        if (w->undoing || w->cancelled)
                return;
        if (w->at == STEP_COMMIT) {
                joblog_note(w->log, "it is too late to cancel: the job is at its last step");
                return;
        }
        w->cancelled = true;
        worker_set_state(run, JOB_CANCELLING);
        joblog_note(w->log, "cancelled: stopping the step \"%s\"", job_step_title(w->at, w->plan->verb));
        if (run->started && worker_step(w, w->at)->stop)
                worker_step(w, w->at)->stop(w);
}

static void on_cancel(void *userdata) {
        worker_cancel(userdata);
}

static void on_input(const void *bytes, size_t n, void *userdata) {
        struct run *run = userdata;
        if (run->w.pty)
                (void) pty_type(run->w.pty, bytes, n);
}

static void on_size(unsigned rows, unsigned columns, void *userdata) {
        struct run *run = userdata;
        run->w.rows = rows;
        run->w.columns = columns;
        if (run->w.pty)
                pty_resize(run->w.pty, rows, columns);
}

/* The host goes down, or somebody stops our unit: it is a cancel, and what can be put back is. */
const struct control_handlers worker_handlers = { .cancel = on_cancel, .input = on_input, .size = on_size };

int worker_on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct run *run = userdata;
        run->terminated = true;
        worker_cancel(run);
        return 0;
}

