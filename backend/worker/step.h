/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A step of a job, and the worker as its steps see it. A step is probe, apply, undo, verify: apply or undo
 * starts one operation and ends through worker_ended() or worker_failed(), the only two ways on; or it does
 * all its work at once and says so by what it returns. Whatever it needs to know after a death is in the
 * job's folder, never only in memory. */

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "backend/engine/engine.h"
#include "backend/io/paths.h"
#include "backend/io/pty.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-journal.h"
#include "backend/store/job-log.h"
#include "backend/systemd/units.h"
#include "base/error.h"
#include "base/op.h"
#include "base/secret.h"
#include "model/job/changes.h"
#include "model/job/job.h"
#include "model/plan/plan.h"
#include "model/service/service.h"

/* What apply() and undo() return beside a negative errno with an error. */
enum step_result {
        STEP_WAITS = 0,         /* an operation runs: worker_ended() or worker_failed() follows */
        STEP_ENDED = 1,
        STEP_NOTHING = 2,       /* there is nothing to do; worker_note() says why */
};

struct worker;

struct step {
        enum job_step step;
        /* After a death: is it done already (1), or not wholly (0)? NULL: cannot be told, apply again. */
        int (*probe)(struct worker *w);
        /* The job is taken up behind this step: what it left in memory is brought back from the folder. NULL:
         * nothing. */
        int (*recall)(struct worker *w, struct error **reterr);
        int (*apply)(struct worker *w, struct error **reterr);
        /* Takes back what apply() did, wholly or half; may be called again. NULL: nothing to take back. */
        int (*undo)(struct worker *w, struct error **reterr);
        /* After apply(): a last look, at once. NULL: none. */
        int (*verify)(struct worker *w, struct error **reterr);
        /* The job is cancelled while apply() waits: make it end soon. NULL: it is short, it ends by itself.
         */
        void (*stop)(struct worker *w);
};

extern const struct step preflight_step, pull_step, snapshot_step, command_step, changes_step, unit_step,
        withdraw_step, reload_step, enable_step, start_step, health_step, commit_step, overlay_step,
        rehearsed_step, discard_step, access_step, renew_step, remember_step;

struct delivery_prompts;
struct units_queue;
struct worker_join;
struct worker_verify;

struct worker {
        sd_event *event;
        const struct paths *paths;
        const char *id;
        int folder;                     /* of the job */
        int root;                       /* stands for "/" */
        struct plan *plan;
        struct service *record;         /* of an uninstall; NULL */
        struct secret_list *secrets;
        struct recorder *recorder;
        struct joblog *log;
        struct engine *engine;
        struct units *units;            /* NULL: systemd does not run here */

        bool cancelled;                 /* asked to stop; from the commit on it is too late for that */
        bool undoing;
        enum job_step at;               /* the step at work */
        char *note;

        /* of the step at work; dropped when it ends */
        struct op *op;
        sd_event_source *timer;
        struct snapshot *snapshot;
        struct manifest known;          /* of an earlier job: spares reading what did not change */
        int blobs;                      /* contents being kept; closed when the step ends */
        int known_blobs;
        struct pty *pty;
        struct delivery_prompts *prompts;
        bool command_spoke;             /* it printed something */
        struct units_queue *queue;
        struct worker_join *join;       /* NULL: the plan joins nothing, or it was not looked yet */
        char **suspects, **condemned;   /* containers: those that are still to be looked at ("ID NAME"),
                                         * and ids of those to be removed */
        struct worker_verify *verify;
        unsigned tries, restarts, not_removed;
        uint64_t until, settled;        /* worker_now() */
        void (*looked)(struct worker *w, struct manifest *now, struct error *e);
        void (*then)(struct worker *w);

        unsigned rows, columns;         /* of whoever watches */
        char *excluded[3];              /* our own folders are no part of the host's files */

        /* known from the folder, loaded when first needed */
        struct manifest before;
        bool before_loaded;
        struct changes changes;         /* before -> after */
        bool changes_loaded;
        char **made_units;              /* the main one first */
        bool wrote_unit;                /* fairlead itself */
        bool made_quadlet;              /* the main one comes from a .container: it cannot be enabled, its
                                         * file does that */
};

/* The two ends of an operation; failed() takes the error. Both return to the loop at once, nothing of the
 * step may follow. */
void worker_ended(struct worker *w);
void worker_failed(struct worker *w, struct error *e);

/* The step's note in a few words, for the list of steps. */
void worker_note(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something stays on the host that should not, or that is not ours: a sentence for the result. */
void worker_kept(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name that keeps an image findable (model/image/pin.h): given to and taken off the plan's image or the
 * record's. 1: then() follows from the loop, unless the engine fails to give one (the step fails); 0: there
 * is no such name. worker_drop_planned() takes off only what this job gave. */
int worker_hold_planned(struct worker *w, void (*then)(struct worker *w), struct error **reterr);
int worker_drop_planned(struct worker *w, void (*then)(struct worker *w), struct error **reterr);
int worker_hold_installed(struct worker *w, void (*then)(struct worker *w), struct error **reterr);
int worker_drop_installed(struct worker *w, void (*then)(struct worker *w), struct error **reterr);

/* The hint or sentence of an error, noted in the log; used where a job goes on in spite of it. */
void worker_log_error(struct worker *w, const struct error *e);

/* w->record from the copy in the job's folder, which preflight makes: the record itself is gone at the end of
 * an uninstall. */
int worker_save_record(struct worker *w, struct error **reterr);
int worker_load_record(struct worker *w, struct error **reterr);

/* w->before, w->changes and w->made_units from the folder. -ENODATA when the job did not come that far. */
int worker_load_before(struct worker *w, struct error **reterr);
int worker_load_changes(struct worker *w, struct error **reterr);

/* Keeps what the job made of files, where it is small, so that a text diff can be shown later whatever
 * becomes of them. */
int worker_keep_texts(struct worker *w, struct error **reterr);

/* What the command of a rehearsal made of the copy, into the folder and w->changes; once read it stays.
 * (steps/rehearsed.c) */
int worker_read_rehearsal(struct worker *w, struct error **reterr);

/* Looks at the host's files again, piece by piece in the loop, then calls looked() with the manifest (whose
 * contents it takes) or an error (which it owns). blobs: where contents are kept, or -1. */
int worker_look(struct worker *w, const struct snapshot_options *options,
                void (*looked)(struct worker *w, struct manifest *now, struct error *e),
                struct error **reterr);

/* What the job made of the host's files, given what is there now: an undo goes from this back to what was. */
int worker_own_work(struct worker *w, const struct manifest *now, struct manifest *ret,
                    struct error **reterr);

/* The options of a look at the plan's files that keeps no contents; what `known` tells need not be read
 * again. */
struct snapshot_options worker_look_options(struct worker *w, const struct manifest *known);

/* One action on each of the names (taken over) in turn; what fails is logged and passed over. then() follows
 * from the loop. */
int worker_act_on_units(struct worker *w, char **names, enum unit_action action,
                        void (*then)(struct worker *w), struct error **reterr);

/* Removes containers of these names or ids (taken over) one after another through the engine; what cannot be
 * removed is listed as kept and counted in w->not_removed. */
int worker_remove_containers(struct worker *w, char **names, void (*then)(struct worker *w),
                             struct error **reterr);

/* A list of lines in a file of the job's folder. worker_load_lines(): an absent file is an empty list. */
int worker_save_lines(struct worker *w, const char *name, char *const *lines, struct error **reterr);
int worker_load_lines(struct worker *w, const char *name, char ***ret, struct error **reterr);
/* of another job */
int worker_load_lines_of(int folder, const char *name, char ***ret, struct error **reterr);

/* Is it an upgrade of a service that somebody had stopped? It stays so. */
bool worker_stays_stopped(struct worker *w);

/* The unit by whose state the service is judged: the first of made_units, or NULL. */
const char *worker_main_unit(const struct worker *w);

uint64_t worker_now(void);              /* CLOCK_BOOTTIME, usec */

/* An install that joins a realm (backend/worker/join.c): a last look at its servers' clock before the first
 * effect: then() follows when all is well, worker_failed() when the clock is too far off; STEP_ENDED: there
 * is no domain to look at. And why the command failed, from its output: true, and the error set, when that is
 * known. */
int worker_look_at_realm(struct worker *w, void (*then)(struct worker *w), struct error **reterr);
bool worker_explain_join(struct worker *w, int status, struct error **reterr);
/* Its tool runs: a long silence makes the worker look whether the realm's servers are there at all, and stop
 * the tool when they are not. */
void worker_join_watch(struct worker *w);
void worker_join_heard(struct worker *w);
void worker_join_unwatch(struct worker *w);
bool worker_join_servers_gone(const struct worker *w, struct error **reterr);
/* What the tool only warned of, into the log, in the words of the table. */
void worker_note_join_warnings(struct worker *w);
/* Was it to delete the host's account in the realm, and did not, as its output tells, although it ended well?
 */
bool worker_kept_account(struct worker *w);
void worker_join_free(struct worker *w);

/* What a join came to, looked at on the host itself (backend/worker/verify.c): a user of the realm, the
 * host's keys, its own root. Each result is recorded (RECORD_CHECK); ended() follows whatever they are: who
 * joined decides. */
int worker_verify_join(struct worker *w, void (*ended)(struct worker *w), struct error **reterr);
void worker_verify_free(struct worker *w);

/* Is the container command run by an engine (rather than a program of the host)? */
bool worker_needs_engine(const struct worker *w);
