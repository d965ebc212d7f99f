/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes a job's journal (format: model/job/job.h): each record is on the disk before the call returns. */

#include "model/job/job.h"

struct recorder;

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

/* The job as replayed, without verb, name and image: valid until the next record. */
const struct job *recorder_job(const struct recorder *recorder);

/* Was the host rebooted between the last earlier record and the recorder's creation? */
bool recorder_rebooted(const struct recorder *recorder);

/* CLOCK_REALTIME of the last record before the recorder's creation, in seconds; 0: none. */
int64_t recorder_last_before(const struct recorder *recorder);
