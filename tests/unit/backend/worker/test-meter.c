/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a pull is: from what the worker sees, through the file in the job's folder, to who reads the job. */
#include "backend/store/job-folder.h"
#include "backend/store/job-journal.h"
#include "backend/worker/meter.h"
#include "tests/unit/tree.h"

#define A "aaaaaaaaaaaa"
#define LONG "0000000000000000000000000000000000000000000000000000"

static void shows_how_far_it_is(void **state) {
        char *folder = tree_new();
        sd_event *event = NULL;
        assert_int_equal(sd_event_new(&event), 0);
        _cleanup_close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct recorder *recorder = NULL;
        assert_int_equal(recorder_new(fd, &recorder, NULL), 0);
        assert_int_equal(recorder_add(recorder, STEP_PREPARE, RECORD_STATE, "running", NULL), 0);
        assert_int_equal(recorder_add(recorder, STEP_PULL, RECORD_INTENT, NULL, NULL), 0);

        struct meter *meter = meter_new(event, fd);
        pull_tally_expect(meter_tally(meter), "sha256:" A LONG, 4000);
        pull_tally_expect(meter_tally(meter), "sha256:bbbbbbbbbbbb" LONG, 1000);
        assert_int_equal(access(tree_path(folder, "/" JOBFOLDER_PROGRESS), F_OK), -1);
        meter_layer_seen(meter, A, PULL_MOVES, 1000, 4000);
        _cleanup_(job_freep) struct job *job = jobfolder_job(fd, "x");
        assert_int_equal(job->pull.layers, 2);
        assert_int_equal(job->pull.done, 0);
        assert_int_equal(job->pull.bytes, 1000);
        assert_int_equal(job->pull.total, 5000);
        meter_free(meter);
        assert_int_equal(access(tree_path(folder, "/" JOBFOLDER_PROGRESS), F_OK), -1);

        /* One that a worker left behind, and bytes that are none. */
        tree_write(folder, "/" JOBFOLDER_PROGRESS, "2 1 1 5 0\n");
        _cleanup_(job_freep) struct job *pulling = jobfolder_job(fd, "x");
        assert_int_equal(pulling->pull.layers, 2);
        tree_write(folder, "/" JOBFOLDER_PROGRESS, "nonsense");
        _cleanup_(job_freep) struct job *nonsense = jobfolder_job(fd, "x");
        assert_int_equal(nonsense->pull.layers, 0);
        tree_write(folder, "/" JOBFOLDER_PROGRESS, "2 1 1 5 0\n");
        assert_int_equal(recorder_add(recorder, STEP_PULL, RECORD_DONE, NULL, NULL), 0);
        _cleanup_(job_freep) struct job *behind = jobfolder_job(fd, "x");
        assert_int_equal(behind->pull.layers, 0);
        recorder_free(recorder);
        sd_event_unref(event);
        tree_remove(folder);
        free(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(shows_how_far_it_is) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
