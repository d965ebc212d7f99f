/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that make a service of what is there, and of which an undo makes what it was. */
#include "tests/unit/worker-fixture.h"

#define ID "3333333333333333333333333333333333333333333333333333333333333333"
#define QUADLET "/etc/containers/systemd/web.container"

static void put_container(const struct host_fixture *f, const char *state) {
        _cleanup_free_ char *text = str_printf("web " IMAGE_ID " %s\n", state);
        tree_write(f->engine, "/" ID, text);
}

static void check_container(const struct host_fixture *f, const char *expected) {
        _cleanup_free_ char *text = tree_read(f->engine, "/" ID);
        assert_string_equal(text, expected);
}

/* The container of that id becomes demo.service. */
static struct plan *container_plan(const struct host_fixture *f) {
        struct plan *plan = script_plan(f, NULL, ENGINE_NONE);
        plan->verb = VERB_ADOPT;
        plan->adopts.container = strdup(ID);
        plan->adopts.aside = strdup("web-before-fairlead");
        return plan;
}

/* A unit that is there. */
static struct plan *unit_plan(const struct host_fixture *f) {
        struct plan *plan = script_plan(f, NULL, ENGINE_NONE);
        plan->verb = VERB_ADOPT;
        unit_file_done(&plan->unit);
        plan->unit = (struct unit_file) {};
        plan->host_unit = strdup("web.service");
        plan->adopts.file = strdup(QUADLET);
        return plan;
}

static struct service *record(const struct host_fixture *f) {
        struct service *s = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(services_read(&f->paths, "demo", &s, &e), e);
        return s;
}

static void roll_back(const struct host_fixture *f, const char *id) {
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_(job_freep) struct job *back = read_job(f, id);
        assert_int_equal(back->state, JOB_CANCELLED);
        print_left(back);
        assert_int_equal(strv_length(back->left), 0);
        assert_false(services_exists(&f->paths, "demo"));
}

static void a_container_is_kept_aside_and_comes_back(void **state) {
        struct host_fixture *f = *state;
        static const char *const states[] = { "running", "exited" };
        for (size_t i = 0; i < ELEMENTS(states); i++) {
                _cleanup_free_ char *before = tree_fingerprint(f->root), *was = str_printf("web " IMAGE_ID " %s\n", states[i]);
                put_container(f, states[i]);
                _cleanup_plan_ struct plan *plan = container_plan(f);
                _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary);
                check_container(f, "web-before-fairlead " IMAGE_ID " exited\n");
                _cleanup_(service_freep) struct service *s = record(f);
                assert_true(s->adopted);
                assert_string_equal(s->files[0], "/etc/systemd/system/demo.service");
                assert_true(job_warns(job));
                roll_back(f, job->id);
                check_container(f, was);
                assert_tree(f->root, before);
        }
}

static void adopted_fails(struct fake_systemd *s) {
        ordinary(s);
        does_not_start(s);
}

static void a_unit_that_does_not_start_brings_it_back(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        put_container(f, "running");
        _cleanup_plan_ struct plan *plan = container_plan(f);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = adopted_fails);
        assert_int_equal(job->state, JOB_FAILED);
        check_container(f, "web " IMAGE_ID " running\n");
        assert_tree(f->root, before);
        assert_false(services_exists(&f->paths, "demo"));
}

static void a_container_that_is_gone_is_a_sentence(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = container_plan(f);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = ordinary);
        assert_string_equal(job->message, "The container that was to become demo is gone");
}

static void a_unit_only_gets_a_record(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->root, QUADLET, "[Container]\nImage=demo\n");
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = unit_plan(f);
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_tree(f->root, before);
        _cleanup_(service_freep) struct service *s = record(f);
        assert_true(s->adopted);
        assert_string_equal(s->units[0], "web.service");
        assert_string_equal(s->files[0], QUADLET);
        roll_back(f, job->id);
        assert_tree(f->root, before);
}

/* Its file is somebody's: set aside, so that nothing starts it; or removed, if that is asked for. */
static void an_uninstall_keeps_the_file_unless_asked(void **state) {
        struct host_fixture *f = *state;
        for (int removes = 0; removes < 2; removes++) {
                tree_write(f->root, QUADLET, "[Container]\nImage=demo\n");
                _cleanup_plan_ struct plan *plan = unit_plan(f), *uninstall = script_plan(f, NULL, ENGINE_NONE);
                job_free(run_done(f, plan));
                uninstall->verb = VERB_UNINSTALL;
                uninstall->removes_unit = removes;
                finding_report(&uninstall->findings, removes ? "unit-removed" : "unit-kept", QUADLET, "kept or not");
                _cleanup_(job_freep) struct job *job = run_done(f, uninstall);
                _cleanup_free_ char *file = tree_read(f->root, QUADLET), *aside = tree_read(f->root, QUADLET ".edited");
                assert_null(file);
                if (removes)
                        assert_null(aside);
                else
                        assert_string_equal(aside, "[Container]\nImage=demo\n");
                if (aside)
                        assert_string_equal(job->left[0], QUADLET ".edited: it was there before the service; nothing starts it any more");
                assert_int_equal(unlink(tree_path(f->root, QUADLET ".edited")), removes ? -1 : 0);
        }
}

/* A plan comes from a file. */
static void no_other_file_is_taken(void **state) {
        struct host_fixture *f = *state;
        static const char *const paths[] = { "/etc/shadow", "/etc/systemd/system/../x.service" };
        for (size_t i = 0; i < ELEMENTS(paths); i++) {
                _cleanup_plan_ struct plan *plan = unit_plan(f);
                _cleanup_free_ char *id = NULL;
                str_replace(&plan->adopts.file, paths[i]);
                if (jobfolder_make(&f->paths, plan, &id, NULL) >= 0)
                        assert_int_equal(run_job(f, id, (struct with) {}), WORKER_FAILED);
                assert_false(services_exists(&f->paths, "demo"));
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_container_is_kept_aside_and_comes_back), T(a_unit_that_does_not_start_brings_it_back),
                T(a_container_that_is_gone_is_a_sentence), T(a_unit_only_gets_a_record),
                T(an_uninstall_keeps_the_file_unless_asked), T(no_other_file_is_taken),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
