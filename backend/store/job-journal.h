/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes a job's journal (format: model/job/job.h): each record is on the disk before the call returns. */

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
