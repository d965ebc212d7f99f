/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's upgrades: the unit changed, the record, the way back, and an uninstall after them. */
#include "tests/unit/worker-fixture.h"

#define NEW_ID "2222222222222222222222222222222222222222222222222222222222222222"
#define NEW_ID_START "222222222222"
#define NEW_UNIT "[Service]\nExecStart=/usr/bin/podman run demo-2\n"
#define OLD_UNIT "[Service]\nExecStart=/usr/bin/podman run demo\n"
#define UNIT_PATH "/etc/systemd/system/demo.service"

static int set_up(void **state) {
        *state = host_fixture_new();
        fake_engine_add_image(NEW_ID);
        return 0;
}

static char *install(const struct host_fixture *f) {
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        str_replace(&plan->pin.version, "1");
        strv_add(&plan->given.set, "X=1");
        label_list_set(&plan->pin.labels, "RUN", "podman run -d IMAGE");
        char *id = make_job(f, plan);
        expect_done(f, id, run_job(f, id, (struct with) {}));
        return id;
}

static struct plan *upgrade_plan(const struct host_fixture *f, const char *script) {
        struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
        plan->verb = VERB_UPGRADE;
        str_replace(&plan->pin.image, "localhost/demo@sha256:" NEW_ID);
        str_replace(&plan->pin.image_id, NEW_ID);
        str_replace(&plan->pin.version, "2");
        str_replace(&plan->unit.text, NEW_UNIT);
        strv_add(&plan->given.set, "X=1");
        label_list_set(&plan->pin.labels, "RUN", "podman run -d --new IMAGE");
        plan->from = calloc(1, sizeof *plan->from);
        str_replace(&plan->from->image, "localhost/demo@sha256:" IMAGE_ID);
        str_replace(&plan->from->image_id, IMAGE_ID);
        if (!script) {  /* what holds the name is the service's own command then */
                plan->run = script_command(f, "true", ENGINE_PODMAN);
        }
        return plan;
}

static void uninstall(const struct host_fixture *f) {
        _cleanup_plan_ struct plan *leave = script_plan(f, NULL, ENGINE_NONE);
        leave->verb = VERB_UNINSTALL;
        job_free(run_done(f, leave));
}

static bool new_is_held(const struct host_fixture *f) {
        return access(tree_path(f->engine, "/.name localhost+demo:fairlead-demo-" NEW_ID_START), F_OK) == 0;
}

static struct service *read_record(const struct host_fixture *f) {
        struct service *service = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(services_read(&f->paths, "demo", &service, &e), e);
        return service;
}

static void expect_unit(const struct host_fixture *f, const char *text) {
        _cleanup_free_ char *now = tree_read(f->root, UNIT_PATH);
        assert_string_equal(now ? now : "", text);
}

static void changes_the_unit_and_the_record(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root), *first = install(f);
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, NULL);
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_string_equal(job->message, "demo is upgraded from version 1 to 2");
        assert_int_equal(job->steps[STEP_COMMAND].state, STEP_SKIPPED);
        expect_unit(f, NEW_UNIT);
        _cleanup_(service_freep) struct service *s = read_record(f);
        assert_string_equal(s->pin.image_id, NEW_ID);
        assert_string_equal(s->pin.version, "2");
        assert_string_equal(s->job, job->id);
        assert_true(s->upgraded >= s->installed && s->installed > 0);
        assert_string_equal(s->units[0], "demo.service");
        assert_int_equal(strv_length(s->files), 1);
        assert_string_equal(s->files[0], UNIT_PATH);
        assert_string_equal(s->given.set[0], "X=1");
        assert_string_equal(s->pin.labels.items[0].value, "podman run -d --new IMAGE");
        assert_non_null(s->install_argv);
        assert_true(new_is_held(f));
        assert_false(is_held(f));

        /* the folder of the install is not needed any more */
        assert_int_equal(jobfolder_remove(&f->paths, first), 0);
        uninstall(f);
        assert_false(new_is_held(f));
        assert_tree(f->root, before);
}

#define UPGRADE_SCRIPT "echo y > $ROOT/etc/demo/demo.conf; echo z > $ROOT/etc/demo/new.conf; rm $ROOT/etc/hosts; mkdir $ROOT/usr/local/made; chmod 600 $ROOT/etc/demo/new.conf"

static void an_uninstall_undoes_both(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root), *first = install(f);
        for (int round = 0; round < 2; round++) {
                _cleanup_plan_ struct plan *plan = upgrade_plan(f, round ? "echo again > $ROOT/etc/demo/demo.conf; echo 3 > $ROOT/etc/third" : UPGRADE_SCRIPT);
                if (round) {
                        str_replace(&plan->from->image_id, NEW_ID);
                        str_replace(&plan->pin.image_id, IMAGE_ID);
                        str_replace(&plan->unit.text, OLD_UNIT "# 3\n");
                }
                _cleanup_(job_freep) struct job *job = run_done(f, plan);
                /* of the job only its own, of the service all together */
                _cleanup_(changes_done) struct changes own = {}, all = {};
                _cleanup_close_ int folder = jobfolder_open(&f->paths, job->id, NULL);
                assert_int_equal(jobfolder_changes(folder, &own, NULL), 0);
                assert_int_equal(jobfolder_service_changes(folder, &all, NULL), 0);
                assert_null(changes_find(&own, "/etc/passwd"));
                assert_int_equal(changes_find(&own, "/etc/demo/demo.conf")->what, CHANGE_CONTENT);
                assert_int_equal(changes_find(&all, "/etc/passwd")->what, CHANGE_REMOVED);
                assert_int_equal(changes_find(&all, "/etc/demo/demo.conf")->what, CHANGE_ADDED);
                assert_int_equal(changes_find(&all, "/etc/hosts")->what, CHANGE_REMOVED);
                assert_int_equal(changes_find(&all, UNIT_PATH)->what, CHANGE_ADDED);
        }
        uninstall(f);
        assert_tree(f->root, before);
}

static void keeps_what_somebody_changed_in_between(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f);
        tree_write(f->root, "/etc/hosts", "the admin's\n");
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, NULL);
        job_free(run_done(f, plan));
        uninstall(f);
        _cleanup_free_ char *hosts = tree_read(f->root, "/etc/hosts"), *passwd = tree_read(f->root, "/etc/passwd");
        assert_string_equal(hosts, "the admin's\n");
        assert_non_null(passwd);
        assert_int_equal(access(tree_path(f->root, "/etc/demo"), F_OK), -1);
}

static void refuses_another_image_than_the_planned_one(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f), *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, UPGRADE_SCRIPT);
        str_replace(&plan->from->image_id, "other");
        _cleanup_(job_freep) struct job *job = run_failed(f, plan);
        assert_string_equal(job->message, "demo no longer runs the image that the plan was made against");
        assert_tree(f->root, before);
}

/* ---- with a systemd ---- */

static void running(struct fake_systemd *s) {
        fake_systemd_add(s, "demo.service", "active", "running", "enabled");
        fake_systemd_find(s, "demo.service")->install = true;
}

static void dead(struct fake_systemd *s) {
        running(s);
        does_not_start(s);
}

static void unhealthy(struct fake_systemd *s) {
        dead(s);
        fake_systemd_find(s, "demo.service")->times = 1;
}

static void goes_back_when_the_new_one_does_not_start(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f), *before = tree_fingerprint(f->root);
        _cleanup_(service_freep) struct service *record = read_record(f);
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, UPGRADE_SCRIPT);
        struct fake_systemd *systemd = NULL;
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = unhealthy, .systemd = &systemd);
        print_left(job);
        assert_int_equal(job->state, JOB_FAILED);
        assert_int_equal(strv_length(job->left), 0);
        assert_non_null(strstr(job->message, "demo.service did not restart"));
        assert_null(strstr(job->message, "could not be started")); /* once is enough */
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->active, "active");
        fake_systemd_free(systemd);
        expect_unit(f, OLD_UNIT);
        _cleanup_(service_freep) struct service *s = read_record(f);
        assert_string_equal(s->pin.image_id, IMAGE_ID);
        assert_string_equal(s->job, first);
        assert_true(is_held(f));
        assert_false(new_is_held(f));
        _cleanup_free_ char *after = tree_fingerprint(f->root), *log = read_job_file(f, job->id, "log");
        assert_string_equal(after, before);
        assert_non_null(strstr(log, "demo.service runs again, with the image it had"));
}

static void says_so_when_the_old_one_does_not_run_again(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f), *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, NULL);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = dead);
        assert_int_equal(job->state, JOB_BROKEN);
        assert_int_equal(strv_length(job->left), 1);
        assert_string_equal(job->left[0], "save the files: demo.service does not run again: it is failed");
        assert_tree(f->root, before);
}

/* What runs by the new definition is stopped before the old one comes back: else it would go on with the new image. */
static void goes_back_when_the_check_does_not_pass(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f), *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, NULL);
        strv_add(&plan->health_argv, "/bin/false");
        plan->health_seconds = 1;
        struct fake_systemd *systemd = NULL;
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = running, .systemd = &systemd);
        assert_int_equal(job->state, JOB_FAILED);
        assert_string_equal(job->message, "demo.service runs, but its check did not pass: status 1");
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->active, "active");
        /* restarted with the new, stopped and started with the old */
        assert_int_equal(systemd->next_job, 3);
        fake_systemd_free(systemd);
        expect_unit(f, OLD_UNIT);
        assert_tree(f->root, before);
}

static void stopped(struct fake_systemd *s) {
        fake_systemd_add(s, "demo.service", "inactive", "dead", "disabled");
        fake_systemd_find(s, "demo.service")->install = true;
}

static void what_was_stopped_stays_stopped(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f);
        _cleanup_plan_ struct plan *plan = upgrade_plan(f, NULL);
        struct fake_systemd *systemd = NULL;
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = stopped, .systemd = &systemd);
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->active, "inactive");
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->file_state, "disabled");
        fake_systemd_free(systemd);
        assert_int_equal(job->steps[STEP_START].state, STEP_SKIPPED);
        assert_string_equal(job->steps[STEP_START].note, "demo.service was stopped, and stays so");
        expect_unit(f, NEW_UNIT);
}

static void a_unit_of_the_image_is_changed_in_its_place(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, "printf 'ExecStart=x old\\n' > $ROOT" UNIT_PATH, ENGINE_PODMAN);
        job_free(run_done(f, plan));
        _cleanup_plan_ struct plan *next = upgrade_plan(f, NULL);
        next->unit.kind = UNIT_BY_IMAGE;
        str_replace(&next->unit.text, "ExecStart=x new\n");
        job_free(run_done(f, next));
        expect_unit(f, "ExecStart=x new\n");
        _cleanup_(service_freep) struct service *s = read_record(f);
        assert_int_equal(strv_length(s->files), 0);
        assert_string_equal(s->units[0], "demo.service");
        uninstall(f);
        assert_tree(f->root, before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(changes_the_unit_and_the_record), T(an_uninstall_undoes_both),
                T(keeps_what_somebody_changed_in_between), T(refuses_another_image_than_the_planned_one),
                T(goes_back_when_the_new_one_does_not_start), T(says_so_when_the_old_one_does_not_run_again),
                T(goes_back_when_the_check_does_not_pass), T(what_was_stopped_stays_stopped),
                T(a_unit_of_the_image_is_changed_in_its_place),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
