/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a journal: the replay is safe, what it calls good is a whole number of lines, and replaying only the good part gives the same job. */
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"
#include "model/job/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_(job_freep) struct job *job = job_new(), *again = job_new();
        size_t good, good_again;
        int records = journal_replay(bytes, n, job, &good);
        if (records < 0)
                return 0;
        if (good > n || (good && bytes[good - 1] != '\n'))
                abort();
        if (journal_replay(bytes, good, again, &good_again) != records || good_again != good)
                abort();
        if (job->state != again->state || !str_equal(job->message, again->message) || !strv_equal(job->left, again->left))
                abort();
        return 0;
}
