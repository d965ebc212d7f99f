/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs: one plan being carried out. States, steps and the append-only journal; replay is a pure function. */

#include "base/names.h"
#include "model/plan/plan.h"
#include "model/realm/check.h"
#include "model/realm/failure.h"

enum job_state {
        JOB_QUEUED,
        JOB_RUNNING,
        JOB_CANCELLING,  /* cancel requested: the current step is being stopped, then all is rolled back */
        JOB_UNDOING,     /* a step failed: all is being rolled back */
        JOB_DONE,        /* final from here on; may still be rolled back on request */
        JOB_FAILED,      /* and rolled back */
        JOB_CANCELLED,   /* and rolled back */
        JOB_BROKEN,      /* failed, and the rollback is incomplete (see the result); can be retried */
        JOB_INTERRUPTED, /* without a worker before its end; never in a journal (see job_way_on()) */
        _JOB_STATE_MAX,
};
DECLARE_NAMES(job_state, enum job_state);       /* "queued", "running", … */
bool job_state_final(enum job_state state);
struct job;
/* For people: "rolled back" for one that was, on request; else the state's name. */
const char *job_state_word(const struct job *job);
bool job_move_legal(enum job_state from, enum job_state to);

/* The steps in their order, one file each in backend/steps/. */
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
bool job_step_planned(enum job_step step, enum plan_verb verb);  /* whether a job of this verb has the step */
const char *job_step_title(enum job_step step, enum plan_verb verb);    /* "run the installer", "save the
                                                                         * files", … */

enum step_state {
        STEP_TODO,
        STEP_NOW,
        STEP_DONE,
        STEP_SKIPPED,           /* nothing to do: image already pulled, no unit to write, … */
        STEP_FAILED,
        STEP_UNDOING,
        STEP_UNDONE,
        _STEP_STATE_MAX,
};
DECLARE_NAMES(step_state, enum step_state);     /* "next", "now", "done", "skipped", "failed", "undoing",
                                                 * "undone" */

struct step_status {
        enum step_state state;
        uint64_t usec;          /* duration (for STEP_NOW the beginning: CLOCK_BOOTTIME) */
        char *note;             /* "1,812 files", "already here"; NULL */
};

/* How a job without its worker can be resumed. */
enum job_way {
        WAY_NONE,  /* it has ended */
        WAY_BEGIN, /* nothing was changed yet: from the first step */
        WAY_GO_ON, /* from a step on; those before it stay done */
        WAY_AGAIN, /* the command was cut off and must not run twice: rolled back, then from the first step */
        WAY_UNDO,  /* it was being rolled back: the rollback is finished */
        _JOB_WAY_MAX,
};
DECLARE_NAMES(job_way, enum job_way);           /* "none", "begin", "go-on", "again", "undo" */

struct job_check {
        enum job_step step;     /* that found it */
        enum verdict verdict;
        char *text;             /* "Keytab: …" */
};

/* A job as read from its folder. */
struct job {
        char *id;               /* "20261123-1207-a4f1": sortable */
        enum plan_verb verb;
        char *name;             /* of the service */
        enum realm_kind joins;  /* of an install that joins a realm, an uninstall that leaves it */
        char *domain;           /* of that realm; NULL: not known before */
        char *image;            /* reference */
        char *digest;
        enum job_state state;
        int64_t started;        /* seconds since the epoch; 0: not yet */
        int64_t ended;          /* 0: not yet */
        int exit_status;        /* of the label's command; -1: it did not exit by itself */
        char boot[33];          /* boot id of the last record; "" without one */
        char plan_digest[65];   /* SHA-256 of plan.json as the job began with it; "": begun by 0.2.0 */
        int64_t last;           /* its time, in seconds since the epoch */
        int64_t last_usec;      /* the same, in microseconds: orders jobs of one second; 0: no record */
        struct step_status steps[_JOB_STEP_MAX];
        bool planned[_JOB_STEP_MAX];    /* the steps of this verb */
        char *message;          /* the result in a sentence; NULL while running */
        char *hint;
        const struct failure *failure;  /* of a realm's tool, where its reason is known; NULL */
        bool withdrawn;         /* rolled back on request: after its end, or without its worker */
        char **left;            /* files not restored: on failure, or changed by others */
        struct job_check *checks;       /* results of the join, of an install that joined a realm */
        size_t n_checks;
        /* JOB_INTERRUPTED: the way to continue, and the names of the secrets that it needs (NULL: none) */
        enum job_way way;
        char **secrets;
        uint64_t log_size;      /* bytes */
        uint64_t size; /* bytes that its folder takes, those shared with other jobs divided; 0: unknown */
};
struct job *job_new(void);
struct job *job_free(struct job *job);
DEFINE_CLEANUP(struct job, job_free)
struct job *job_copy(const struct job *job);
/* "install rsyslog", "join example.test", "leave example.test": the caller frees. */
char *job_what(const struct job *job);
/* "VERDICT TEXT", as a journal has it. */
void job_add_check(struct job *job, enum job_step step, const char *line);
void job_drop_checks(struct job *job, enum job_step step);
/* Whether a check says that the join does not work. */
bool job_checks_fail(const struct job *job);
/* Whether a job that is done has something to say beside that: a check that is not OK, or a leftover. */
bool job_warns(const struct job *job);
/* Whether it joined this host to a realm: its checks have results of all kinds, those of others only warn. */
bool job_joined(const struct job *job);
/* the one NOW or UNDOING, else the last not TODO, else the first */
enum job_step job_current_step(const struct job *job);

/* Pure. Only the journal of job counts; rebooted: the host restarted since the last record, so that its
 * processes are gone. *ret_step (may be NULL): the first step, or the one to continue from. */
enum job_way job_way_on(const struct job *job, enum plan_verb verb, bool rebooted, enum job_step *ret_step);

struct job_list {
        struct job **items;     /* newest first */
        size_t n;
};
struct job_list *job_list_free(struct job_list *list);
DEFINE_CLEANUP(struct job_list, job_list_free)
void job_list_take(struct job_list *list, struct job *job);     /* takes job */

bool job_id_valid(const char *id);      /* [0-9]{8}-[0-9]{6}-[0-9a-f]{8} */
int64_t job_id_time(const char *id);    /* when it was made, in seconds since the epoch; 0: no valid id */

/* ---- the journal: one record a line, "SEQ BOOT MONO REAL STEP EVENT DATA CRC\n" ---- */

enum record_event {
        RECORD_STATE,   /* step unused; data: the new job state */
        RECORD_INTENT,  /* effects of the step follow; data: names for probe (deterministic) */
        RECORD_DONE,    /* data: note */
        RECORD_SKIPPED, /* data: why */
        RECORD_FAILED,  /* data: sentence */
        RECORD_UNDO,    /* undoing the step begins */
        RECORD_UNDONE,
        RECORD_KEPT,  /* data: a leftover on the host, with the reason */
        RECORD_EXIT,  /* data: exit status of the command */
        RECORD_HINT,  /* data: hint of the last failure */
        RECORD_REASON, /* data: id of the last failure (model/realm/failure.h), where it is known, or
                        * REASON_WITHDRAWN */
        RECORD_CHECK, /* data: "VERDICT TITLE: message" of a check of the join or of what the
                       * install came to; VERDICT by enum verdict */
        RECORD_PLAN,  /* data: SHA-256 of plan.json, in hex */
        _RECORD_EVENT_MAX,
};
DECLARE_NAMES(record_event, enum record_event);

#define REASON_WITHDRAWN "withdrawn" /* interrupted, and rolled back on request */

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

/* One line with newline and CRC-32C; the caller frees. */
char *record_format(const struct record *record);

/* Reads a whole journal: applies each valid record in order to *job, up to the first bad one (torn tail,
 * wrong CRC, hole in the sequence). *ret_good (may be NULL): the number of valid bytes. Pure; any bytes are
 * safe. The number of records. */
int journal_replay(const void *bytes, size_t n, struct job *job, size_t *ret_good);
