/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A step of a job, and the worker as its steps see it. A step is probe, apply, undo, verify: apply or undo
 * does all its work at once and returns the result, or starts one operation, whose callback goes on with the
 * step's next piece (worker_on_done()). All state that must survive the worker's death is in the job's
 * folder, never only in memory. */

#include <systemd/sd-event.h>

#include "backend/engine/engine.h"
#include "backend/io/pty.h"
#include "backend/snapshot/snapshot.h"
#include "backend/store/job-journal.h"
#include "backend/systemd/units.h"
#include "model/service/service.h"

/* Results of apply() and undo() besides a negative errno with an error. */
enum step_result {
        STEP_WAITS = 0, /* an operation runs, which goes on with the step */
        STEP_ENDED = 1,
        STEP_NOTHING = 2, /* nothing to do; worker_note() gives the reason */
};

struct worker;

/* The next piece of a step, after an operation; returns the same as apply(). *reterr is the error of an
 * operation that failed: the piece returns it, or goes on, and then it is logged. NULL: the step ends, or
 * fails with it. */
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
        /* The job is cancelled while apply() waits and w->wait.stoppable is not set: end it soon. NULL: it is
         * short and ends by itself. */
        void (*stop)(struct worker *w);
};

extern const struct step prepare_step, pull_step, snapshot_step, command_step, changes_step, unit_step,
        remove_step, health_step, commit_step, rehearsal_steps[_JOB_STEP_MAX], rewrite_steps[_JOB_STEP_MAX],
        units_steps[_JOB_STEP_MAX],
        adopt_steps[_JOB_STEP_MAX], edit_steps[_JOB_STEP_MAX];

/* The implementation of a step for this kind of job (steps/steps.c); never NULL. */
const struct step *worker_step(enum plan_verb verb, enum job_step step);

/* The job's changes to the host, from its folder. */
struct worker_made {
        bool loaded;
        struct changes changes;
        char **units;    /* the main one first */
        bool wrote_unit; /* fairlead itself */
        bool quadlet;    /* the main one comes from a .container: it cannot be enabled, its file does that */
};

/* Actions on several units, or containers to remove, one after another. */
struct worker_queue {
        char **names;
        size_t next, failed;
        bool containers, must;
        enum unit_action action;
        bool forget; /* the unit before next was stopped: reset its failed state */
        step_next_t then;
};

struct worker_join;
/* What a step waits for. */
struct worker_wait {
        struct op *op;
        step_next_t next;      /* follows the operation */
        const char *stoppable; /* a cancel drops op and fails the step with this sentence; NULL: it waits */
        sd_event_source *timer;
        struct pty *pty; /* receives typed input */
        size_t volume;   /* the one that is worked on, and what follows all of them */
        step_next_t then;
        struct worker_queue queue;
        struct error *failure; /* of worker_fail_unit(), while it looks for the reason */
};

/* Of the step's last operation of each kind. */
struct worker_results {
        struct unit_list *units_listed; /* NULL: failed */
        struct unit_detail *unit_shown;
        struct image *image;
        struct container_list *containers;
        size_t container_at; /* the one of them that the engine was asked for */
        struct container_origin *origin;
        bool exited; /* the program: status is its exit status, else the signal that killed it */
        int status;
        struct str generator; /* what Podman's said */
        struct manifest now;  /* of the scan */
        struct snapshot_tally tally;
};

struct verify;

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
        char *excluded[3];        /* our own folders, which no scan enters */
        unsigned rows, columns;   /* of the watching terminal */

        bool cancelled; /* by the user; ignored from the commit on */
        bool undoing;
        enum job_step at;              /* current step */
        const struct failure *failure; /* of the next error, where its reason is known */

        /* of the current step; dropped when it ends */
        void *state; /* step.size bytes */
        struct worker_wait wait;
        struct worker_results got;
        struct verify *verify; /* of a join, behind the health check */

        /* from the folder, loaded on first use */
        struct worker_kept {
                bool saved;
                struct manifest before;
                struct worker_made made;
        } kept;
};

/* Ways on from an operation. Each is the last call of a callback: the step may be freed by it. r is the
 * result of the step's next piece: failed, ended, or waiting again. They take the error. */
void worker_settle(struct worker *w, int r, struct error *e);
void worker_failed(struct worker *w, struct error *e);
/* Drops w->wait.op and goes on with w->wait.next: also the callback of an operation without a result. */
void worker_on_done(struct error *e, void *userdata);

/* Operations with systemd and the engine; their results are in w. STEP_WAITS. */
int worker_list_units(struct worker *w, const char *pattern, step_next_t next);
int worker_show_unit(struct worker *w, const char *unit, step_next_t next);
int worker_act(struct worker *w, const char *unit, enum unit_action action, step_next_t next);
int worker_reload_units(struct worker *w, step_next_t next);
int worker_list_containers(struct worker *w, step_next_t next);
void worker_on_image(struct image *image, struct error *e,
                     void *userdata); /* for w->got.image; w->wait.next is set */

/* The end of a step whose unit failed with *reterr: the last lines of that run of the unit go into the log,
 * and the one that says why becomes the hint, before an undo removes the unit. STEP_WAITS; fails later. */
int worker_fail_unit(struct worker *w, const char *unit, struct error **reterr);

/* The end of a step that found no unit of a .container: what Podman's generator says of its files becomes the
 * hint of *reterr. */
int worker_ask_generator(struct worker *w, struct error **reterr);

/* The last line of the command's output in the log of this folder; the caller frees. NULL: none. */
char *worker_last_line(int folder);

/* One action on each of the names (taken over) in turn; a failure is logged and passed over. */
int worker_act_on_units(struct worker *w, char **names, enum unit_action action, step_next_t then,
                        struct error **reterr);
/* Removes containers of these names or ids (taken over) one after another through the engine; a failure is
 * listed as a leftover, and with must it fails the step. */
int worker_remove_containers(struct worker *w, char **names, bool must, step_next_t then,
                             struct error **reterr);

/* Runs a program on a terminal, its output in the log unless the options say otherwise. */
int worker_run_program(struct worker *w, struct pty_options options, step_next_t next, struct error **reterr);
/* next follows after a pause. */
int worker_wait(struct worker *w, uint64_t usec, step_next_t next, struct error **reterr);

/* Adds a warning to the result: "TITLE: message". */
void worker_warn(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the step's note, a few words for the list of steps. */
void worker_note(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
int worker_nothing(struct worker *w, const char *why); /* with this note STEP_NOTHING */

/* Adds a sentence to the result about an object that stays on the host, wrongly or because it is foreign. */
void worker_leftover(struct worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs the sentence and hint of an error in spite of which the job goes on. */
void worker_log_error(struct worker *w, const struct error *e);

/* Add and remove the name that pins the plan's image, or else the record's (model/image/image.h). A failure
 * to add one fails the step; STEP_ENDED: there is no such name. Of the plan's names only one that this job
 * added is removed. */
int worker_pin(struct worker *w, bool planned, struct error **reterr);
int worker_unpin(struct worker *w, bool planned, step_next_t next);
/* The plan's such name, recorded for an undo, for who gives it by other means; NULL: there is none. */
int worker_pin_ahead(struct worker *w, char **ret, struct error **reterr);

/* Load w->record from the first step's copy in the job's folder: an uninstall removes the record. */
int worker_save_record(struct worker *w, struct error **reterr);
int worker_load_record(struct worker *w, struct error **reterr);
/* A copy of it to be changed and written: an undo writes w->record back. */
int worker_copy_record(const struct worker *w, struct service **ret, struct error **reterr);

/* Load w->kept.before and w->kept.made from the folder. -ENODATA: the job did not come that far. */
int worker_load_before(struct worker *w, struct error **reterr);
int worker_load_changes(struct worker *w, struct error **reterr);

/* Saves the job's work as found by a scan: `after` in the folder, w->kept.made, and the contents of small
 * files, for a later text diff. whole: the scan followed all steps of the job. */
int worker_keep_changes(struct worker *w, bool whole, struct error **reterr);
void worker_note_changes(struct worker *w); /* "3 changes" */

/* Scans the host's files, in turns of the loop, so that a cancel is noticed in between; files known to
 * worker_load_before() are not read again. next() may take w->got.now. A failed scan fails the step. */
int worker_scan(struct worker *w, step_next_t next, struct error **reterr);
/* The first scan, with more options. */
int worker_scan_with(struct worker *w, struct snapshot_options options, step_next_t next,
                     struct error **reterr);

/* Computes the job's changes to the host's files, given the present ones: an undo reverts these. */
void worker_own_work(struct worker *w, const struct manifest *now, struct manifest *ret);
void worker_add_entry(struct manifest *to, const struct entry *e); /* a copy */

/* Restores files; blobs are those of the job. Unrestored files become leftovers, and the step's note has the
 * number of files restored. Negative also when some failed. */
struct restore_options;
int worker_restore(struct worker *w, const struct restore_options *options, const char *job,
                   struct error **reterr);

/* Removes the containers that the plan's command created, and ends the step (backend/worker/containers.c).
 * worker_save_containers() saves the list of those that exist before it starts. */
int worker_save_containers(struct worker *w, struct error **reterr);
int worker_remove_own_containers(struct worker *w);
/* Of w->got.containers the one that the plan's command left; NULL: none. */
const struct container *worker_left_container(struct worker *w);

/* The engine's volumes that hold the service's state (backend/worker/volumes.c). Makes those of the plan that
 * are missing; an undo removes those that it made; an uninstall may remove all of the plan: one that cannot
 * be removed is a leftover. */
int worker_make_volumes(struct worker *w, step_next_t then, struct error **reterr);
int worker_unmake_volumes(struct worker *w, struct error **reterr);
int worker_remove_volumes(struct worker *w, step_next_t then, struct error **reterr);

/* A list of lines in a file of the job's folder. Loading gives NULL: the file is absent, or *reterr. */
int worker_save_lines(struct worker *w, const char *name, char *const *lines, struct error **reterr);
char **worker_load_lines(int folder, const char *name, struct error **reterr);

/* Is it an upgrade of a stopped service, which stays so? */
bool worker_stays_stopped(struct worker *w);

/* The unit whose state is that of the service: the first of made.units, or NULL. */
const char *worker_main_unit(const struct worker *w);

/* The folder of the job that installed the service of w->record, or -1. */
int worker_open_install(const struct worker *w, struct error **reterr);

/* Before a command that sets the service up again: its units are stopped, and what the install had changed is
 * as it was before it, except what others changed since, and its units. Of a rehearsal in the copy of the
 * host's files, with the units running (backend/worker/withdraw.c). */
#define WORKER_WITHDRAWN "withdrawn" /* the list of folders that it touched, in the job's folder */
int worker_withdraw_install(struct worker *w, step_next_t then, struct error **reterr);

/* The folder of the plan's unit, or NULL. The caller frees. */
char *worker_unit_folder(const struct worker *w);

uint64_t worker_now(void); /* CLOCK_BOOTTIME, usec */

/* Is the container command run by an engine (rather than a program of the host)? */
bool worker_needs_engine(const struct worker *w);

/* For an install that joins a realm (backend/worker/join.c): a last check of the clock against its servers
 * before the first effect. A large clock skew fails the step; STEP_ENDED: no domain is known. */
int worker_join_check(struct worker *w, struct error **reterr);
void worker_join_free(struct worker *w);

/* While the tool runs: a long silence makes the watch probe the realm's servers, and stop the tool when they
 * are gone. No-ops where there is nothing to watch. */
void worker_join_watch(struct worker *w);
void worker_join_heard(struct worker *w);
void worker_join_unwatch(struct worker *w);

/* Explains the command's failure from its output: negative when the reason is known; so is a success that
 * left the host's account in the realm which was to be deleted. Logs the warnings of one that ended well. */
int worker_join_judge(struct worker *w, struct error **reterr);

/* The end of the job's log; the caller frees. */
char *worker_read_log(const struct worker *w, size_t *ret_n);

/* The undo of a command (backend/worker/unenroll.c): takes back what a join has made in a FreeIPA realm, as
 * long as the keys for that are on this host, and removes the command's containers. What stays in a realm of
 * this kind is a leftover (REALM_NONE: nothing). */
int worker_undo_join(struct worker *w, struct error **reterr);
void worker_report_enrolled(struct worker *w, enum realm_kind kind);

/* Verifies a join on the host itself (backend/worker/verify.c): a user of the realm, the host's keys, its
 * root. Each result is recorded (RECORD_CHECK), and the step ends in any case: the user decides. */
int worker_verify_join(struct worker *w, struct error **reterr);
void worker_verify_free(struct worker *w);
