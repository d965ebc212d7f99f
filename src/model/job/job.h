/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs: one plan being carried out. States, steps and the append-only journal; replay is a pure function.
 * DESIGN.md section 7, reference/reliability.md section 2. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/names.h"
#include "model/plan/plan.h"
#include "model/realm/check.h"
#include "model/realm/failure.h"

enum job_state {
        JOB_QUEUED,
        JOB_RUNNING,
        JOB_CANCELLING,  /* asked to stop: the current step is being stopped, then everything is put
                          * back */
        JOB_UNDOING,     /* a step failed: everything is being put back */
        JOB_DONE,        /* final from here on; a person may have it put back all the same */
        JOB_FAILED,      /* and everything was put back */
        JOB_CANCELLED,   /* and everything was put back */
        JOB_BROKEN,      /* failed, and something could not be put back: the result lists it. May be
                          * tried again */
        JOB_INTERRUPTED, /* found without a worker before its end (shown, never in a journal; job_way_on()
                          * tells what can be done) */
        _JOB_STATE_MAX,
};
DECLARE_NAMES(job_state, enum job_state);       /* "queued", "running", … */
bool job_state_final(enum job_state state);
bool job_move_legal(enum job_state from, enum job_state to);

/* The steps in their order. One file each in backend/steps/. */
enum job_step {
        STEP_PREPARE,
        STEP_PULL,
        STEP_SNAPSHOT,
        STEP_COMMAND,           /* the label's command */
        STEP_CHANGES,
        STEP_UNIT,
        STEP_RELOAD,
        STEP_ENABLE,
        STEP_START,
        STEP_HEALTH,
        STEP_COMMIT,
        _JOB_STEP_MAX,
};
DECLARE_NAMES(job_step, enum job_step); /* "preflight", "pull", "snapshot", "command", "changes", "unit",
                                         * "reload", "enable", "start", "health", "commit" */
bool job_step_planned(enum job_step step, enum plan_verb verb);  /* does a job of this verb have the step? */
const char *job_step_title(enum job_step step, enum plan_verb verb);    /* "run the installer", "save the
                                                                         * files", … */

enum step_state {
        STEP_TODO,
        STEP_NOW,
        STEP_DONE,
        STEP_SKIPPED,           /* nothing to do: image already here, no unit to write, … */
        STEP_FAILED,
        STEP_UNDOING,
        STEP_UNDONE,
        _STEP_STATE_MAX,
};
DECLARE_NAMES(step_state, enum step_state);     /* "next", "now", "done", "skipped", "failed", "undoing",
                                                 * "undone" */

struct step_status {
        enum step_state state;
        uint64_t usec;          /* how long it took (or, for STEP_NOW, when it began: CLOCK_BOOTTIME) */
        char *note;             /* "1,812 files", "already here"; NULL */
};

/* How a job that was found without its worker can be taken up. */
enum job_way {
        WAY_NONE,  /* it has come to its end */
        WAY_BEGIN, /* nothing has been changed yet: from the first step */
        WAY_GO_ON, /* from a step on; those before it stay done */
        WAY_AGAIN, /* the command was cut off, and nobody knows what running it twice does: what it did is put
                    * back, then from the first step */
        WAY_UNDO,  /* it was being put back: all there is to do is to finish that */
        _JOB_WAY_MAX,
};
DECLARE_NAMES(job_way, enum job_way);           /* "none", "begin", "go-on", "again", "undo" */

struct job_check {
        enum verdict verdict;
        char *text;             /* "Keytab: …" */
};

/* What is known of a job from its folder. */
struct job {
        char *id;               /* "20261123-1207-a4f1": sortable */
        enum plan_verb verb;
        char *name;             /* of the service */
        char *image;            /* reference */
        char *digest;
        enum job_state state;
        int64_t started;        /* seconds since the epoch; 0: not yet */
        int64_t ended;          /* 0: not yet */
        int exit_status;        /* of the label's command; -1: it did not end by itself */
        char boot[33];          /* boot id of the last record; "" without one */
        int64_t last;           /* when that was, in seconds since the epoch */
        struct step_status steps[_JOB_STEP_MAX];
        bool planned[_JOB_STEP_MAX];    /* which steps this verb has */
        char *message;          /* the result in a sentence; NULL while running */
        char *hint;
        const struct failure *failure;  /* of a realm's tool, where its reason is known; NULL */
        char **left;            /* what could not be put back, or was kept because someone else changed it */
        struct job_check *checks;       /* of an install that joined a realm: how the join turned out */
        size_t n_checks;
        /* JOB_INTERRUPTED: what going on would mean, and the names of the secrets that must be given again
         * for it (NULL: none) */
        enum job_way way;
        char **secrets;
        uint64_t log_size;      /* bytes */
};
struct job *job_new(void);
struct job *job_free(struct job *job);
DEFINE_CLEANUP(struct job, job_free)
struct job *job_copy(const struct job *job);
/* "VERDICT TEXT", as a journal has it. */
void job_add_check(struct job *job, const char *line);
void job_drop_checks(struct job *job);
/* Does one of them say that the join does not work? */
bool job_checks_fail(const struct job *job);
/* the one NOW or UNDOING, else the last not TODO, else the first */
enum job_step job_current_step(const struct job *job);

/* Pure. Of job, what its journal says counts; rebooted: the host was started anew since the last record, so
 * that what ran runs no more. *ret_step (may be NULL): the first step, or that to go on from. */
enum job_way job_way_on(const struct job *job, enum plan_verb verb, bool rebooted, enum job_step *ret_step);

struct job_list {
        struct job **items;     /* newest first */
        size_t n;
};
struct job_list *job_list_free(struct job_list *list);
DEFINE_CLEANUP(struct job_list, job_list_free)
int job_list_take(struct job_list *list, struct job *job);

bool job_id_valid(const char *id);      /* [0-9]{8}-[0-9]{6}-[0-9a-f]{8} */

/* ---- the journal: one record a line, "SEQ BOOT MONO REAL STEP EVENT DATA CRC\n" ---- */

enum record_event {
        RECORD_STATE,   /* step unused; data: the new job state */
        RECORD_INTENT,  /* the step is about to have effects; data: what probe needs later (deterministic
                         * names) */
        RECORD_DONE,    /* data: note */
        RECORD_SKIPPED, /* data: why */
        RECORD_FAILED,  /* data: sentence */
        RECORD_UNDO,    /* undoing the step begins */
        RECORD_UNDONE,
        RECORD_KEPT,  /* data: something left on the host, with the reason */
        RECORD_EXIT,  /* data: exit status of the command */
        RECORD_HINT,  /* data: hint of the last failure */
        RECORD_REASON, /* data: id of the last failure (model/realm/failure.h), where it is known */
        RECORD_CHECK, /* data: "VERDICT TITLE: message" of a look at what a join came to; VERDICT
                       * as enum verdict is named */
        _RECORD_EVENT_MAX,
};
DECLARE_NAMES(record_event, enum record_event);

#define RECORD_BYTES_MAX 4096U          /* with the newline; longer data is cut at a character's border */
#define JOURNAL_BYTES_MAX (1024U * 1024)

struct record {
        uint64_t sequence;      /* from 1, without holes */
        char boot[33];          /* boot id, 32 hex digits */
        uint64_t mono;          /* CLOCK_BOOTTIME, usec */
        int64_t real;           /* CLOCK_REALTIME, usec */
        enum job_step step;
        enum record_event event;
        char *data;             /* UTF-8; "" at least */
};

/* One line with newline and CRC-32C; the caller frees. NULL when out of memory. */
char *record_format(const struct record *record);

/* Reads a whole journal: applies every good record in order to *job. Stops at the first bad one (torn tail,
 * wrong CRC, hole in the sequence): *ret_good is then how many bytes are good (may be NULL). Pure; any bytes
 * are safe. The number of records, or -ENOMEM. */
int journal_replay(const void *bytes, size_t n, struct job *job, size_t *ret_good);
