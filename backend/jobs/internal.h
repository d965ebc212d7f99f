/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of backend/jobs/jobs.h share: jobs.c reads folders, start.c starts workers, watch.c follows
 * one job, listen.c all of them. */

#include "backend/jobs/jobs.h"

struct listening;

struct jobs {
        sd_event *event;
        struct paths paths; /* the strings are the caller's */
        struct units *units;
        struct listening *listening; /* NULL: nobody listens */
        /* The connection to the job that is typed to: one, so that keys keep their order. */
        int control;
        char *control_id;
};

/* Says of a job that has not ended whether its worker is there: else it is interrupted, and its message says
 * so. */
void jobs_settle(struct jobs *jobs, int folder, struct job *job);

/* list: the jobs that are there now. changed() may free what it gets here. */
struct listening *listening_new(sd_event *event, const struct paths *paths, const struct job_list *list,
                                void (*changed)(void *userdata), void *userdata);
struct listening *listening_free(struct listening *listening);
