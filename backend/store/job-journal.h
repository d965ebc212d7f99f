/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a worker writes into its job's folder: the journal (format: model/job/job.h), of which each record is
 * on the disk before the call returns, and the log: the raw output of its command without secrets, and lines
 * of fairlead's own. */

#include "base/secret.h"
#include "model/job/job.h"

struct recorder {
        struct job *job;        /* as replayed, without verb, name and image */
        bool rebooted;          /* the host was, between the last earlier record and recorder_new() */
        int64_t last_before;    /* CLOCK_REALTIME of that record, in seconds; 0: none */

        /* job-journal.c's */
        int fd;
        struct str text; /* the whole journal: small, and replayed as the only source of the job's state */
        uint64_t sequence;
        char boot[33];
};

/* Opens (or begins) `journal` in the job's folder, replays it and cuts a torn tail off. The journal reserves
 * space on the disk, so that an undo can be recorded when it is full. */
int recorder_new(int folder, struct recorder **ret, struct error **reterr);
struct recorder *recorder_free(struct recorder *recorder);
DEFINE_CLEANUP(struct recorder, recorder_free)

/* Of this boot of the host: 32 hex digits; zeros where it cannot be read. */
void recorder_boot_id(char boot[static 33]);

/* data: NULL is "". */
int recorder_add(struct recorder *recorder, enum job_step step, enum record_event event, const char *data,
                 struct error **reterr);

/* Output beyond this is only counted; the command goes on. */
#define JOBLOG_BYTES_MAX (1024ULL * 1024 * 1024)

struct joblog;

/* Appends to `log` in the job's folder. */
int joblog_new(int folder, const struct secret_list *secrets, struct joblog **ret, struct error **reterr);
struct joblog *joblog_free(struct joblog *log);
DEFINE_CLEANUP(struct joblog, joblog_free)

/* Output of the command. A full disk does not stop it: lost bytes are counted and reported once. */
void joblog_output(struct joblog *log, const void *bytes, size_t n);

/* The title of what comes next: written before it, or with what came of it. NULL: now. */
void joblog_heading(struct joblog *log, const char *title);
/* It has ended: what came of it (may be NULL), in the line of the title where nothing stands between. */
void joblog_ended(struct joblog *log, const char *note);
/* Nothing came: the title, and why (may be NULL). */
void joblog_skipped(struct joblog *log, const char *why);
/* A line of fairlead's own ("fairlead: …"). */
void joblog_note(struct joblog *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text without the job's secrets; the caller frees. NULL for NULL. */
char *joblog_redacted(struct joblog *log, const char *text);

/* After the end of the output: writes bytes held back as a possible part of a secret, and syncs. */
void joblog_flush(struct joblog *log);
