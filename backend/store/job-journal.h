/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes a job's journal (the format is in model/job/job.h): each record is on the disk before the call
 * returns. */

#include <stdbool.h>

#include "base/error.h"
#include "model/job/job.h"

struct recorder;

/* Opens (or begins) `journal` in the job's folder, replays it and cuts a torn tail off. The journal keeps
 * room for itself on the disk, so that an undo can be recorded when it is full. */
int recorder_new(int folder, struct recorder **ret, struct error **reterr);
struct recorder *recorder_free(struct recorder *recorder);
DEFINE_CLEANUP(struct recorder, recorder_free)

/* Of this boot of the host: 32 hex digits; zeros where it cannot be read. */
void recorder_boot_id(char boot[static 33]);

/* data: NULL is "". */
int recorder_add(struct recorder *recorder, enum job_step step, enum record_event event, const char *data,
                 struct error **reterr);

/* What the records say, and nothing else: valid until the next record. Verb, name and image are not in them.
 */
const struct job *recorder_job(const struct recorder *recorder);

/* Was the host started anew since the last record that was there when the recorder was made? */
bool recorder_rebooted(const struct recorder *recorder);

/* CLOCK_REALTIME of the last record that was there when the recorder was made, in seconds; 0: there was none.
 */
int64_t recorder_last_before(const struct recorder *recorder);
