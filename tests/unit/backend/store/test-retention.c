/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real jobs on a small host: what stays of them, and whether what stays is enough. */
#include "tests/unit/worker-fixture.h"

#include <dirent.h>

#include "backend/io/digest.h"
#include "backend/store/host-lock.h"
#include "backend/store/retention.h"

#define KEYTAB "keys of this host\n"
#define SHADOW "root:hash:1\n"
#define OLD_KEYTAB "keys before\n"

static bool has_blob(const struct host_fixture *f, const char *id, const char *content) {
        char hex[DIGEST_HEX];
        digest_bytes(content, strlen(content), hex);
        _cleanup_free_ char *path = str_printf("/jobs/%s/snapshot/blobs/%s", id, hex);
        return access(tree_path(f->state, path), F_OK) == 0;
}

static bool has_job(const struct host_fixture *f, const char *id) {
        _cleanup_free_ char *path = str_printf("/jobs/%s", id);
        return access(tree_path(f->state, path), F_OK) == 0;
}

static void furnish(const struct host_fixture *f) {
        tree_write(f->root, "/etc/shadow", SHADOW);
        tree_write(f->root, "/etc/krb5.keytab", OLD_KEYTAB);
        assert_int_equal(chmod(tree_path(f->root, "/etc/shadow"), 0640), 0);
        assert_int_equal(chmod(tree_path(f->root, "/etc/krb5.keytab"), 0600), 0);
}

#define JOIN "printf '" KEYTAB "' > $ROOT/etc/krb5.keytab; echo x > $ROOT/etc/demo.conf"

static char *done(const struct host_fixture *f, enum plan_verb verb, enum realm_kind joins) {
        _cleanup_plan_ struct plan *plan = script_plan(f, verb == VERB_INSTALL ? JOIN : NULL, ENGINE_NONE);
        plan->verb = verb;
        plan->joins = joins;
        char *id = make_job(f, plan);
        expect_done(f, id, run_job(f, id, (struct with) {}));
        return id;
}

static void prune(const struct host_fixture *f, bool all, struct pruning *ret) {
        _cleanup_error_ struct error *e = NULL;
        const struct retention every = { .all = true };
        assert_ok(retention_run(&f->paths, all ? &every : NULL, true, ret, &e), e);
}

/* The end of an install lets go what no undo needs; the end of a leave all keys, of the install, too. */
static void secrets_go_with_the_leave(void **state) {
        struct host_fixture *f = *state;
        furnish(f);
        _cleanup_free_ char *large = str_printf("%*s", 300 * 1024, "x");
        tree_write(f->root, "/etc/large", large);
        _cleanup_free_ char *install = done(f, VERB_INSTALL, REALM_AD);
        assert_false(has_blob(f, install, SHADOW) || has_blob(f, install, large));
        assert_true(has_blob(f, install, OLD_KEYTAB)); /* an uninstall restores it */
        _cleanup_free_ char *uninstall = done(f, VERB_UNINSTALL, REALM_AD);
        _cleanup_free_ char *keytab = tree_read(f->root, "/etc/krb5.keytab");
        assert_string_equal(keytab, OLD_KEYTAB);
        const char *const secrets[] = { SHADOW, KEYTAB, OLD_KEYTAB };
        for (size_t i = 0; i < ELEMENTS(secrets); i++)
                assert_false(has_blob(f, install, secrets[i]) || has_blob(f, uninstall, secrets[i]));

        /* which cannot be undone any more, and says so */
        assert_int_equal(run_job(f, uninstall, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_free_ char *refused = read_job_file(f, uninstall, "refused");
        assert_non_null(strstr(refused, "no longer kept"));
        assert_non_null(strstr(refused, "Join the realm again"));
        _cleanup_(job_freep) struct job *job = read_job(f, uninstall);
        assert_int_equal(job->state, JOB_DONE);
}

/* Any other uninstall can be undone, and then done again, with the files of the install. */
static void an_uninstall_can_be_undone_until_it_is_pruned(void **state) {
        struct host_fixture *f = *state;
        furnish(f);
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_free_ char *install = done(f, VERB_INSTALL, REALM_NONE);
        _cleanup_free_ char *uninstall = done(f, VERB_UNINSTALL, REALM_NONE);
        assert_tree(f->root, before);
        struct pruning pruning;
        prune(f, true, &pruning);
        assert_int_equal(pruning.jobs, 2);
        pruning_done(&pruning);
        run_job(f, uninstall, (struct with) { .mode = WORKER_ROLL_BACK });
        assert_true(services_exists(&f->paths, "demo"));
        _cleanup_free_ char *second = done(f, VERB_UNINSTALL, REALM_NONE);
        assert_tree(f->root, before);

        /* a new install of its name ends that */
        _cleanup_free_ char *again = done(f, VERB_INSTALL, REALM_NONE);
        assert_false(has_blob(f, second, KEYTAB) || has_blob(f, install, OLD_KEYTAB));
        assert_int_equal(run_job(f, second, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        prune(f, true, &pruning);
        assert_int_equal(strv_length(pruning.removed), 3);
        assert_int_equal(pruning.jobs, 1);
        assert_true(pruning.size > 0 && pruning.freed > 0);
        pruning_done(&pruning);
        assert_true(has_job(f, again) && !has_job(f, install) && !has_job(f, uninstall) && !has_job(f, second));
        _cleanup_free_ char *sizes = retention_sizes(&f->paths);
        assert_true(retention_size(sizes, again) > 4096);
        assert_int_equal(retention_size(sizes, install), 0);
        free(done(f, VERB_UNINSTALL, REALM_NONE));
        assert_tree(f->root, before);
}

/* A file that somebody else changed stays, and its former content is named: that is kept. */
static void what_a_result_names_is_kept(void **state) {
        struct host_fixture *f = *state;
        furnish(f);
        _cleanup_free_ char *install = done(f, VERB_INSTALL, REALM_AD);
        tree_write(f->root, "/etc/krb5.keytab", "of somebody else\n");
        _cleanup_free_ char *uninstall = done(f, VERB_UNINSTALL, REALM_AD);
        _cleanup_(job_freep) struct job *job = read_job(f, uninstall);
        assert_int_equal(strv_length(job->left), 1);
        assert_true(has_blob(f, install, OLD_KEYTAB));
        assert_false(has_blob(f, install, SHADOW));
}

/* The records are what says which jobs are needed. */
static void without_the_records_nothing_goes(void **state) {
        struct host_fixture *f = *state;
        free(done(f, VERB_INSTALL, REALM_NONE));
        _cleanup_plan_ struct plan *plan = script_plan(f, "exit 1", ENGINE_NONE);
        str_replace(&plan->name, "other");
        _cleanup_(job_freep) struct job *failed = run_failed(f, plan);
        tree_write(f->state, "/services/demo.json", "{ broken");
        struct pruning pruning;
        const struct retention every = { .all = true };
        _cleanup_error_ struct error *e = NULL;
        assert_true(retention_run(&f->paths, &every, true, &pruning, &e) < 0);
        assert_non_null(strstr(e->message, "No job is removed"));
        assert_true(has_job(f, failed->id));
        pruning_done(&pruning);
}

static void the_limits_of_the_host_hold(void **state) {
        struct host_fixture *f = *state;
        tree_folder(f->root, "/etc/fairlead");
        tree_write(f->root, "/etc/fairlead/fairlead.conf", "[jobs]\nkeep = 1\n");
        _cleanup_plan_ struct plan *plan = script_plan(f, "exit 1", ENGINE_NONE);
        _cleanup_(job_freep) struct job *first = run_failed(f, plan), *second = run_failed(f, plan);
        assert_true(has_job(f, second->id) && !has_job(f, first->id));
}

static void a_look_touches_nothing(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "exit 1", ENGINE_NONE);
        _cleanup_(job_freep) struct job *failed = run_failed(f, plan);
        _cleanup_free_ char *before = tree_fingerprint(f->state);
        struct pruning pruning;
        const struct retention every = { .all = true };
        assert_int_equal(retention_run(&f->paths, &every, false, &pruning, NULL), 0);
        assert_int_equal(strv_length(pruning.removed), 1);
        assert_false(pruning.done);
        pruning_done(&pruning);
        assert_tree(f->state, before);
}

/* A plan that changes sssd.conf holds all of it. */
static void a_closed_plan_has_no_texts(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "exit 1", ENGINE_NONE);
        plan->verb = VERB_ACCESS;
        plan->file = (struct plan_file) { .path = xstrdup(PLAN_ACCESS_FILE), .text = xstrdup("ldap_default_authtok = Canary-1\n"),
                                          .was = xstrdup("ldap_default_authtok = Canary-0\n"), .sentence = xstrdup("Everybody.") };
        _cleanup_(job_freep) struct job *failed = run_failed(f, plan);
        _cleanup_free_ char *text = read_job_file(f, failed->id, "plan.json");
        assert_null(strstr(text, "Canary"));
        assert_string_equal(failed->name, "demo");
}

/* A removal that died is finished; a closing, too. */
static void the_rest_of_a_dead_run_is_done(void **state) {
        struct host_fixture *f = *state;
        furnish(f);
        _cleanup_plan_ struct plan *plan = script_plan(f, "exit 1", ENGINE_NONE);
        _cleanup_(job_freep) struct job *failed = run_failed(f, plan);
        _cleanup_free_ char *mark = str_printf("/jobs/%s/closed", failed->id);
        tree_folder(f->state, "/jobs/.removed-20260101-000000-0000abcd");
        tree_write(f->state, "/jobs/.removed-20260101-000000-0000abcd/plan.json", "{}");
        tree_write(f->state, mark, "begun\n");
        struct pruning pruning;
        sweep_run(&f->paths);
        prune(f, false, &pruning);
        assert_int_equal(strv_length(pruning.closed), 1);
        pruning_done(&pruning);
        _cleanup_free_ char *text = tree_read(f->state, mark);
        assert_string_equal(text, "done\n");
        assert_int_equal(access(tree_path(f->state, "/jobs/.removed-20260101-000000-0000abcd"), F_OK), -1);
        prune(f, false, &pruning);
        assert_null(pruning.closed);
        pruning_done(&pruning);
}

int main(int argc, char **argv) {
        if (argc > 1)
                return be_worker(argc, argv);
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(secrets_go_with_the_leave, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(an_uninstall_can_be_undone_until_it_is_pruned, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(what_a_result_names_is_kept, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(without_the_records_nothing_goes, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(the_limits_of_the_host_hold, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(a_look_touches_nothing, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(a_closed_plan_has_no_texts, host_set_up, host_tear_down),
                cmocka_unit_test_setup_teardown(the_rest_of_a_dead_run_is_done, host_set_up, host_tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
