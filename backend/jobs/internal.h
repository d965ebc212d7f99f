/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of backend/jobs/jobs.h share: jobs.c reads folders, jobs-start.c starts workers,
 * jobs-watch.c follows one job, jobs-listen.c all of them. */

#include "backend/jobs/jobs.h"

struct listening;

struct jobs {
        sd_event *event;
        struct paths paths;             /* the strings are the caller's */
        struct units *units;
        struct listening *listening;    /* NULL: nobody listens */
        /* The connection to the job that is typed to: one, so that keys keep their order. */
        int control;
        char *control_id;
};

/* Says of a job that has not ended whether its worker is there: else it is interrupted, and its message says
 * so. */
void jobs_settle(struct jobs *jobs, int folder, struct job *job);

struct listening *listening_free(struct listening *listening);
