/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images that a job fetches: from a registry by the engine, from an archive by skopeo (tests/fake/skopeo). */
#include "backend/io/digest.h"
#include "tests/unit/worker-fixture.h"

#define REGISTRY "registry.example.test:5000/demo"
#define NEW_ID "2222222222222222222222222222222222222222222222222222222222222222"
#define FAILS "exit 1"

static bool is_fetched(const struct host_fixture *f, const char *id) {
        _cleanup_free_ char *path = str_printf("/.pulled %s", id);
        return access(tree_path(f->engine, path), F_OK) == 0;
}

static bool has_names(const struct host_fixture *f) {
        _cleanup_free_ char *left = tree_fingerprint(f->engine);
        return strstr(left, ".name ");
}

static struct plan *registry_plan(const struct host_fixture *f, const char *script) {
        struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
        str_replace(&plan->pin.reference, REGISTRY ":latest");
        str_replace(&plan->pin.image, REGISTRY "@sha256:" IMAGE_ID);
        str_replace(&plan->pin.image_id, NEW_ID);
        str_replace(&plan->pin.source, "docker://" REGISTRY ":latest");
        plan->pin.fetch = 40000000;
        fake_engine_set_registry(REGISTRY "@sha256:" IMAGE_ID, NEW_ID);
        return plan;
}

static void fetches_from_a_registry(void **state) {
        const struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = registry_plan(f, "true");
        _cleanup_(job_freep) struct job *job = run_plan(f, plan, WORKER_DONE, (struct with) {});
        assert_true(is_fetched(f, NEW_ID));
        assert_true(has_names(f));
        _cleanup_free_ char *log = read_job_file(f, job->id, "log");
        assert_non_null(strstr(log, "fetching 40 MB from docker://" REGISTRY ":latest"));
        /* The record says where it came from. */
        _cleanup_(service_freep) struct service *s = NULL;
        assert_int_equal(services_read(&f->paths, "demo", &s, NULL), 0);
        assert_string_equal(s->pin.source, "docker://" REGISTRY ":latest");
        /* A rollback of the whole job takes it away again. */
        assert_int_equal(run_job(f, job->id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        assert_false(is_fetched(f, NEW_ID));
        assert_false(has_names(f));
}

static void a_failure_leaves_nothing(void **state) {
        const struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = registry_plan(f, FAILS);
        job_free(run_plan(f, plan, WORKER_FAILED, (struct with) {}));
        assert_false(is_fetched(f, NEW_ID));
        assert_false(has_names(f));
        assert_tree(f->root, before);
        /* A registry without it. */
        fake_engine_set_registry(NULL, NULL);
        _cleanup_(job_freep) struct job *job = run_plan(f, plan, WORKER_FAILED, (struct with) {});
        assert_non_null(strstr(job->message, "The image " REGISTRY ":latest is not on this host and cannot be pulled"));
        assert_false(has_names(f));
}

static void what_was_here_stays(void **state) {
        const struct host_fixture *f = *state;
        /* The same image by another digest. */
        _cleanup_plan_ struct plan *plan = registry_plan(f, FAILS);
        fake_engine_add_image(NEW_ID);
        job_free(run_plan(f, plan, WORKER_FAILED, (struct with) {}));
        assert_true(is_fetched(f, NEW_ID));
        fake_engine_set_image(IMAGE_ID);
        /* Exactly it. */
        job_free(run_plan(f, plan, WORKER_FAILED, (struct with) {}));
        assert_true(is_fetched(f, NEW_ID));
        assert_false(has_names(f));
        unlink(tree_path(f->engine, "/.pulled " NEW_ID));
        /* One that somebody has named meanwhile. */
        _cleanup_plan_ struct plan *named = registry_plan(f, "printf " NEW_ID " >\"$ENGINE/.name localhost+mine:latest\"; exit 1");
        job_free(run_plan(f, named, WORKER_FAILED, (struct with) {}));
        assert_true(is_fetched(f, NEW_ID));
}

/* ---- from an archive ---- */

#define ARCHIVE "oci-archive:/stick/demo.tar"
#define KEY "oci-archive__stick_demo.tar"

struct archive {
        char *program, *id, *digest, *copy;
};

static void archive_done(struct archive *a) {
        FREE_ALL(a->program, a->id, a->digest, a->copy);
}

/* The archive, whose copy into the engine's storage is this script. */
static struct plan *archive_plan(struct host_fixture *f, struct archive *a, const char *script, const char *copies) {
        char hex[DIGEST_HEX];
        _cleanup_free_ char *fake = str_printf("%s/tests/fake/skopeo", getenv("SOURCE")), *manifest = NULL;
        static const char config[] = "{\"config\":{\"Labels\":{\"INSTALL\":\"x\"}}}";
        if (access(tree_path(f->top, "/skopeo"), F_OK) < 0)
                tree_link(f->top, "/skopeo", fake);
        digest_bytes(config, sizeof config - 1, hex);
        a->id = xstrdup(hex);
        manifest = str_printf("{\"config\":{\"digest\":\"sha256:%s\"},\"layers\":[]}", hex);
        digest_bytes(manifest, strlen(manifest), hex);
        a->digest = str_printf("sha256:%s", hex);
        a->program = str_printf("%s/skopeo", f->top);
        a->copy = str_printf("/copy_--quiet_" KEY "_containers-storage_localhost_demo_fairlead-demo-%.12s.run", a->id);
        f->paths.skopeo = a->program;
        tree_write(f->top, "/inspect_--raw_" KEY, manifest);
        tree_write(f->top, "/inspect_--raw_--config_" KEY, config);
        _cleanup_free_ char *text = str_printf("engine=%s\nid=%s\n%s\n", f->engine, a->id, copies);
        tree_write(f->top, a->copy, text);
        struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
        str_replace(&plan->pin.reference, "localhost/demo:latest");
        free(plan->pin.image);
        plan->pin.image = str_printf("localhost/demo@%s", a->digest);
        str_replace(&plan->pin.image_id, a->id);
        str_replace(&plan->pin.digest, a->digest);
        str_replace(&plan->pin.source, ARCHIVE);
        fake_engine_set_registry(plan->pin.image, a->id);
        return plan;
}

#define COPIES "touch \"$engine/.pulled $id\"; printf $id >\"$engine/.name localhost+demo:fairlead-demo-$(printf %.12s $id)\""

static void loads_an_archive(void **state) {
        struct host_fixture *f = *state;
        _cleanup_(archive_done) struct archive a = {};
        _cleanup_plan_ struct plan *plan = archive_plan(f, &a, "true", COPIES);
        _cleanup_(job_freep) struct job *job = run_plan(f, plan, WORKER_DONE, (struct with) {});
        assert_true(is_fetched(f, a.id));
        assert_true(has_names(f));
        assert_int_equal(run_job(f, job->id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        assert_false(is_fetched(f, a.id));
        assert_false(has_names(f));
}

static void an_archive_that_fails_leaves_nothing(void **state) {
        struct host_fixture *f = *state;
        _cleanup_(archive_done) struct archive a = {}, b = {}, c = {};
        _cleanup_plan_ struct plan *plan = archive_plan(f, &a, FAILS, COPIES);
        job_free(run_plan(f, plan, WORKER_FAILED, (struct with) {}));
        assert_false(is_fetched(f, a.id));
        assert_false(has_names(f));
        /* The copy fails half way, with a sentence. */
        _cleanup_plan_ struct plan *full = archive_plan(f, &b, "true", "echo 'time=\"x\" level=fatal msg=\"write: no space left on device\"'; exit 1");
        _cleanup_(job_freep) struct job *job = run_plan(f, full, WORKER_FAILED, (struct with) {});
        assert_non_null(strstr(job->message, ARCHIVE " cannot be loaded: There is no space left"));
        assert_false(has_names(f));
        /* It is another one than that of the consent. */
        _cleanup_plan_ struct plan *other = archive_plan(f, &c, "true", COPIES);
        str_replace(&other->pin.image_id, NEW_ID);
        _cleanup_(job_freep) struct job *refused = run_plan(f, other, WORKER_FAILED, (struct with) {});
        assert_string_equal(refused->message, ARCHIVE " is no longer the image that the plan was made for");
        assert_false(is_fetched(f, c.id));
}

static void a_cancel_leaves_nothing(void **state) {
        struct host_fixture *f = *state;
        _cleanup_(archive_done) struct archive a = {};
        _cleanup_plan_ struct plan *plan = archive_plan(f, &a, "true", "echo copying; exec sleep 1000");
        struct watcher watcher = { .wait_for = "copying", .cancel = true };
        _cleanup_(job_freep) struct job *job = run_plan(f, plan, WORKER_FAILED, (struct with) { .watcher = &watcher });
        assert_string_equal(job->message, "Cancelled; everything was restored");
        assert_false(is_fetched(f, a.id));
        assert_false(has_names(f));
}

static int pull_tear_down(void **state) {
        fake_engine_set_registry(NULL, NULL);
        return host_tear_down(state);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(fetches_from_a_registry, host_set_up, pull_tear_down),
                cmocka_unit_test_setup_teardown(a_failure_leaves_nothing, host_set_up, pull_tear_down),
                cmocka_unit_test_setup_teardown(what_was_here_stays, host_set_up, pull_tear_down),
                cmocka_unit_test_setup_teardown(loads_an_archive, host_set_up, pull_tear_down),
                cmocka_unit_test_setup_teardown(an_archive_that_fails_leaves_nothing, host_set_up, pull_tear_down),
                cmocka_unit_test_setup_teardown(a_cancel_leaves_nothing, host_set_up, pull_tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
