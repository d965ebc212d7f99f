/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What outlasts a job by intent: volumes with a service's state, a unit file that somebody edited, a container that an installer started. */
#include "tests/unit/worker-fixture.h"

static bool has_volume(const struct host_fixture *f, const char *name) {
        _cleanup_free_ char *path = str_printf("%s/.volume %s", f->engine, name);
        return access(path, F_OK) == 0;
}

/* What a job made goes with it; what was there stays, whatever comes. */
static void makes_and_keeps_volumes(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->engine, "/.volume theirs", "other");
        _cleanup_plan_ struct plan *plan = script_plan(f, NULL, ENGINE_NONE), *leave = script_plan(f, NULL, ENGINE_NONE);
        strv_add(&plan->volumes, "demo-data:/data");
        strv_add(&plan->volumes, "theirs:/more");
        job_free(run_done(f, plan));
        assert_true(has_volume(f, "demo-data"));
        _cleanup_(service_freep) struct service *service = NULL;
        assert_int_equal(services_read(&f->paths, "demo", &service, NULL), 0);
        assert_int_equal(strv_length(service->volumes), 2);
        assert_string_equal(service->volumes[0], "demo-data:/data");

        leave->verb = VERB_UNINSTALL;
        strv_extend(&leave->volumes, service->volumes);
        _cleanup_(job_freep) struct job *kept = run_done(f, leave);
        assert_string_equal(kept->message, "demo is uninstalled; its volumes demo-data, theirs are kept");
        assert_true(has_volume(f, "demo-data"));

        job_free(run_done(f, plan));
        leave->removes_volumes = true;
        _cleanup_(job_freep) struct job *gone = run_done(f, leave);
        assert_string_equal(gone->message, "demo is uninstalled; its volumes demo-data, theirs are removed");
        assert_false(has_volume(f, "demo-data"));
        assert_false(has_volume(f, "theirs"));

        tree_write(f->engine, "/.volume theirs", "other");
        str_replace(&plan->unit.path, "/etc/systemd/system/no/such/place/demo.service");
        job_free(run_failed(f, plan));
        assert_false(has_volume(f, "demo-data"));
        assert_true(has_volume(f, "theirs"));
}

/* A Quadlet that somebody edited would start the service again at the next boot: it is set aside. */
static void keeps_an_edited_unit_that_starts_nothing(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, NULL, ENGINE_NONE), *leave = script_plan(f, NULL, ENGINE_NONE);
        tree_folder(f->root, "/etc/containers/systemd");
        str_replace(&plan->unit.path, "/etc/containers/systemd/demo.container");
        plan->unit.kind = UNIT_QUADLET;
        job_free(run_done(f, plan));
        tree_write(f->root, "/etc/containers/systemd/demo.container", "[Container]\n# mine\n[Install]\nWantedBy=multi-user.target\n");
        leave->verb = VERB_UNINSTALL;
        finding_report(&leave->findings, "unit-kept", "demo.container", "It is edited");
        _cleanup_(job_freep) struct job *job = run_done(f, leave);
        assert_string_equal(job->message, "demo is uninstalled; its unit file was edited and is kept");
        _cleanup_free_ char *left = strv_join(job->left, "\n"), *kept = tree_read(f->root, "/etc/containers/systemd/demo.container.edited"),
                            *gone = tree_read(f->root, "/etc/containers/systemd/demo.container");
        assert_string_equal(left, "/etc/containers/systemd/demo.container.edited: edited since the install; nothing starts it any more");
        assert_true(job_warns(job));
        assert_non_null(strstr(kept, "# mine"));
        assert_null(gone);

        /* an uninstall that is rolled back leaves everything as it was */
        assert_int_equal(run_job(f, job->id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_free_ char *back = tree_read(f->root, "/etc/containers/systemd/demo.container"),
                            *aside = tree_read(f->root, "/etc/containers/systemd/demo.container.edited");
        assert_non_null(strstr(back, "# mine"));
        assert_null(aside);
        job_free(run_done(f, leave));
        assert_int_equal(unlink(tree_path(f->root, "/etc/containers/systemd/demo.container.edited")), 0);

        job_free(run_done(f, plan));
        tree_write(f->root, "/etc/containers/systemd/demo.container", "[Container]\n# mine\n");
        finding_list_done(&leave->findings);
        finding_report(&leave->findings, "unit-removed", "demo.container", "It is edited");
        leave->removes_unit = true;
        _cleanup_(job_freep) struct job *removed = run_done(f, leave);
        assert_string_equal(removed->message, "demo is uninstalled; its unit file was edited and is removed");
        assert_int_equal(strv_length(removed->left), 0);
        assert_false(job_warns(removed));
        _cleanup_free_ char *none = tree_read(f->root, "/etc/containers/systemd/demo.container");
        assert_null(none);
}

/* An installer that starts the service itself: the result warns and names the container, and an uninstall removes it. */
static void names_the_container_that_an_installer_left(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo \"busy_name " IMAGE_ID "\" > $ENGINE/busy_name", ENGINE_PODMAN), *leave = script_plan(f, NULL, ENGINE_NONE);
        tree_write(f->engine, "/old", "older " IMAGE_ID);
        _cleanup_strv_ char **words = plan->command->argv;
        plan->command->argv = NULL;
        for (size_t i = 0; words[i]; i++) {
                strv_add(&plan->command->argv, words[i]);
                if (i == 1)
                        strv_add(&plan->command->argv, "-d");
        }
        unit_file_done(&plan->unit);
        plan->unit.kind = UNIT_BY_IMAGE;
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_string_equal(job->message, "demo is installed; its installer left the container busy_name, which no unit watches or starts at boot");
        assert_true(job_warns(job));
        assert_int_equal(job->checks[0].verdict, VERDICT_WARN);
        assert_non_null(strstr(job->checks[0].text, "Unit: none"));
        _cleanup_(service_freep) struct service *service = NULL;
        assert_int_equal(services_read(&f->paths, "demo", &service, NULL), 0);
        assert_string_equal(service->container, "busy_name");
        leave->verb = VERB_UNINSTALL;
        job_free(run_done(f, leave));
        assert_int_equal(access(tree_path(f->engine, "/busy_name"), F_OK), -1);
        assert_int_equal(access(tree_path(f->engine, "/old"), F_OK), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(makes_and_keeps_volumes),
                T(keeps_an_edited_unit_that_starts_nothing),
                T(names_the_container_that_an_installer_left),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
