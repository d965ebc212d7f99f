/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands on the host for tools of a service's container. */
#include "tests/unit/worker-fixture.h"

#include <sys/stat.h>

#include "backend/store/host-lock.h"
#include "backend/store/shims.h"
#include "model/service/shim.h"

static char *const tools[] = { (char *) "sssctl", (char *) "sss_cache", NULL };

static void install(const struct host_fixture *f) {
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        job_free(run_done(f, plan));
}

static char **recorded(const struct host_fixture *f) {
        struct service *s = NULL;
        assert_int_equal(services_read(&f->paths, "demo", &s, NULL), 0);
        char **shims = strv_copy(s->shims);
        service_free(s);
        return shims;
}

static void add(const struct host_fixture *f, char ***ret_others) {
        _cleanup_error_ struct error *e = NULL;
        assert_ok(shims_add(&f->paths, "demo", tools, ret_others, &e), e);
}

static void names_are_names_of_programs(void **state) {
        static const struct {
                const char *name;
                bool valid;
        } rows[] = { { "sssctl", true }, { "a.b_c+d-9", true }, { "", false }, { "../x", false }, { "a b", false }, { ".x", false }, { "-x", false }, { "é", false },
                     { "a\n", false }, { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false } };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(shim_name_valid(rows[i].name), rows[i].valid);
}

static void are_written_listed_and_removed(void **state) {
        struct host_fixture *f = *state;
        install(f);
        _cleanup_strv_ char **others = NULL, **now = NULL, **then = NULL;
        add(f, &others);
        assert_null(others);
        now = recorded(f);
        assert_true(strv_equal(now, tools));
        _cleanup_free_ char *text = tree_read(f->root, SHIM_FOLDER "/sssctl");
        assert_non_null(strstr(text, "\nexec fairlead exec demo -- sssctl \"$@\"\n"));
        struct stat st;
        assert_int_equal(stat(tree_path(f->root, SHIM_FOLDER "/sss_cache"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        add(f, &others);
        assert_null(others);
        assert_int_equal(shims_remove(&f->paths, "demo", &others, NULL), 0);
        then = recorded(f);
        assert_int_equal(strv_length(then), 0);
        assert_int_equal(rmdir(tree_path(f->root, SHIM_FOLDER)), 0);
}

static void what_is_somebody_elses_stays(void **state) {
        struct host_fixture *f = *state;
        _cleanup_strv_ char **others = NULL, **now = NULL;
        install(f);
        tree_write(f->root, SHIM_FOLDER "/sssctl", "#!/bin/sh\nmine\n");
        add(f, &others);
        assert_string_equal(others[0], "sssctl");
        now = recorded(f);
        assert_int_equal(strv_length(now), 1);
        _cleanup_free_ char *text = tree_read(f->root, SHIM_FOLDER "/sssctl");
        assert_string_equal(text, "#!/bin/sh\nmine\n");
}

static void a_job_keeps_them_out(void **state) {
        struct host_fixture *f = *state;
        install(f);
        _cleanup_close_ int lock = hostlock_take(&f->paths, "20260101-000000-00000000", NULL, NULL);
        assert_true(lock >= 0);
        _cleanup_strv_ char **others = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(shims_add(&f->paths, "demo", tools, &others, &e), -EBUSY);
}

static void go_with_the_service_and_come_back(void **state) {
        struct host_fixture *f = *state;
        _cleanup_strv_ char **others = NULL;
        install(f);
        add(f, &others);
        _cleanup_free_ char *with = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, NULL, ENGINE_NONE);
        plan->verb = VERB_UNINSTALL;
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_int_equal(access(tree_path(f->root, SHIM_FOLDER "/sssctl"), F_OK), -1);
        assert_int_equal(run_job(f, job->id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        assert_tree(f->root, with);
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(names_are_names_of_programs), T(are_written_listed_and_removed), T(what_is_somebody_elses_stays),
                T(a_job_keeps_them_out), T(go_with_the_service_and_come_back),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
