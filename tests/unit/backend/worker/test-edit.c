/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that write a unit's drop-in, take it away again, and are rolled back. */
#include "tests/unit/worker-fixture.h"

#define DROP_IN "/etc/systemd/system/demo.service.d/50-fairlead.conf"

static struct plan *edit_plan(const char *was, const char *text) {
        struct plan *plan = new0(struct plan);
        plan->verb = VERB_EDIT;
        plan->name = xstrdup("demo.service");
        plan->given.answers = new0(struct answers);
        plan->pin.reference = xstrdup("/usr/lib/systemd/system/demo.service");
        plan->pin.image = xstrdup(plan->pin.reference);
        plan->file.path = xstrdup(DROP_IN);
        plan->file.was = xstrdup(was);
        plan->file.text = xstrdup(text);
        plan->file.sentence = xstrdup("demo.service has other settings");
        strv_add(&plan->paths, "/etc/systemd/system");
        return plan;
}

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
                assert_int_equal(access(path, F_OK), *rows[i].text ? 0 : -1);
                if (*rows[i].text) {
                        _cleanup_free_ char *now = tree_read(f->root, DROP_IN);
                        assert_string_equal(now, rows[i].text);
                }
                roll_back_edit(f, job->id);
                assert_tree(f->root, before);
        }
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

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(writes_changes_and_removes_a_drop_in),
                T(leaves_what_somebody_changed_meanwhile),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
