/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that write a unit's drop-in, take it away again, and are rolled back. */
#include "tests/unit/worker-fixture.h"

#define DROP_IN_FOLDER "/etc/systemd/system/demo.service.d"

static void roll_back_edit(const struct host_fixture *f, const char *id) {
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_(job_freep) struct job *back = read_job(f, id);
        assert_int_equal(back->state, JOB_CANCELLED);
        print_left(back);
        assert_int_equal(strv_length(back->left), 0);
}

static void writes_changes_and_removes_a_drop_in(void **state) {
        struct host_fixture *f = *state;
        static const struct {
                const char *was, *text;
        } rows[] = {
                { "", "[Service]\nRestart=always\n" },
                { "[Service]\nRestart=no\n", "[Service]\nRestart=always\n" },
                { "[Service]\nRestart=no\n", "" },
        };
        tree_write(f->root, "/etc/systemd/system/.keep", "");
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                if (*rows[i].was)
                        tree_write(f->root, DROP_IN, rows[i].was);
                _cleanup_free_ char *before = tree_fingerprint(f->root);
                _cleanup_plan_ struct plan *plan = edit_plan(rows[i].was, rows[i].text);
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                _cleanup_free_ char *path = str_printf("%s" DROP_IN, f->root);
                _cleanup_free_ char *folder = str_printf("%s" DROP_IN_FOLDER, f->root);
                assert_int_equal(access(path, F_OK), *rows[i].text ? 0 : -1);
                assert_int_equal(access(folder, F_OK), *rows[i].text ? 0 : -1);
                if (*rows[i].text) {
                        _cleanup_free_ char *now = tree_read(f->root, DROP_IN);
                        assert_string_equal(now, rows[i].text);
                }
                roll_back_edit(f, job->id);
                assert_tree(f->root, before);
        }
}

/* The drop-in goes, and what somebody else put beside it does not. */
static void keeps_the_drop_ins_of_others(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->root, DROP_IN, "[Service]\nRestart=no\n");
        tree_write(f->root, DROP_IN_FOLDER "/90-others.conf", "[Service]\nNice=5\n");
        _cleanup_plan_ struct plan *plan = edit_plan("[Service]\nRestart=no\n", "");
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
        _cleanup_free_ char *path = str_printf("%s" DROP_IN, f->root), *others = tree_read(f->root, DROP_IN_FOLDER "/90-others.conf");
        assert_int_equal(access(path, F_OK), -1);
        assert_string_equal(others, "[Service]\nNice=5\n");
}

/* What somebody wrote since it was planned is not overwritten. */
static void leaves_what_somebody_changed_meanwhile(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->root, DROP_IN, "[Service]\nNice=5\n");
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = edit_plan("", "[Service]\nRestart=always\n");
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = ordinary);
        assert_tree(f->root, before);
}

/* ---- the signer of a repository ---- */

#define POLICY "/etc/containers/policy.json"
#define PLACE "/etc/containers/registries.d/fairlead-a.yaml"

static struct plan *trust_plan(const char *was, const char *beside) {
        struct plan *plan = new0(struct plan);
        plan->verb = VERB_TRUST;
        plan->name = xstrdup("registry.example.test:5000/team/demo");
        plan->given.answers = new0(struct answers);
        plan->pin.reference = xstrdup(plan->name);
        plan->pin.image = xstrdup(plan->name);
        plan->file = (struct plan_file) { xstrdup(POLICY), xstrdup("{\"new\": 1}\n"), xstrdup(was), xstrdup("It is asked for") };
        if (beside)
                plan->beside = (struct plan_file) { xstrdup(PLACE), xstrdup(beside), xstrdup(""), NULL };
        strv_add(&plan->paths, "/etc/containers");
        return plan;
}

static void writes_both_files_of_a_signer(void **state) {
        struct host_fixture *f = *state;
        static const char *const besides[] = { NULL, "docker:\n" };
        tree_write(f->root, POLICY, "{}\n");
        for (size_t i = 0; i < ELEMENTS(besides); i++) {
                _cleanup_free_ char *before = tree_fingerprint(f->root);
                _cleanup_plan_ struct plan *plan = trust_plan("{}\n", besides[i]);
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                _cleanup_free_ char *policy = tree_read(f->root, POLICY);
                assert_string_equal(policy, "{\"new\": 1}\n");
                if (besides[i]) {
                        _cleanup_free_ char *place = tree_read(f->root, PLACE);
                        assert_string_equal(place, besides[i]);
                }
                roll_back_edit(f, job->id);
                assert_tree(f->root, before);
        }
}

/* The file beside it is written first: it goes again where the policy is not what it was. */
static void writes_neither_file_where_one_changed(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->root, POLICY, "{\"somebody\": 1}\n");
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = trust_plan("{}\n", "docker:\n");
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = ordinary);
        assert_tree(f->root, before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(writes_changes_and_removes_a_drop_in),
                T(keeps_the_drop_ins_of_others),
                T(leaves_what_somebody_changed_meanwhile),
                T(writes_both_files_of_a_signer),
                T(writes_neither_file_where_one_changed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
