/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker sets a service up again with other answers: its files, its unit, its record, and the way back. */
#include "tests/unit/worker-fixture.h"

#define UNIT_PATH "/etc/systemd/system/demo.service"
#define NEW_UNIT "[Service]\nExecStart=/usr/bin/podman run demo -p 514\n"
/* an installer as they are: it keeps a default file that is there, and writes its answers */
#define SCRIPT(port)                                                                                          \
        "mkdir -p $ROOT/etc/demo; [ -e $ROOT/etc/demo/demo.conf ] || echo 'port " port "' > $ROOT/etc/demo/demo.conf; " \
        "echo 'to " port "' > $ROOT/etc/demo/to-" port

static int set_up(void **state) {
        *state = host_fixture_new();
        return 0;
}

static char *install(const struct host_fixture *f) {
        _cleanup_plan_ struct plan *plan = script_plan(f, SCRIPT("99"), ENGINE_PODMAN);
        answers_set(plan->given.answers, "port", "99", "typed");
        char *id = make_job(f, plan);
        expect_done(f, id, run_job(f, id, (struct with) {}));
        return id;
}

static struct plan *anew(const struct host_fixture *f, const char *script) {
        struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
        plan->verb = VERB_RECONFIGURE;
        answers_set(plan->given.answers, "port", "514", "typed");
        strv_add(&plan->altered, "Port: 99 -> 514");
        str_replace(&plan->unit.text, NEW_UNIT);
        plan->from = new0(struct image_pin);
        image_pin_copy(&plan->pin, plan->from);
        return plan;
}

static struct service *read_record(const struct host_fixture *f) {
        struct service *service = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(services_read(&f->paths, "demo", &service, &e), e);
        return service;
}

static void expect_file(const struct host_fixture *f, const char *path, const char *text) {
        _cleanup_free_ char *now = tree_read(f->root, path);
        assert_string_equal(now ? now : "(none)", text);
}

static void roll_back(const struct host_fixture *f, const char *id) {
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_close_ int folder = jobfolder_open(&f->paths, id, NULL);
        _cleanup_(job_freep) struct job *job = jobfolder_job(folder, id);
        print_left(job);
        assert_int_equal(job->state, JOB_CANCELLED);
        assert_int_equal(strv_length(job->left), 0);
        assert_string_equal(job_state_word(job), "rolled back");
}

static void writes_what_the_new_answers_say(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *empty = tree_fingerprint(f->root), *first = install(f);
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_(service_freep) struct service *old = read_record(f);
        _cleanup_plan_ struct plan *plan = anew(f, SCRIPT("514"));
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_string_equal(job->message, "demo is reconfigured: Port: 99 -> 514");
        expect_file(f, "/etc/demo/demo.conf", "port 514\n");
        expect_file(f, "/etc/demo/to-514", "to 514\n");
        expect_file(f, "/etc/demo/to-99", "(none)");
        expect_file(f, UNIT_PATH, NEW_UNIT);
        _cleanup_(service_freep) struct service *s = read_record(f);
        assert_string_equal(answers_get(s->given.answers, "port"), "514");
        assert_string_equal(s->job, job->id);
        assert_int_equal(s->installed, old->installed);
        assert_int_equal(s->upgraded, 0);
        assert_true(is_held(f));

        /* back to the former answers, and from there away without a trace */
        roll_back(f, job->id);
        assert_tree(f->root, before);
        _cleanup_(service_freep) struct service *back = read_record(f);
        assert_string_equal(answers_get(back->given.answers, "port"), "99");
        assert_string_equal(back->job, first);
        _cleanup_plan_ struct plan *again = anew(f, SCRIPT("514"));
        job_free(run_done(f, again));
        _cleanup_plan_ struct plan *leave = script_plan(f, NULL, ENGINE_NONE);
        leave->verb = VERB_UNINSTALL;
        job_free(run_done(f, leave));
        assert_tree(f->root, empty);
}

/* The file of somebody else stays, and so the installer keeps it. */
static void keeps_what_somebody_changed(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f);
        tree_write(f->root, "/etc/demo/demo.conf", "the admin's\n");
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = anew(f, SCRIPT("514"));
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        expect_file(f, "/etc/demo/demo.conf", "the admin's\n");
        expect_file(f, "/etc/demo/to-514", "to 514\n");
        expect_file(f, "/etc/demo/to-99", "(none)");
        roll_back(f, job->id);
        assert_tree(f->root, before);
}

/* What fails, and what the service is after it: as it was. */
static void a_failure_changes_nothing(void **state) {
        static const struct {
                const char *script, *message;
                bool unhealthy;
        } rows[] = {
                { SCRIPT("514") "; exit 3", "The installer ended with status 3", false },
                { SCRIPT("514") "; rm -r $ROOT/etc/demo; kill -9 $$", "The installer was killed by signal 9 (Killed)", false },
        };
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f), *before = tree_fingerprint(f->root);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_plan_ struct plan *plan = anew(f, rows[i].script);
                _cleanup_(job_freep) struct job *job = run_failed(f, plan);
                assert_int_equal(job->state, JOB_FAILED);
                assert_string_equal(job->message, rows[i].message);
                assert_tree(f->root, before);
                _cleanup_(service_freep) struct service *s = read_record(f);
                assert_string_equal(s->job, first);
                assert_string_equal(answers_get(s->given.answers, "port"), "99");
        }
}

/* Without an INSTALL only the unit changes. */
static void a_unit_alone(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *first = install(f), *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = anew(f, NULL);
        plan->run = script_command(f, "true", ENGINE_PODMAN);
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        expect_file(f, UNIT_PATH, NEW_UNIT);
        expect_file(f, "/etc/demo/to-99", "to 99\n");
        roll_back(f, job->id);
        assert_tree(f->root, before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(writes_what_the_new_answers_say),
                T(keeps_what_somebody_changed),
                T(a_failure_changes_nothing),
                T(a_unit_alone),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
