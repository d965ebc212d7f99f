/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/control.h"
#include "backend/delivery.h"
#include "backend/emit.h"
#include "backend/files.h"
#include "backend/hostlock.h"
#include "backend/jobfolder.h"
#include "backend/steps/step.h"
#include "base/str.h"

#define RESERVE_BYTES (4 * 1024 * 1024)
#define KEPT_MAX 200U           /* sentences about what is left; the log has all of them */

/* What belongs to the run, not to the steps. */
struct run {
        struct worker w;                /* first: the steps see only this */
        struct control *control;
        sd_event_source *turn, *terminate, *interrupt;
        bool started;                   /* the current step was begun */
        bool broken;                    /* something could not be put back */
        size_t kept;
        int status;
};

static const struct step *step_of(const struct worker *w, enum job_step step) {
        static const struct step *const steps[] = {
                [STEP_PREFLIGHT] = &preflight_step, [STEP_PULL] = &pull_step,     [STEP_SNAPSHOT] = &snapshot_step,
                [STEP_COMMAND] = &command_step,     [STEP_CHANGES] = &changes_step, [STEP_UNIT] = &unit_step,
                [STEP_RELOAD] = &reload_step,       [STEP_ENABLE] = &enable_step, [STEP_START] = &start_step,
                [STEP_HEALTH] = &health_step,       [STEP_COMMIT] = &commit_step,
        };
        if (step == STEP_UNIT && w->plan->verb == VERB_UNINSTALL)
                return &withdraw_step;
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
                        (void) recorder_add(w->recorder, w->at, RECORD_KEPT, "and more: the log lists all of it", NULL);
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

static void record(struct run *run, enum job_step step, enum record_event event, const char *data) {
        struct error *e = NULL;
        if (recorder_add(run->w.recorder, step, event, data, &e) < 0)
                worker_log_error(&run->w, e);
        error_free(e);
}

static void set_state(struct run *run, enum job_state state) {
        record(run, run->w.at, RECORD_STATE, job_state_name(state));
}

static void record_failure(struct run *run, const struct error *e) {
        _cleanup_free_ char *line = error_line(e);
        record(run, run->w.at, RECORD_FAILED, line ? line : "Out of memory");
        if (e && e->hint)
                record(run, run->w.at, RECORD_HINT, e->hint);
        worker_log_error(&run->w, e);
}

/* ---- the end ---- */

static void write_result(struct run *run) {
        struct worker *w = &run->w;
        _cleanup_(job_freep) struct job *job = NULL;
        _cleanup_free_ char *text = jobfolder_job(w->folder, w->id, &job, NULL) < 0 ? NULL : emit_job(job);
        if (text)
                (void) files_write(w->folder, "result.json", text, strlen(text), 0600, NULL);
}

static void finish(struct run *run, enum job_state state, int status) {
        struct worker *w = &run->w;
        (void) files_remove(w->folder, "reserve", NULL);
        /* The log first: whoever reads of the end in the journal has all of the log. */
        const struct job *job = recorder_job(w->recorder);
        const char *message = state == JOB_DONE ? job->steps[STEP_COMMIT].note : job->message;
        joblog_note(w->log, "the job is %s%s%s", job_state_name(state), message ? ": " : "", message ? message : "");
        joblog_flush(w->log);
        set_state(run, state);
        write_result(run);
        run->status = status;
        sd_event_exit(w->event, 0);
}

static void finish_undo(struct run *run) {
        enum job_state now = recorder_job(run->w.recorder)->state;
        finish(run, run->broken ? JOB_BROKEN : now == JOB_CANCELLING ? JOB_CANCELLED : JOB_FAILED, WORKER_FAILED);
}

/* ---- from step to step ---- */

static void go_on(struct run *run) {
        sd_event_source_set_enabled(run->turn, SD_EVENT_ONESHOT);
}

/* Whatever the step had in flight is dropped with it. */
static void clear_step(struct worker *w) {
        w->op = op_cancel(w->op);
        w->timer = sd_event_source_disable_unref(w->timer);
        w->snapshot = snapshot_free(w->snapshot);
        w->pty = pty_free(w->pty);
        w->prompts = delivery_prompts_free(w->prompts);
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
        set_state(run, w->cancelled ? JOB_CANCELLING : JOB_UNDOING);
        joblog_note(w->log, "putting everything back");
        go_on(run);
}

static void step_done(struct run *run, enum step_result result) {
        struct worker *w = &run->w;
        run->started = false;
        if (w->undoing) {
                record(run, w->at, RECORD_UNDONE, w->note);
        } else {
                const struct step *step = step_of(w, w->at);
                struct error *e = NULL;
                if (result == STEP_ENDED && step->verify && step->verify(w, &e) < 0) {
                        worker_failed(w, e);
                        return;
                }
                record(run, w->at, result == STEP_NOTHING ? RECORD_SKIPPED : RECORD_DONE, w->note);
        }
        clear_step(w);
        if (!w->undoing) {
                if (w->at == STEP_COMMIT) {
                        finish(run, JOB_DONE, WORKER_DONE);
                        return;
                }
                w->at++;
        } else if (w->at == 0) {
                finish_undo(run);
                return;
        } else
                w->at--;
        go_on(run);
}

void worker_ended(struct worker *w) {
        step_done((struct run *) w, STEP_ENDED);
}

void worker_failed(struct worker *w, struct error *e) {
        struct run *run = (struct run *) w;
        run->started = false;
        if (w->undoing) {
                /* Nothing stops an undo: what this step could not take back is told, the others do their part. */
                _cleanup_free_ char *line = error_line(e);
                run->broken = true;
                worker_kept(w, "%s: %s", job_step_title(w->at, w->plan->verb), line ? line : "out of memory");
                error_free(e);
                clear_step(w);
                if (w->at == 0) {
                        finish_undo(run);
                        return;
                }
                w->at--;
                go_on(run);
                return;
        }
        record_failure(run, e);
        error_free(e);
        clear_step(w);
        begin_undo(run);
}

static void take_turn_back(struct run *run) {
        struct worker *w = &run->w;
        for (;; w->at--) {
                enum step_state state = recorder_job(w->recorder)->steps[w->at].state;
                bool begun = state == STEP_NOW || state == STEP_DONE || state == STEP_FAILED || state == STEP_UNDOING;
                if (job_step_planned(w->at, w->plan->verb) && begun && step_of(w, w->at)->undo)
                        break;
                if (w->at == 0) {
                        finish_undo(run);
                        return;
                }
        }
        struct error *e = NULL;
        record(run, w->at, RECORD_UNDO, NULL);
        run->started = true;
        int r = step_of(w, w->at)->undo(w, &e);
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
                error_set(&e, -ECANCELED, "Cancelled before the step \"%s\"", job_step_title(w->at, w->plan->verb));
                record_failure(run, e);
                error_free(e);
                begin_undo(run);
                return;
        }
        /* A step whose beginning is not on the disk does not begin: an undo would not know of it. */
        int r = recorder_add(w->recorder, w->at, RECORD_INTENT, NULL, &e);
        joblog_note(w->log, "%s", job_step_title(w->at, w->plan->verb));
        run->started = true;
        if (r >= 0)
                r = step_of(w, w->at)->apply(w, &e);
        if (r < 0)
                worker_failed(w, e);
        else if (r != STEP_WAITS)
                step_done(run, (enum step_result) r);
}

static int on_turn(sd_event_source *source, void *userdata) {
        struct run *run = userdata;
        if (run->w.undoing)
                take_turn_back(run);
        else
                take_turn_forward(run);
        return 0;
}

/* ---- from outside ---- */

static void cancel(struct run *run) {
        struct worker *w = &run->w;
        if (w->undoing || w->cancelled)
                return;
        if (w->at == STEP_COMMIT) {
                joblog_note(w->log, "it is too late to cancel: the job is at its last step");
                return;
        }
        w->cancelled = true;
        set_state(run, JOB_CANCELLING);
        joblog_note(w->log, "cancelled: stopping the step \"%s\"", job_step_title(w->at, w->plan->verb));
        if (run->started && step_of(w, w->at)->stop)
                step_of(w, w->at)->stop(w);
}

static void on_cancel(void *userdata) {
        cancel(userdata);
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
static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        cancel(userdata);
        return 0;
}

/* ---- beginning ---- */

/* Room to put everything back on a disk that a job has filled. */
static void reserve(int folder) {
        _cleanup_close_ int fd = openat(folder, "reserve", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0)
                (void) posix_fallocate(fd, 0, RESERVE_BYTES);
}

static int connect_host(struct worker *w, const struct worker_options *options, struct error **reterr) {
        const char *const *sockets = NULL;
        w->engine = options->engine;
        w->units = options->units;
        int r = w->engine ? 0 : engine_new(w->event, sockets, &w->engine, reterr);
        if (r >= 0 && !w->units && !options->paths->root[0] && access("/run/systemd/system", F_OK) == 0)
                r = units_new(w->event, NULL, &w->units, reterr);
        return r;
}

static int listen_outside(struct run *run, struct error **reterr) {
        struct worker *w = &run->w;
        const struct control_handlers handlers = { .cancel = on_cancel, .input = on_input, .size = on_size, .userdata = run };
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGTERM);
        sigaddset(&blocked, SIGINT);
        sigaddset(&blocked, SIGCHLD);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        /* A line that drops is nothing to us, nor is a reader that went away. */
        signal(SIGHUP, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        int r = sd_event_add_signal(w->event, &run->terminate, SIGTERM, on_signal, run);
        if (r >= 0)
                r = sd_event_add_signal(w->event, &run->interrupt, SIGINT, on_signal, run);
        if (r >= 0)
                r = sd_event_add_defer(w->event, &run->turn, on_turn, run);
        if (r < 0)
                return error_errno(reterr, r, "The job cannot be started");
        return control_new(w->event, w->paths, w->id, &handlers, &run->control, reterr);
}

/* Where the undo of a job that died begins: behind the last step that was begun. */
static enum job_step last_begun(const struct job *job) {
        for (size_t i = _JOB_STEP_MAX; i > 0; i--)
                if (job->steps[i - 1].state != STEP_TODO)
                        return (enum job_step) (i - 1);
        return 0;
}

static int prepare(struct run *run, const struct worker_options *options, struct error **reterr) {
        struct worker *w = &run->w;
        int r = jobfolder_plan(w->folder, &w->plan, reterr);
        if (r >= 0)
                r = w->root = files_open_root(w->paths->root, reterr);
        if (r >= 0)
                r = connect_host(w, options, reterr);
        if (r >= 0)
                r = listen_outside(run, reterr);
        if (r >= 0 && options->mode == WORKER_CARRY_OUT && recorder_job(w->recorder)->state != JOB_QUEUED)
                r = error_set(reterr, -EALREADY, "The job %s was begun before", w->id);
        return r;
}

static void begin(struct run *run, const struct worker_options *options) {
        struct worker *w = &run->w;
        if (options->mode == WORKER_CARRY_OUT) {
                reserve(w->folder);
                set_state(run, JOB_RUNNING);
                return;
        }
        const struct job *job = recorder_job(w->recorder);
        w->undoing = true;
        w->at = last_begun(job);
        w->cancelled = job->state == JOB_CANCELLING;
        if (w->plan->verb == VERB_UNINSTALL)
                (void) worker_load_record(w, NULL);
        if (!job->message)
                record(run, w->at, RECORD_FAILED, "The job was interrupted before its end");
        set_state(run, w->cancelled ? JOB_CANCELLING : JOB_UNDOING);
        joblog_note(w->log, "the job had lost its worker: putting everything back");
}

static void clean_up(struct run *run, const struct worker_options *options) {
        struct worker *w = &run->w;
        clear_step(w);
        control_free(run->control);
        sd_event_source_disable_unref(run->turn);
        sd_event_source_disable_unref(run->terminate);
        sd_event_source_disable_unref(run->interrupt);
        if (w->units != options->units)
                units_free(w->units);
        if (w->engine != options->engine)
                engine_free(w->engine);
        manifest_done(&w->known);
        manifest_done(&w->before);
        changes_done(&w->changes);
        strv_free(w->made_units);
        service_free(w->record);
        plan_free(w->plan);
        recorder_free(w->recorder);
        joblog_free(w->log);
        if (w->root >= 0)
                close(w->root);
        if (w->folder >= 0)
                close(w->folder);
}

/* Who asked for the job reads this when no journal appears. */
static void refuse(int folder, const struct error *e) {
        _cleanup_free_ char *text = emit_error(e);
        if (text)
                (void) files_write(folder, "refused", text, strlen(text), 0600, NULL);
}

static int run_job(struct run *run, const struct worker_options *options) {
        struct worker *w = &run->w;
        _cleanup_error_ struct error *e = NULL;
        w->folder = jobfolder_open(w->paths, w->id, &e);
        if (w->folder < 0)
                return WORKER_FAILED;
        _cleanup_close_ int lock = hostlock_take(w->paths, w->id, NULL, &e);
        if (lock < 0) {
                refuse(w->folder, e);
                return lock == -EBUSY ? WORKER_BUSY : WORKER_FAILED;
        }
        int r = recorder_new(w->folder, &w->recorder, &e);
        if (r >= 0)
                r = joblog_new(w->folder, w->secrets, &w->log, &e);
        if (r >= 0)
                r = prepare(run, options, &e);
        if (r < 0 && w->recorder && w->log && recorder_job(w->recorder)->state == JOB_QUEUED) {
                record_failure(run, e);
                set_state(run, JOB_FAILED);
                write_result(run);
        }
        if (r < 0) {
                refuse(w->folder, e);
                return WORKER_FAILED;
        }
        begin(run, options);
        r = sd_event_loop(w->event);
        return r < 0 ? WORKER_FAILED : run->status;
}

int worker_carry_out(const struct worker_options *options) {
        struct run run = {
                .w = {
                        .paths = options->paths,
                        .id = options->id,
                        .secrets = options->secrets,
                        .folder = -1,
                        .root = -1,
                        .blobs = -1,
                        .known_blobs = -1,
                        .excluded = { (char *) options->paths->state, (char *) options->paths->run, NULL },
                },
                .status = WORKER_FAILED,
        };
        if (paths_prepare(options->paths, NULL) < 0)
                return WORKER_FAILED;
        run.w.event = options->event ? sd_event_ref(options->event) : NULL;
        if (!run.w.event && sd_event_new(&run.w.event) < 0)
                return WORKER_FAILED;
        int status = run_job(&run, options);
        clean_up(&run, options);
        sd_event_unref(run.w.event);
        return status;
}

int worker_run(const struct paths *paths, const char *id, struct secret_list *secrets) {
        const struct worker_options options = { .paths = paths, .id = id, .secrets = secrets };
        return worker_carry_out(&options);
}
