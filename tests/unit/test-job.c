/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/job.h"

static void final_states_do_not_move(void **state) {
        for (int from = 0; from < _JOB_STATE_MAX; from++)
                for (int to = 0; to < _JOB_STATE_MAX; to++)
                        if (job_state_final((enum job_state) from) || from == to)
                                assert_false(job_move_legal((enum job_state) from, (enum job_state) to));
        assert_true(job_move_legal(JOB_QUEUED, JOB_RUNNING));
        assert_true(job_move_legal(JOB_RUNNING, JOB_DONE));
        assert_true(job_move_legal(JOB_CANCELLING, JOB_CANCELLED));
        assert_false(job_move_legal(JOB_CANCELLING, JOB_DONE));
        assert_false(job_move_legal(JOB_UNDOING, JOB_DONE));
        assert_false(job_move_legal(JOB_RUNNING, JOB_FAILED));
        assert_false(job_move_legal((enum job_state) 77, JOB_DONE));
}

static void ids_have_one_shape(void **state) {
        assert_true(job_id_valid("20261123-120703-a4f1b2c3"));
        static const char *const bad[] = { "", "..", "20261123-120703-a4f1b2c", "20261123-120703-a4f1b2c33", "20261123-120703-A4f1b2c3",
                                           "20261123/120703-a4f1b2c3", "2026112a-120703-a4f1b2c3" };
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_false(job_id_valid(bad[i]));
        assert_false(job_id_valid(NULL));
}

static void an_uninstall_has_fewer_steps(void **state) {
        size_t steps = 0;
        for (int i = 0; i < _JOB_STEP_MAX; i++) {
                assert_true(job_step_planned((enum job_step) i, VERB_INSTALL));
                steps += job_step_planned((enum job_step) i, VERB_UNINSTALL);
                assert_true(strlen(job_step_title((enum job_step) i, VERB_UNINSTALL)) > 3);
                assert_int_equal(job_step_from_name(job_step_name((enum job_step) i)), i);
        }
        assert_int_equal(steps, 7);
        assert_string_equal(job_step_title(STEP_COMMAND, VERB_INSTALL), "run the installer");
        assert_string_equal(job_step_title(STEP_COMMAND, VERB_UNINSTALL), "run the uninstaller");
}

static void the_current_step_is_the_one_at_work(void **state) {
        _cleanup_(job_freep) struct job *job = job_new();
        assert_int_equal(job_current_step(job), STEP_PREFLIGHT);
        job->steps[STEP_PREFLIGHT].state = STEP_DONE;
        job->steps[STEP_PULL].state = STEP_SKIPPED;
        assert_int_equal(job_current_step(job), STEP_PULL);
        job->steps[STEP_COMMAND].state = STEP_FAILED;
        job->steps[STEP_SNAPSHOT].state = STEP_UNDOING;
        assert_int_equal(job_current_step(job), STEP_SNAPSHOT);
}

static void a_copy_shares_nothing(void **state) {
        _cleanup_(job_freep) struct job *job = job_new();
        job->id = strdup("20261123-120703-a4f1b2c3");
        job->name = strdup("rsyslog");
        job->steps[STEP_SNAPSHOT].note = strdup("12 files");
        assert_int_equal(strv_add(&job->left, "x"), 0);
        _cleanup_(job_freep) struct job *copy = job_copy(job);
        job = job_free(job);
        assert_string_equal(copy->id, "20261123-120703-a4f1b2c3");
        assert_string_equal(copy->steps[STEP_SNAPSHOT].note, "12 files");
        assert_string_equal(copy->left[0], "x");
        assert_null(copy->hint);
}

static void lists_begin_with_the_newest(void **state) {
        static const char *const ids[] = { "20261123-120703-00000002", "20261123-120703-00000003", "20261122-120703-00000009" };
        _cleanup_(job_list_freep) struct job_list *list = calloc(1, sizeof *list);
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                struct job *job = job_new();
                job->id = strdup(ids[i]);
                assert_int_equal(job_list_take(list, job), 0);
        }
        assert_string_equal(list->items[0]->id, ids[1]);
        assert_string_equal(list->items[1]->id, ids[0]);
        assert_string_equal(list->items[2]->id, ids[2]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(final_states_do_not_move),
                cmocka_unit_test(ids_have_one_shape),
                cmocka_unit_test(an_uninstall_has_fewer_steps),
                cmocka_unit_test(the_current_step_is_the_one_at_work),
                cmocka_unit_test(a_copy_shares_nothing),
                cmocka_unit_test(lists_begin_with_the_newest),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
