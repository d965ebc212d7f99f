/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which finished jobs are kept, and with what. Pure.
 *
 * A job is open while it runs, waits or can be undone: a service's record names it, it is the last of its
 * service, or such a job goes back to it. Its folder stays whole. All others are closed: contents of files
 * that not everybody may read (keytabs, shadow, private keys), and of large ones, go, and so does the folder
 * beyond the limits. */

#include "model/job/changes.h"
#include "model/job/job.h"

#define RETENTION_JOBS 50U
#define RETENTION_DAYS 90U
#define RETENTION_LEAST 5U /* the newest: no date removes them, as clocks are wrong at times */

struct retention {
        unsigned jobs; /* the newest that stay; 0: any number */
        unsigned days; /* 0: any age */
        bool all;      /* no closed job stays */
};

/* /etc/fairlead/fairlead.conf: "[jobs]", "keep = 50", "days = 90". Absent or wrong values are the defaults.
 * text: NULL: no file. */
struct retention retention_parse(const char *text);

enum job_fate {
        FATE_OPEN,
        FATE_CLOSED,
        FATE_REMOVED,
        _JOB_FATE_MAX,
};

struct past_job {
        const struct job *job;
        const char *earlier; /* the job that was its service's before it (from the record it saved); NULL */
        bool recorded;       /* a service's record names it */
        bool leaves;         /* an uninstall that left a realm: saved keys are worth something there */
        enum job_fate fate;  /* set by retention_judge() */
};

/* jobs: all of them, newest first. now: seconds since the epoch. */
void retention_judge(struct past_job *jobs, size_t n, const struct retention *limits, int64_t now);

/* Whether not everybody of the host could read this file of the manifest: a secret, once its job is
 * closed. */
bool retention_is_private(const struct manifest *m, const struct entry *e);

/* What a pruning did, or would do. */
struct pruning {
        struct retention limits;
        char **removed; /* ids of jobs, newest first */
        char **closed;  /* those that keep no secrets any more */
        char **volumes; /* "NAME:SERVICE": volumes of the engine that an uninstall kept */
        bool drops_volumes;     /* they are removed, too */
        uint64_t jobs;  /* that stay */
        uint64_t freed; /* bytes */
        uint64_t size;  /* of all that stay */
        bool done;      /* false: only looked at */
};
void pruning_done(struct pruning *p);
