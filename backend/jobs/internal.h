/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the files of backend/jobs/jobs.h: jobs.c reads folders, folder.c follows one and looks for dead
 * workers, start.c starts them, watch.c follows jobs. */

#include "backend/io/inotify.h"
#include "backend/jobs/jobs.h"

struct jobs {
        sd_event *event;
        struct paths paths; /* the strings are the caller's */
        struct units *units;
        struct op *listening; /* of jobs_listen(); NULL: no listener */
        /* The connection for typed input: one, so that keys keep their order. */
        int control;
        char *control_id;
};

/* Checks the worker of a job that has not ended: without it the job becomes interrupted, with a message. */
void jobs_settle(struct jobs *jobs, int folder, struct job *job);

/* Opens the folder of a job and follows its files by inotify (NULL: that failed); the caller closes it. */
int jobs_follow(const struct paths *paths, const char *id, struct inotify *inotify, struct error **reterr);
