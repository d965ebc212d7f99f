/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the files of backend/worker/worker.h, beside the view that steps have of a worker (step.h):
 * worker.c goes from step to step and records, start.c sets a run up and ends it, resume.c finds the point
 * where a job that died goes on. */

#include "backend/store/control.h"
#include "backend/worker/step.h"
#include "backend/worker/worker.h"

/* State of the run, hidden from the steps. */
struct run {
        struct worker w;         /* the view of the steps */
        /* worker_step(): worker.c knows no step, since each calls it */
        const struct step *(*steps)(enum plan_verb verb, enum job_step step);
        const struct step *step; /* the one that was begun; NULL: none */
        char *note;              /* of the step */
        struct control *control;
        sd_event_source *turn, *terminate, *interrupt;
        bool terminated; /* by a signal: systemd stops the worker's unit, perhaps with the whole host */
        bool resumed;    /* the step may be done already: it is probed first */
        bool broken;     /* some object could not be restored */
        bool again;      /* the half of an interrupted command is undone; then all begins anew */
        size_t leftovers;
        int status;
};

static inline struct run *run_of(struct worker *w) {
        return container_of(w, struct run, w);
}

/* ---- files.c ---- */

/* Reserves disk space for an undo, should the job fill the disk. */
void worker_reserve(struct worker *w);
/* Drops the data loaded from the folder, which is out of date. */
void worker_forget(struct worker *w);

/* ---- report.c ---- */

/* Negative: the record cannot be written; the log says why. */
int worker_record(struct run *run, enum job_step step, enum record_event event, const char *data);

/* Records the failure of the current step, with its hint. */
void worker_record_failure(struct run *run, const struct error *e);

/* Records the job's new state. Negative: not on the disk, so nothing may be done that depends on it. The
 * error is the caller's, or with NULL the log's. */
int worker_set_state(struct run *run, enum job_state state, struct error **reterr);

/* ---- worker.c ---- */

/* Ends the job: last record, result, end of the loop. */
void worker_finish(struct run *run, enum job_state state, int status);
/* Drops the operations of the current step. */
void worker_clear_step(struct run *run);

/* Event handlers, connected by start.c. */
int worker_on_turn(sd_event_source *source, void *userdata);
int worker_on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata);
extern const struct control_handlers worker_handlers; /* without userdata */

/* ---- resume.c ---- */

/* Sets the run to the step where the job goes on (WORKER_RESUME) or goes back from (WORKER_ROLL_BACK).
 * -EALREADY with a sentence: nothing to do; -ENOKEY: a secret must be given again. */
int worker_resume(struct run *run, enum worker_mode mode, struct error **reterr);

/* Cleans up after a job whose end is recorded (its folder may be -1) and whose worker died after that. */
void worker_tidy(const struct paths *paths, const char *id, int folder);

/* Before a new job: closes an unfinished job that had changed nothing yet; any other refuses the new one
 * (-EBUSY with a sentence and a hint). */
int worker_settle_other(const struct paths *paths, const char *id, struct error **reterr);
