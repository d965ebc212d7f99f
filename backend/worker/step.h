/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A step of a job, and the worker as its steps see it. A step is probe, apply, undo, verify: apply or undo
 * starts one operation and ends through worker_settle(), worker_failed() or worker_next(), the only ways on;
 * or it does all its work at once and says so by what it returns. Whatever it needs to know after a death is
 * in the job's folder, never only in memory. */

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
        STEP_WAITS = 0, /* an operation runs, which goes on with the step */
        STEP_ENDED = 1,
        STEP_NOTHING = 2, /* there is nothing to do; worker_note() says why */
};

struct worker;

/* The next piece of a step, behind an operation; it returns what apply() does. NULL stands for the end of the
 * step. */
typedef int (*step_next_t)(struct worker *w, struct error **reterr);

struct step {
        size_t size; /* of its private state: w->state, all zero when apply() or undo() begins, gone when it
                        ends */
        void (*clear)(struct worker *w); /* frees what w->state holds. NULL: nothing */
        /* After a death: is it done already (1), or not wholly (0)? NULL: not known, apply again. */
        int (*probe)(struct worker *w);
        /* The job resumes behind this step: what it left in memory is brought back from the folder. NULL:
         * nothing. */
        int (*recall)(struct worker *w, struct error **reterr);
        int (*apply)(struct worker *w, struct error **reterr);
        /* Takes back what apply() did, wholly or half; may be called again. NULL: nothing to take back. */
        int (*undo)(struct worker *w, struct error **reterr);
        /* After apply(): a last check, at once. NULL: none. */
        int (*verify)(struct worker *w, struct error **reterr);
        /* The job is cancelled while apply() waits: make it end soon. NULL: it is short, it ends by itself.
         */
        void (*stop)(struct worker *w);
};

extern const struct step prepare_step, pull_step, snapshot_step, command_step, changes_step, unit_step,
        remove_step, health_step, commit_step, access_step, renew_step, update_record_step,
        rehearsal_steps[_JOB_STEP_MAX], units_steps[_JOB_STEP_MAX];

/* What the job made of the host, from its folder. */
struct worker_made {
        bool loaded;
        struct changes changes;
        char **units;    /* the main one first */
        bool wrote_unit; /* fairlead itself */
        bool quadlet;    /* the main one comes from a .container: it cannot be enabled, its file does that */
};

struct worker_join;

struct worker {
        sd_event *event;
        const struct paths *paths;
        const char *id;
        int folder; /* of the job */
        int root;   /* stands for "/" */
        struct plan *plan;
        struct service *record; /* of an installed service; NULL */
        struct secret_list *secrets;
        struct recorder *recorder;
        struct joblog *log;
        struct engine *engine;
        struct units *units;      /* NULL: systemd does not run here */
        struct worker_join *join; /* what the first step learnt of the realm; NULL: the plan joins none */
        unsigned rows, columns;   /* of whoever watches */

        bool cancelled; /* asked to stop; from the commit on it is too late for that */
        bool undoing;
        enum job_step at; /* the step at work */
        const struct failure *failure; /* of the error that comes next, where its reason is known */

        /* of the step at work; dropped when it ends */
        void *state; /* step.size bytes */
        struct op *op;
        step_next_t next; /* what follows the operation */
        sd_event_source *timer;
        struct pty *pty; /* what somebody types goes there */

        /* known from the folder, loaded when first needed */
        struct manifest *before;
        struct worker_made made;
};

/* The ways on from an operation, all the last thing a callback does: the step may be gone behind them. What
 * the next piece of it returned: failed, ended, or waiting again. */
void worker_settle(struct worker *w, int r, struct error *e);
void worker_failed(struct worker *w, struct error *e); /* takes the error */
void worker_fail(struct worker *w, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void worker_next(struct worker *w); /* w->next, once */
/* Callback of an operation that only ends: fails the step or goes on with w->next. */
void worker_on_done(struct error *e, void *userdata);

/* The step's note in a few words, for the list of steps. */
void worker_note(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something stays on the host that should not, or that is not ours: a sentence for the result. */
void worker_leftover(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The sentence and the hint of an error, in the log; used where a job goes on in spite of it. worker_pass()
 * frees it, too; NULL is none. */
void worker_log_error(struct worker *w, const struct error *e);
void worker_pass(struct worker *w, struct error *e);

/* The name that keeps an image findable (model/image/pin.h): given to and taken off the plan's image or the
 * record's. STEP_WAITS: next follows, unless the engine fails to give one (the step fails); STEP_ENDED: there
 * is no such name. worker_unpin_planned() takes off only what this job gave. */
int worker_pin_planned(struct worker *w, step_next_t next, struct error **reterr);
int worker_unpin_planned(struct worker *w, step_next_t next, struct error **reterr);
int worker_pin_installed(struct worker *w, step_next_t next, struct error **reterr);
int worker_unpin_installed(struct worker *w, step_next_t next, struct error **reterr);

/* w->record from the copy in the job's folder, which the first step makes: the record itself is gone at the
 * end of an uninstall. */
int worker_save_record(struct worker *w, struct error **reterr);
int worker_load_record(struct worker *w, struct error **reterr);

/* w->before and w->made from the folder. -ENODATA when the job did not come that far. */
int worker_load_before(struct worker *w, struct error **reterr);
int worker_load_changes(struct worker *w, struct error **reterr);

/* What a scan found the job's work to be, for good: `after` in the folder, w->made, and the contents of what
 * is small, so that a text diff can be shown later whatever becomes of it. whole: behind all steps of the
 * job. */
int worker_keep_changes(struct worker *w, const struct manifest *now, bool whole, struct error **reterr);
void worker_note_changes(struct worker *w); /* "3 changes" */

/* Looks at the host's files again, piece by piece in the loop: what worker_load_before() knows is not read
 * again. scanned() may take the manifest's contents; it returns what apply() does. A scan that fails fails
 * the step. */
typedef int (*worker_scanned_t)(struct worker *w, struct manifest *now, const struct snapshot_tally *tally,
                                struct error **reterr);
int worker_scan(struct worker *w, worker_scanned_t scanned, struct error **reterr);
/* The same, and keeps all contents in blobs. known, known_blobs: of an earlier job. The scan owns all three.
 */
int worker_scan_keeping(struct worker *w, int blobs, struct manifest *known, int known_blobs,
                        worker_scanned_t scanned, struct error **reterr);

/* What the job made of the host's files, given what is there now: an undo goes from this back to what was. */
void worker_own_work(struct worker *w, const struct manifest *now, struct manifest *ret);

/* Puts files back; blobs are those of the job. What stays as it is becomes left over, and the step's note
 * says how many files were put back. Negative also when some could not be. */
struct restore_options;
int worker_restore(struct worker *w, const struct restore_options *options, const char *job,
                   struct error **reterr);

/* One action on each of the names (taken over) in turn; what fails is logged and passed over. STEP_WAITS. */
int worker_act_on_units(struct worker *w, char **names, enum unit_action action, step_next_t next);

/* Removes containers of these names or ids (taken over) one after another through the engine; what cannot be
 * removed is listed as left over, and with must the step fails for it. STEP_WAITS. */
int worker_remove_containers(struct worker *w, char **names, bool must, step_next_t next);

/* Removes the containers that the plan's command made, and ends the step (backend/worker/containers.c).
 * worker_list_containers() writes down those that are there before it starts. */
int worker_list_containers(struct worker *w, step_next_t next);
int worker_remove_own_containers(struct worker *w);

/* A list of lines in a file of the job's folder. worker_load_lines(): an absent file is an empty list. */
int worker_save_lines(struct worker *w, const char *name, char *const *lines, struct error **reterr);
int worker_load_lines(int folder, const char *name, char ***ret, struct error **reterr);

/* Is it an upgrade of a service that somebody had stopped? It stays so. */
bool worker_stays_stopped(struct worker *w);

/* The unit by whose state the service is judged: the first of made.units, or NULL. */
const char *worker_main_unit(const struct worker *w);

/* The folder of the job that installed the service of w->record, or -1. */
int worker_open_install(const struct worker *w, struct error **reterr);

/* The folder that the plan's unit goes to, or NULL. The caller frees. */
char *worker_unit_folder(const struct worker *w);

uint64_t worker_now(void); /* CLOCK_BOOTTIME, usec */

/* Is the container command run by an engine (rather than a program of the host)? */
bool worker_needs_engine(const struct worker *w);

/* An install that joins a realm (backend/worker/join.c): a last look at its servers' clock before the first
 * effect. The step fails when it is too far off; STEP_ENDED: there is no domain to look at. */
int worker_join_check(struct worker *w, struct error **reterr);
void worker_join_free(struct worker *w);
/* Why the command failed, from its output: true, and the error set, when that is known. */
bool worker_join_explain(struct worker *w, int status, struct error **reterr);
/* What the tool only warned of, into the log, in the words of the table. */
void worker_join_warnings(struct worker *w);
/* Was it to delete the host's account in the realm, and did not, as its output says, although it ended well?
 */
bool worker_join_account_stays(struct worker *w);

/* While its tool runs: a long silence makes the watch look whether the realm's servers are there at all, and
 * stop the tool when they are not. All accept NULL: there is nothing to watch. */
struct join_watch;
struct join_watch *join_watch_new(struct worker *w);
struct join_watch *join_watch_free(struct join_watch *watch);
void join_watch_heard(struct join_watch *watch);
bool join_watch_gone(const struct join_watch *watch, struct error **reterr);

/* Checks on the host itself what a join came to (backend/worker/verify.c): a user of the realm, the host's
 * keys, its own root. Each result is recorded (RECORD_CHECK), and the step ends whatever they are: who joined
 * decides. STEP_WAITS. */
int worker_verify_join(struct worker *w);
