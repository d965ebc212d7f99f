/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images of sources, by the fake skopeo; and the space that their layers need. */
#include <sys/statvfs.h>

#include "backend/host/internal.h"
#include "tests/unit/tree.h"

struct fixture {
        char *root, *skopeo;
        sd_event *event;
        struct paths paths;
        struct host *host;
        struct image *image;
        struct error *error;
        unsigned answers, rows;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        _cleanup_free_ char *fake = str_printf("%s/tests/fake/skopeo", getenv("SOURCE"));
        f->root = tree_new();
        f->skopeo = str_printf("%s/skopeo", f->root);
        tree_link(f->root, "/skopeo", fake);
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.skopeo = f->skopeo;
        f->paths.cache = NULL;
        assert_int_equal(sd_event_new(&f->event), 0);
        f->host = backend_new(f->event, &(const struct backend_options) { .paths = &f->paths });
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        backend_free(f->host);
        sd_event_unref(f->event);
        image_free(f->image);
        error_free(f->error);
        tree_remove(f->root);
        FREE_ALL(f->root, f->skopeo, f);
        return 0;
}

static void on_image(struct image *image, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        image_free(f->image);
        error_free(f->error);
        f->image = image;
        f->error = e;
        f->answers++;
}

static void on_row(const struct source_row *row, void *userdata) {
        ((struct fixture *) userdata)->rows++;
}

static void on_listed(struct error *e, void *userdata) {
        on_image(NULL, e, userdata);
}

static void wait_for(struct fixture *f, struct op *op) {
        unsigned before = f->answers;
        while (f->answers == before)
                assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
        op_cancel(op);
}

static void finds_images_of_sources(void **state) {
        struct fixture *f = *state;
        static const char config[] = "{\"config\":{\"Labels\":{\"RUN\":\"podman run IMAGE\"}}}";
        tree_write(f->root, "/inspect_--raw_dir__a",
                   "{\"config\":{\"digest\":\"sha256:3a5e5f8ac3b4a6fe0f25a0fc1b2a41ea8a5a4df0d8bbeb9a4ac8bb2a4ee4a4e5\"},\"layers\":[]}");
        tree_write(f->root, "/inspect_--raw_--config_dir__a", config);
        wait_for(f, host_find_image(f->host, "dir:/a", on_image, f));
        /* It is asked, and what comes is compared. */
        assert_int_equal(f->error->code, -EBADMSG);
        wait_for(f, host_list_source(f->host, "dir:/a", on_row, on_listed, f));
        assert_null(f->error);
        assert_int_equal(f->rows, 2);
        wait_for(f, host_find_image(f->host, "dir:a", on_image, f));
        assert_int_equal(f->error->code, -EINVAL);
        wait_for(f, host_list_source(f->host, "docker://a", on_row, on_listed, f));
        assert_string_equal(f->error->message, "\"docker://a\" does not name its registry");
        op_cancel(host_find_image(f->host, "dir:/a", on_image, f));
}

static const char *reported(struct fixture *f, uint64_t fetch) {
        static char id[64];
        struct plan plan = { .pin.fetch = fetch };
        backend_report_space(backend_of(f->host), ENGINE_PODMAN, &plan);
        snprintf(id, sizeof id, "%s", plan.findings.n ? plan.findings.items[0].id : "");
        finding_list_done(&plan.findings);
        return id;
}

static void sees_whether_there_is_space(void **state) {
        struct fixture *f = *state;
        struct statvfs fs;
        assert_int_equal(statvfs(f->root, &fs), 0);
        uint64_t left = (uint64_t) fs.f_bavail * fs.f_frsize;
        assert_string_equal(reported(f, 0), "");
        assert_string_equal(reported(f, 1), "");
        assert_string_equal(reported(f, left / 3 * 2), "little-space");
        assert_string_equal(reported(f, UINT64_MAX / 2), "no-space");
}

/* Docker takes only what it would have written. */
static void fits_the_engine(void **state) {
        static const struct {
                const char *source;
                enum engine_kind engine;
                int r;
                bool digest;
        } cases[] = {
                { "docker://registry.example.test/a", ENGINE_DOCKER, 0, true },
                { "oci:/a", ENGINE_PODMAN, 0, true },
                { "docker-archive:/a", ENGINE_DOCKER, 0, false },
                { "oci-archive:/a", ENGINE_DOCKER, -ENOTSUP, true },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_image_ struct image *image = new0(struct image);
                _cleanup_error_ struct error *e = NULL;
                image->digest = xstrdup("sha256:1");
                strv_add(&image->repo_digests, "a@sha256:1");
                assert_int_equal(backend_fit_engine(cases[i].source, cases[i].engine, image, &e), cases[i].r);
                assert_int_equal(!!image->digest, cases[i].digest);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(finds_images_of_sources, begin, end),
                cmocka_unit_test_setup_teardown(sees_whether_there_is_space, begin, end),
                cmocka_unit_test(fits_the_engine),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
