/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/job/job.h"

static void final_states_move_only_back(void **state) {
        for (int from = 0; from < _JOB_STATE_MAX; from++)
                for (int to = 0; to < _JOB_STATE_MAX; to++)
                        if (job_state_final((enum job_state) from) || from == to)
                                assert_int_equal(job_move_legal((enum job_state) from, (enum job_state) to),
                                                 (from == JOB_DONE && to == JOB_CANCELLING) ||
                                                         (from == JOB_BROKEN && (to == JOB_CANCELLING || to == JOB_UNDOING)));
        assert_true(job_move_legal(JOB_QUEUED, JOB_RUNNING));
        assert_true(job_move_legal(JOB_RUNNING, JOB_DONE));
        assert_true(job_move_legal(JOB_CANCELLING, JOB_CANCELLED));
        assert_false(job_move_legal(JOB_CANCELLING, JOB_DONE));
        assert_false(job_move_legal(JOB_UNDOING, JOB_DONE));
        assert_false(job_move_legal(JOB_RUNNING, JOB_FAILED));
        assert_false(job_move_legal((enum job_state) 77, JOB_DONE));
}

static enum job_way way_of(struct job *job, enum job_state state, int done, int now, bool rebooted, enum job_step *ret) {
        job->state = state;
        for (int i = 0; i < _JOB_STEP_MAX; i++)
                job->steps[i].state = i <= done ? STEP_DONE : i == now ? STEP_NOW : STEP_TODO;
        return job_way_on(job, VERB_INSTALL, rebooted, ret);
}

static void a_job_without_a_worker_goes_its_way(void **state) {
        _cleanup_(job_freep) struct job *job = job_new();
        enum job_step step;
        assert_int_equal(way_of(job, JOB_QUEUED, -1, -1, false, &step), WAY_BEGIN);
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_PULL, STEP_SNAPSHOT, false, &step), WAY_BEGIN);
        assert_int_equal(step, STEP_PREPARE);
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_SNAPSHOT, STEP_COMMAND, false, &step), WAY_AGAIN);
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_COMMAND, -1, false, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_CHANGES);
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_ENABLE, STEP_START, true, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_START);
        /* what ran before the host went down runs no more */
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_HEALTH, STEP_COMMIT, false, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_COMMIT);
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_HEALTH, STEP_COMMIT, true, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_START);
        /* an uninstall has nothing to start */
        assert_int_equal(job_way_on(job, VERB_UNINSTALL, true, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_COMMIT);
        /* a change of who may log in has no command: what counts is whether its file was begun */
        job->steps[STEP_UNIT].state = STEP_TODO;
        assert_int_equal(job_way_on(job, VERB_ACCESS, false, &step), WAY_BEGIN);
        job->steps[STEP_UNIT].state = STEP_NOW;
        assert_int_equal(job_way_on(job, VERB_ACCESS, false, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_UNIT);
        /* the last record, that of the job's end, is missing */
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_COMMIT, -1, false, &step), WAY_GO_ON);
        assert_int_equal(step, STEP_COMMIT);
        /* the half of a command was being restored: that is no failure */
        assert_int_equal(way_of(job, JOB_UNDOING, STEP_SNAPSHOT, STEP_COMMAND, false, &step), WAY_AGAIN);
        str_replace(&job->message, "It failed");
        assert_int_equal(way_of(job, JOB_UNDOING, STEP_SNAPSHOT, STEP_COMMAND, false, &step), WAY_UNDO);
        assert_int_equal(way_of(job, JOB_RUNNING, STEP_COMMAND, -1, false, &step), WAY_UNDO);
        assert_int_equal(way_of(job, JOB_BROKEN, STEP_COMMAND, -1, false, &step), WAY_UNDO);
        assert_int_equal(way_of(job, JOB_CANCELLING, STEP_COMMAND, -1, false, &step), WAY_UNDO);
        assert_int_equal(way_of(job, JOB_DONE, STEP_COMMIT, -1, false, &step), WAY_NONE);
        assert_int_equal(way_of(job, JOB_FAILED, STEP_COMMIT, -1, false, NULL), WAY_NONE);
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
        assert_int_equal(job_current_step(job), STEP_PREPARE);
        job->steps[STEP_PREPARE].state = STEP_DONE;
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
        strv_add(&job->left, "x");
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
                job_list_take(list, job);
        }
        assert_string_equal(list->items[0]->id, ids[1]);
        assert_string_equal(list->items[1]->id, ids[0]);
        assert_string_equal(list->items[2]->id, ids[2]);
}

/* The results of a join, and the warning of an install after which nothing runs. */
static void knows_a_join_by_its_checks(void **state) {
        static const struct {
                enum plan_verb verb;
                enum job_state state;
                size_t n;
                enum verdict verdicts[2];
                bool joined;
        } rows[] = {
                { VERB_INSTALL, JOB_DONE, 2, { VERDICT_OK, VERDICT_WARN }, true },
                { VERB_INSTALL, JOB_DONE, 1, { VERDICT_FAIL }, true },
                { VERB_INSTALL, JOB_DONE, 1, { VERDICT_WARN }, false },
                { VERB_INSTALL, JOB_DONE, 0, {}, false },
                { VERB_INSTALL, JOB_FAILED, 1, { VERDICT_OK }, false },
                { VERB_UNINSTALL, JOB_DONE, 1, { VERDICT_OK }, false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct job_check checks[2] = { { .verdict = rows[i].verdicts[0] }, { .verdict = rows[i].verdicts[1] } };
                const struct job job = { .verb = rows[i].verb, .state = rows[i].state, .checks = checks, .n_checks = rows[i].n };
                if (job_joined(&job) != rows[i].joined)
                        fail_msg("row %zu", i);
        }
}

static void names_what_a_job_is_about(void **state) {
        static const struct {
                struct job job;
                const char *what;
        } rows[] = {
#define J(v, n, j, d) { .verb = v, .name = (char *) n, .joins = j, .domain = (char *) d }
                { J(VERB_INSTALL, "rsyslog", REALM_NONE, NULL), "install rsyslog" },
                { J(VERB_INSTALL, "sssd", REALM_AD, "example.test"), "join example.test" },
                { J(VERB_INSTALL, "sssd", REALM_IPA, NULL), "join a realm" },
                { J(VERB_UNINSTALL, "sssd", REALM_AD, "example.test"), "leave example.test" },
                { J(VERB_UNINSTALL, "sssd", REALM_AD, NULL), "leave the realm" },
                { J(VERB_UPGRADE, "sssd", REALM_AD, "example.test"), "upgrade sssd" },
                { J(VERB_ACCESS, "sssd", REALM_AD, NULL), "access sssd" },
                { J(VERB_INSTALL, NULL, REALM_NONE, NULL), "install ?" },
#undef J
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *what = job_what(&rows[i].job);
                assert_string_equal(what, rows[i].what);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_what_a_job_is_about),
                cmocka_unit_test(final_states_move_only_back),
                cmocka_unit_test(a_job_without_a_worker_goes_its_way),
                cmocka_unit_test(ids_have_one_shape),
                cmocka_unit_test(an_uninstall_has_fewer_steps),
                cmocka_unit_test(the_current_step_is_the_one_at_work),
                cmocka_unit_test(a_copy_shares_nothing),
                cmocka_unit_test(knows_a_join_by_its_checks), cmocka_unit_test(lists_begin_with_the_newest),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
