/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's rehearsals, on real overlays in a mount namespace of the test's own. */
#include "tests/unit/worker-fixture.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "backend/snapshot/snapshot.h"

static int tear_down(void **state) {
        struct host_fixture *f = *state;
        (void) overlay_remove(&f->paths, NULL);
        host_fixture_free(f);
        return 0;
}

#define COPY "$RUN/rehearsal/host"
#define SCRIPT "echo rehearsing; mkdir " COPY "/etc/demo; echo x > " COPY "/etc/demo/demo.conf; echo more >> " COPY "/etc/hosts; rm " COPY "/etc/passwd; chmod 700 " COPY "/usr/local"

static struct plan *rehearsal(const struct host_fixture *f, const char *script) {
        struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
        plan->verb = VERB_REHEARSE;
        plan->paths = strv_free(plan->paths);
        strv_addf(&plan->environment, "RUN=%s", f->run);
        return plan;
}

static void expect_untouched(const struct host_fixture *f, const char *before) {
        _cleanup_free_ char *after = tree_fingerprint(f->root), *base = str_printf("%s/rehearsal", f->run);
        assert_string_equal(after, before);
        assert_int_equal(access(base, F_OK), -1);
        assert_false(services_exists(&f->paths, "demo"));
        assert_false(is_held(f));
}

static void shows_what_an_install_would_change(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = rehearsal(f, SCRIPT "; echo \"left-over " IMAGE_ID "\" > $ENGINE/c1");
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        expect_untouched(f, before);
        assert_int_equal(access(tree_path(f->engine, "/c1"), F_OK), -1);
        assert_string_equal(job->message, "the install of demo would change 5 of the host's files; nothing was changed");
        assert_false(job->planned[STEP_UNIT]);
        assert_true(job->planned[STEP_CHANGES]);
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_close_ int folder = jobfolder_open(&f->paths, job->id, NULL);
        assert_int_equal(jobfolder_changes(folder, &changes, NULL), 0);
        assert_int_equal(changes_find(&changes, "/etc/demo/demo.conf")->what, CHANGE_ADDED);
        assert_int_equal(changes_find(&changes, "/etc/hosts")->what, CHANGE_CONTENT);
        assert_int_equal(changes_find(&changes, "/etc/passwd")->what, CHANGE_REMOVED);
        assert_int_equal(changes_find(&changes, "/usr/local")->what, CHANGE_MODE);
        assert_int_equal(changes.n, 5);
        /* there is nothing to restore */
        assert_int_equal(run_job(f, job->id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        expect_untouched(f, before);
}

/* What it did until it failed is known. */
static void a_failing_installer_is_shown_as_far_as_it_came(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = rehearsal(f, "rm " COPY "/etc/passwd; exit 7");
        _cleanup_(job_freep) struct job *job = run_failed(f, plan);
        expect_untouched(f, before);
        assert_int_equal(job->state, JOB_FAILED);
        assert_string_equal(job->message, "The installer ended with status 7");
        _cleanup_(changes_done) struct changes changes = {};
        _cleanup_close_ int folder = jobfolder_open(&f->paths, job->id, NULL);
        assert_int_equal(jobfolder_changes(folder, &changes, NULL), 0);
        assert_int_equal(changes.n, 1);
        assert_string_equal(changes.items[0].path, "/etc/passwd");
}

static void can_be_cancelled(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = rehearsal(f, SCRIPT "; echo half way; sleep 100");
        struct watcher watcher = { .wait_for = "half way\r", .cancel = true };
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .watcher = &watcher);
        assert_int_equal(job->state, JOB_CANCELLED);
        expect_untouched(f, before);
}

/* A dead worker leaves a copy that nobody needs: there is only one way, and it takes it away. */
static void a_death_leaves_only_the_way_back(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = rehearsal(f, SCRIPT "; echo half way; sleep 100");
        _cleanup_free_ char *id = make_job(f, plan);
        pid_t child = fork();
        if (child == 0)
                _exit(worker_run(&f->paths, id, NULL));
        for (int i = 0; i < 1000; i++) {
                _cleanup_free_ char *log = read_job_file(f, id, "log");
                if (log && strstr(log, "half way\r"))
                        break;
                usleep(10000);
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        assert_true(overlay_is_there(&f->paths));
        _cleanup_(job_freep) struct job *died = read_job(f, id);
        assert_int_equal(job_way_on(died, died->verb, false, NULL), WAY_UNDO);
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_RESUME }), WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        assert_int_equal(job->state, JOB_FAILED);
        expect_untouched(f, before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, tear_down)

int main(void) {
        /* Whatever a test leaves mounted ends with it. */
        if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return 77;
        struct host_fixture *f = host_fixture_new();
        _cleanup_strv_ char **bare = NULL;
        int r = overlay_make(&f->paths, &bare, NULL);
        (void) overlay_remove(&f->paths, NULL);
        host_fixture_free(f);
        if (r < 0)
                return 77;      /* no overlays here: tests/e2e/test-rehearse.sh tries them on real hosts */
        const struct CMUnitTest tests[] = {
                T(shows_what_an_install_would_change), T(a_failing_installer_is_shown_as_far_as_it_came),
                T(can_be_cancelled), T(a_death_leaves_only_the_way_back),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
