/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries out one job: the whole of fairlead-worker but its main(). All reports go to the job's journal, log
 * and result; nothing is printed. */

#include <systemd/sd-event.h>

#include "backend/io/paths.h"
#include "backend/systemd/units.h"
#include "base/secret.h"
#include "model/job/job.h"

enum worker_mode {
        WORKER_CARRY_OUT, /* a new job, from its first step */
        WORKER_RESUME,    /* one without its worker: go on (model/job/job.h, job_way_on()) */
        WORKER_ROLL_BACK, /* one without its worker, done, or broken: undo all */
};

struct worker_options {
        sd_event *event; /* NULL: one of its own */
        const struct paths *paths;
        const char *id;
        struct secret_list *secrets; /* borrowed; may be NULL */
        struct units *units;         /* NULL: the system's, where systemd runs and paths->root is "" */
        enum worker_mode mode;
};

#define WORKER_DONE 0
#define WORKER_FAILED 1 /* failed or cancelled, and undone as the result says */
#define WORKER_BUSY 5   /* another job holds the host, or is unfinished; nothing was done */

/* Runs the loop to the job's end and returns the exit status for main(). */
int worker_carry_out(const struct worker_options *options);

/* At boot: a job interrupted by the end of the host goes on or back by itself where its plan says so; else it
 * is announced at login. An exit status as above. */
int worker_at_boot(const struct paths *paths);
