/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of backend/worker/worker.h share beside the steps' view of a worker (step.h): worker.c goes
 * from step to step, start.c sets a run up and ends it, resume.c finds out where a job that died goes on,
 * report.c writes down. */

#include "backend/store/control.h"
#include "backend/worker/step.h"
#include "backend/worker/worker.h"

/* What belongs to the run, not to the steps. */
struct run {
        struct worker w; /* the steps see only this */
        worker_steps_t steps;
        const struct step *step; /* the one that was begun; NULL: none */
        char *note;              /* of it */
        struct control *control;
        sd_event_source *turn, *terminate, *interrupt;
        bool terminated; /* by a signal: systemd stops the worker's unit, perhaps with the whole host */
        bool resumed;    /* the step at work may be done already: it is probed first */
        bool broken;     /* something could not be put back */
        bool again;      /* what is being put back is the half of a command that was cut off; then all
                          * begins anew */
        size_t leftovers;
        int status;
};

static inline struct run *run_of(struct worker *w) {
        return container_of(w, struct run, w);
}

/* ---- report.c ---- */

/* Negative when it cannot be written, which is in the log then. */
int worker_record(struct run *run, enum job_step step, enum record_event event, const char *data);

/* The failure of the step at work, with its hint. */
void worker_record_failure(struct run *run, const struct error *e);

/* The job's new state. Negative: it is not on the disk (the log says why), so nothing may be done that it
 * alone would say. */
int worker_set_state(struct run *run, enum job_state state);

/* The same at the beginning of a run, where the error is the caller's. */
int worker_mark_state(struct run *run, enum job_state state, struct error **reterr);

/* ---- files.c ---- */

/* Room to put everything back on a disk that a job has filled. */
void worker_reserve(struct worker *w);
/* What was loaded from the folder is not true any more. */
void worker_forget(struct worker *w);

/* ---- worker.c ---- */

/* How a step of this job is done. */
const struct step *worker_step(const struct run *run, enum job_step step);

/* The job is over: its last record, its result; the loop ends. */
void worker_finish(struct run *run, enum job_state state, int status);
/* Whatever the step at work had in flight is dropped. */
void worker_clear_step(struct run *run);

/* The doors from outside, wired by start.c. */
int worker_on_turn(sd_event_source *source, void *userdata);
int worker_on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata);
extern const struct control_handlers worker_handlers; /* without userdata */

/* ---- resume.c ---- */

/* Sets the run to where the job goes on (WORKER_RESUME) or goes back from (WORKER_ROLL_BACK). -EALREADY with
 * a sentence: there is nothing to do; -ENOKEY: a secret must be given again. */
int worker_resume(struct run *run, enum worker_mode mode, struct error **reterr);

/* Behind a job whose end is recorded (its folder may be -1): what its worker was doing when it died after
 * that. */
void worker_tidy(const struct paths *paths, const char *id, int folder);

/* Before a new job: is another one unfinished? One that had changed nothing yet is closed, any other refuses
 * the new one (-EBUSY with a sentence and a hint). */
int worker_settle_other(const struct paths *paths, const char *id, struct error **reterr);
