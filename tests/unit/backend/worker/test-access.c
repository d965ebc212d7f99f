/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs of an installed service in a realm: who may log in, and new keys. */
#include "tests/unit/worker-fixture.h"

#include <sys/stat.h>

#include "model/plan/unit-text.h"
#include "tests/unit/source.h"

#define WAS "[domain/d]\nid_provider = ad\n"
#define BECOMES WAS "access_provider = deny\n"
#define JOIN_SCRIPT "mkdir $ROOT/etc/sssd; printf '[domain/d]\\nid_provider = ad\\n' > $ROOT/etc/sssd/sssd.conf; chmod 600 $ROOT/etc/sssd/sssd.conf"

static void install(const struct host_fixture *f) {
        _cleanup_plan_ struct plan *plan = script_plan(f, JOIN_SCRIPT, ENGINE_PODMAN);
        job_free(run_done(f, plan));
}

static struct plan *access_plan(const struct host_fixture *f) {
        struct plan *plan = script_plan(f, NULL, ENGINE_NONE);
        plan->verb = VERB_ACCESS;
        strv_free(plan->paths);
        plan->paths = NULL;
        strv_add(&plan->paths, PLAN_ACCESS_FOLDER);
        unit_file_done(&plan->unit);
        plan->unit = (struct unit_file) { .name = strdup("demo.service") };
        plan->file = (struct plan_file) { strdup(PLAN_ACCESS_FILE), strdup(BECOMES), strdup(WAS), strdup("Who may log in: nobody of the domain") };
        return plan;
}

static void leave(const struct host_fixture *f, const char *before) {
        _cleanup_plan_ struct plan *plan = script_plan(f, NULL, ENGINE_NONE);
        plan->verb = VERB_UNINSTALL;
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        print_left(job);
        assert_int_equal(strv_length(job->left), 0);
        assert_tree(f->root, before);
}

/* It is written, reported, and taken for the install's own work afterwards. */
static void a_change_of_access_is_fairleads_own_work(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        install(f);
        _cleanup_plan_ struct plan *plan = access_plan(f);
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_string_equal(job->message, "Who may log in: nobody of the domain");
        _cleanup_free_ char *text = tree_read(f->root, PLAN_ACCESS_FILE);
        assert_string_equal(text, BECOMES);
        struct stat st;
        assert_int_equal(stat(tree_path(f->root, PLAN_ACCESS_FILE), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        leave(f, before);
}

/* What the admin wrote behind it is the admin's. */
static void what_others_write_behind_it_stays(void **state) {
        struct host_fixture *f = *state;
        install(f);
        _cleanup_plan_ struct plan *plan = access_plan(f), *uninstall = script_plan(f, NULL, ENGINE_NONE);
        job_free(run_done(f, plan));
        tree_write(f->root, PLAN_ACCESS_FILE, BECOMES "# mine\n");
        uninstall->verb = VERB_UNINSTALL;
        _cleanup_(job_freep) struct job *job = run_done(f, uninstall);
        assert_non_null(strstr(job->left[0], PLAN_ACCESS_FILE));
        _cleanup_free_ char *text = tree_read(f->root, PLAN_ACCESS_FILE);
        assert_string_equal(text, BECOMES "# mine\n");
}

static void nobody_is_written_over(void **state) {
        struct host_fixture *f = *state;
        install(f);
        tree_write(f->root, PLAN_ACCESS_FILE, WAS "# mine\n");
        _cleanup_plan_ struct plan *plan = access_plan(f);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan);
        assert_int_equal(job->state, JOB_FAILED);
        assert_non_null(strstr(job->message, "Somebody changed " PLAN_ACCESS_FILE));
        _cleanup_free_ char *text = tree_read(f->root, PLAN_ACCESS_FILE);
        assert_string_equal(text, WAS "# mine\n");
}

static void failing(struct fake_systemd *s) {
        fake_systemd_add(s, "demo.service", "active", "running", "enabled");
        does_not_start(s);
}

/* SSSD does not come up with it: the file is as it was. Restored by a person, it is so, too. */
static void it_is_whole_or_nothing(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        install(f);
        _cleanup_free_ char *installed = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = access_plan(f);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = failing);
        assert_int_equal(job->steps[STEP_SNAPSHOT].state, STEP_UNDONE);
        assert_non_null(strstr(job->message, "demo.service did not start"));
        assert_null(strstr(job->message, "could not be started")); /* once is enough */
        assert_tree(f->root, installed);

        _cleanup_plan_ struct plan *second = access_plan(f);
        _cleanup_(job_freep) struct job *done = run_done(f, second);
        assert_int_equal(run_job(f, done->id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_(job_freep) struct job *back = read_job(f, done->id);
        assert_int_equal(back->state, JOB_CANCELLED);
        assert_tree(f->root, installed);
        leave(f, before);
}

/* A plan comes from a file: no other file can be named in it. */
static void no_other_file_is_written(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = access_plan(f);
        str_replace(&plan->file.path, "/etc/shadow");
        _cleanup_free_ char *id = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (jobfolder_make(&f->paths, plan, &id, &e) < 0)
                return;
        assert_int_equal(run_job(f, id, (struct with) {}), WORKER_FAILED);
        _cleanup_free_ char *shadow = tree_read(f->root, "/etc/shadow");
        assert_null(shadow);
}

/* The corpus of the keytab reader has two versions of the keys; the command puts the newer one into the place of the older. */
static void renewed_keys_are_looked_at(void **state) {
        struct host_fixture *f = *state;
        static const struct {
                const char *file, *message;
        } rows[] = {
                { "big-kvno", "The keys of this host are renewed: key version 257" },
                { "two", "The command ended well, but the keys in /etc/krb5.keytab are still version 3" },
                { "/missing", "The keys could not be renewed: the command ended with status 1" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *before = tree_fingerprint(f->root);
                _cleanup_free_ char *join = str_printf("cp %s/tests/fuzz/corpus/keytab/two $ROOT/etc/krb5.keytab", source_root());
                _cleanup_free_ char *script = str_printf("cat %s/tests/fuzz/corpus/keytab/%s > $ROOT/etc/krb5.keytab.new && cat $ROOT/etc/krb5.keytab.new >"
                                                         " $ROOT/etc/krb5.keytab; s=$?; rm $ROOT/etc/krb5.keytab.new; exit $s", source_root(),
                                                         rows[i].file);
                _cleanup_plan_ struct plan *plan = script_plan(f, join, ENGINE_PODMAN), *renew = script_plan(f, script, ENGINE_NONE);
                job_free(run_done(f, plan));
                renew->verb = VERB_RENEW;
                strv_free(renew->paths);
                renew->paths = NULL;
                unit_file_done(&renew->unit);
                renew->unit = (struct unit_file) {};
                _cleanup_free_ char *last = make_job(f, renew);
                int status = run_job(f, last, (struct with) {});
                _cleanup_(job_freep) struct job *job = read_job(f, last);
                assert_string_equal(job->message, rows[i].message);
                assert_int_equal(status, i ? WORKER_FAILED : WORKER_DONE);
                leave(f, before);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_change_of_access_is_fairleads_own_work), T(what_others_write_behind_it_stays),
                T(nobody_is_written_over), T(it_is_whole_or_nothing), T(no_other_file_is_written),
                T(renewed_keys_are_looked_at),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
