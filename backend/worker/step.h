/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A step of a job, and the worker as its steps see it. A step is probe, apply, undo, verify: apply or undo
 * starts one operation and ends through worker_settle(), worker_failed() or worker_next(), and no other way;
 * or it does all its work at once and returns the result. All state that must survive the worker's death is
 * in the job's folder, never only in memory. */

#include <systemd/sd-event.h>

#include "backend/engine/engine.h"
#include "backend/io/paths.h"
#include "backend/io/pty.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-journal.h"
#include "backend/store/job-log.h"
#include "backend/systemd/units.h"
#include "base/op.h"
#include "base/secret.h"
#include "model/job/changes.h"
#include "model/job/job.h"
#include "model/plan/plan.h"
#include "model/service/service.h"

/* Results of apply() and undo() besides a negative errno with an error. */
enum step_result {
        STEP_WAITS = 0, /* an operation runs, which goes on with the step */
        STEP_ENDED = 1,
        STEP_NOTHING = 2, /* nothing to do; worker_note() gives the reason */
};

struct worker;

/* The next piece of a step, after an operation; returns the same as apply(). NULL: the step ends. */
typedef int (*step_next_t)(struct worker *w, struct error **reterr);

struct step {
        size_t size; /* of its private state w->state: zeroed before apply() or undo(), freed after */
        void (*clear)(struct worker *w); /* frees the members of w->state. NULL: none */
        /* After a death: 1: already done, 0: not or only partly done. NULL: not known, apply again. */
        int (*probe)(struct worker *w);
        /* The job resumes behind this step: restores its results in memory from the folder. NULL: nothing. */
        int (*recall)(struct worker *w, struct error **reterr);
        int (*apply)(struct worker *w, struct error **reterr);
        /* Takes back a whole or partial apply(); may be called again. NULL: nothing to take back. */
        int (*undo)(struct worker *w, struct error **reterr);
        /* After apply(): a last check, at once. NULL: none. */
        int (*verify)(struct worker *w, struct error **reterr);
        /* The job is cancelled while apply() waits: end it soon. NULL: it is short and ends by itself. */
        void (*stop)(struct worker *w);
};

extern const struct step prepare_step, pull_step, snapshot_step, command_step, changes_step, unit_step,
        remove_step, health_step, commit_step, access_step, renew_step, update_record_step,
        rehearsal_steps[_JOB_STEP_MAX], units_steps[_JOB_STEP_MAX];

/* The job's changes to the host, from its folder. */
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
        int root;   /* the directory used as "/" */
        struct plan *plan;
        struct service *record; /* of an installed service; NULL */
        struct secret_list *secrets;
        struct recorder *recorder;
        struct joblog *log;
        struct engine *engine;
        struct units *units;      /* NULL: systemd does not run here */
        struct worker_join *join; /* realm state from the first step; NULL: the plan joins none */
        unsigned rows, columns;   /* of the watching terminal */

        bool cancelled; /* by the user; ignored from the commit on */
        bool undoing;
        enum job_step at; /* current step */
        const struct failure *failure; /* of the next error, where its reason is known */

        /* of the current step; dropped when it ends */
        void *state; /* step.size bytes */
        struct op *op;
        step_next_t next; /* follows the operation */
        sd_event_source *timer;
        struct pty *pty; /* receives typed input */

        /* from the folder, loaded on first use */
        struct manifest *before;
        struct worker_made made;
};

/* Ways on from an operation. Each is the last call of a callback: the step may be freed by it. r is the
 * result of the step's next piece: failed, ended, or waiting again. */
void worker_settle(struct worker *w, int r, struct error *e);
void worker_failed(struct worker *w, struct error *e); /* takes the error */
void worker_fail(struct worker *w, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void worker_next(struct worker *w); /* w->next, once */
/* Callback of an operation without a result: fails the step or goes on with w->next. */
void worker_on_done(struct error *e, void *userdata);

/* Sets the step's note, a few words for the list of steps. */
void worker_note(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a sentence to the result about an object that stays on the host, wrongly or because it is foreign. */
void worker_leftover(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs the sentence and hint of an error in spite of which the job goes on; NULL: none. worker_pass() frees
 * it. */
void worker_log_error(struct worker *w, const struct error *e);
void worker_pass(struct worker *w, struct error *e);

/* Add and remove the name that pins the plan's image or the record's (model/image/pin.h). STEP_WAITS: next
 * follows, unless the engine fails to add a name (the step fails); STEP_ENDED: there is no such name.
 * worker_unpin_planned() removes only names that this job added. */
int worker_pin_planned(struct worker *w, step_next_t next, struct error **reterr);
int worker_unpin_planned(struct worker *w, step_next_t next, struct error **reterr);
int worker_pin_installed(struct worker *w, step_next_t next, struct error **reterr);
int worker_unpin_installed(struct worker *w, step_next_t next, struct error **reterr);

/* Load w->record from the copy that the first step saves in the job's folder: an uninstall removes the
 * record. */
int worker_save_record(struct worker *w, struct error **reterr);
int worker_load_record(struct worker *w, struct error **reterr);

/* Load w->before and w->made from the folder. -ENODATA: the job did not come that far. */
int worker_load_before(struct worker *w, struct error **reterr);
int worker_load_changes(struct worker *w, struct error **reterr);

/* Saves the job's work as found by a scan: `after` in the folder, w->made, and the contents of small files,
 * for a later text diff. whole: the scan followed all steps of the job. */
int worker_keep_changes(struct worker *w, const struct manifest *now, bool whole, struct error **reterr);
void worker_note_changes(struct worker *w); /* "3 changes" */

/* Scans the host's files again, piece by piece; files known to worker_load_before() are not read again.
 * scanned() may take the manifest's contents; it returns the same as apply(). A failed scan fails the
 * step. */
typedef int (*worker_scanned_t)(struct worker *w, struct manifest *now, const struct snapshot_tally *tally,
                                struct error **reterr);
int worker_scan(struct worker *w, worker_scanned_t scanned, struct error **reterr);
/* The same, with contents saved in blobs. known, known_blobs: of an earlier job. The scan owns all three. */
int worker_scan_keeping(struct worker *w, int blobs, struct manifest *known, int known_blobs,
                        worker_scanned_t scanned, struct error **reterr);

/* Computes the job's changes to the host's files, given the present ones: an undo reverts these. */
void worker_own_work(struct worker *w, const struct manifest *now, struct manifest *ret);

/* Restores files; blobs are those of the job. Unrestored files become leftovers, and the step's note has the
 * number of files restored. Negative also when some failed. */
struct restore_options;
int worker_restore(struct worker *w, const struct restore_options *options, const char *job,
                   struct error **reterr);

/* One action on each of the names (taken over) in turn; a failure is logged and passed over. STEP_WAITS. */
int worker_act_on_units(struct worker *w, char **names, enum unit_action action, step_next_t next);

/* Removes containers of these names or ids (taken over) one after another through the engine; a failure is
 * listed as a leftover, and with must it fails the step. STEP_WAITS. */
int worker_remove_containers(struct worker *w, char **names, bool must, step_next_t next);

/* Removes the containers that the plan's command created, and ends the step (backend/worker/containers.c).
 * worker_list_containers() saves the list of those that exist before it starts. */
int worker_list_containers(struct worker *w, step_next_t next);
int worker_remove_own_containers(struct worker *w);

/* A list of lines in a file of the job's folder. worker_load_lines(): an absent file is an empty list. */
int worker_save_lines(struct worker *w, const char *name, char *const *lines, struct error **reterr);
int worker_load_lines(int folder, const char *name, char ***ret, struct error **reterr);

/* Is it an upgrade of a stopped service, which stays so? */
bool worker_stays_stopped(struct worker *w);

/* The unit whose state is that of the service: the first of made.units, or NULL. */
const char *worker_main_unit(const struct worker *w);

/* The folder of the job that installed the service of w->record, or -1. */
int worker_open_install(const struct worker *w, struct error **reterr);

/* The folder of the plan's unit, or NULL. The caller frees. */
char *worker_unit_folder(const struct worker *w);

uint64_t worker_now(void); /* CLOCK_BOOTTIME, usec */

/* Is the container command run by an engine (rather than a program of the host)? */
bool worker_needs_engine(const struct worker *w);

/* For an install that joins a realm (backend/worker/join.c): a last check of the clock against its servers
 * before the first effect. A large clock skew fails the step; STEP_ENDED: no domain is known. */
int worker_join_check(struct worker *w, struct error **reterr);
void worker_join_free(struct worker *w);
/* Explains the command's failure from its output: true with the error set when the reason is known. */
bool worker_join_explain(struct worker *w, int status, struct error **reterr);
/* Logs the tool's warnings, in the words of the table. */
void worker_join_warnings(struct worker *w);
/* Did the command end well without deleting the host's account in the realm, though it was to do so? */
bool worker_join_account_stays(struct worker *w);

/* While the tool runs: a long silence makes the watch probe the realm's servers, and stop the tool when they
 * are gone. All accept NULL: nothing to watch. */
struct join_watch;
struct join_watch *join_watch_new(struct worker *w);
struct join_watch *join_watch_free(struct join_watch *watch);
void join_watch_heard(struct join_watch *watch);
bool join_watch_gone(const struct join_watch *watch, struct error **reterr);

/* Verifies a join on the host itself (backend/worker/verify.c): a user of the realm, the host's keys, its
 * root. Each result is recorded (RECORD_CHECK), and the step ends in any case: the user decides.
 * STEP_WAITS. */
int worker_verify_join(struct worker *w);
