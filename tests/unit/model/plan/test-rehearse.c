/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans of rehearsals: the command's mounts come from the copy, and what a copy cannot hold is said. */
#include "base/str.h"
#include "model/plan/plan.h"
#include "tests/test.h"

#define COPY PLAN_REHEARSAL_DIR

static struct plan *rehearse(const char *install, const struct profile *profile) {
        static const struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_path = "/usr/bin/podman" };
        _cleanup_image_ struct image *image = new0(struct image);
        image->id = strdup("00");
        strv_add(&image->names, "localhost/x:latest");
        if (install)
                image_add_label(image, "INSTALL", install);
        image_add_label(image, "RUN", "podman run -d -v /srv:/srv IMAGE");
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        const struct plan_request request = { .verb = VERB_REHEARSE, .image = image, .reference = "localhost/x", .profile = profile, .facts = &facts };
        assert_ok(plan_make(&request, &plan, &e), e);
        return plan;
}

static void expect_words(const char *install, const char *words) {
        _cleanup_plan_ struct plan *plan = rehearse(install, NULL);
        _cleanup_free_ char *text = argv_text(plan->command->argv);
        assert_string_equal(text, words);
}

static void turns_mounts_of_files_to_the_copy(void **state) {
        expect_words("podman run --rm -v /:/host IMAGE", "/usr/bin/podman run --rm -v " COPY ":/host localhost/x");
        expect_words("podman run -v/etc:/etc --volume=/var//lib/./x/:/x:ro,z IMAGE a", "/usr/bin/podman run -v" COPY "/etc:/etc --volume=" COPY "/var/lib/x:/x:ro,z localhost/x a");
        expect_words("podman run -itv /:/h IMAGE", "/usr/bin/podman run -itv " COPY ":/h localhost/x");
        expect_words("podman run --mount type=bind,source=/etc,target=/e,ro --mount=type=bind,dst=/x,src=/ IMAGE",
                     "/usr/bin/podman run --mount type=bind,source=" COPY "/etc,target=/e,ro --mount=type=bind,dst=/x,src=" COPY " localhost/x");
        /* no files: the kernel's, sockets, volumes, memory */
        expect_words("podman run -v /dev:/dev -v /sys/fs/cgroup:/c -v /run/dbus/system_bus_socket:/s -v /run/podman/podman.sock:/p -v vol:/v --mount type=tmpfs,dst=/t IMAGE",
                     "/usr/bin/podman run -v /dev:/dev -v /sys/fs/cgroup:/c -v /run/dbus/system_bus_socket:/s -v /run/podman/podman.sock:/p -v vol:/v --mount "
                     "type=tmpfs,dst=/t localhost/x");
        /* what only looks like one */
        expect_words("podman run --name /:/x IMAGE -v /:/host", "/usr/bin/podman run --name /:/x localhost/x -v /:/host");
}

static bool says(const struct plan *plan, const char *text) {
        for (size_t i = 0; i < plan->findings.n; i++)
                if (str_equal(plan->findings.items[i].id, "not-contained") && strstr(plan->findings.items[i].message, text))
                        return true;
        return false;
}

static void says_what_it_cannot_hold(void **state) {
        _cleanup_plan_ struct plan *most = rehearse("podman run --net=host --pid=host --privileged -v /:/host -v vol:/v -v /dev:/dev -v /run/podman/podman.sock:/s IMAGE", NULL);
        static const char *const texts[] = { "the host's network", "the host's processes", "volume vol", "through /dev", "listens at /run/podman/podman.sock" };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (!says(most, texts[i]))
                        fail_msg("not said: %s", texts[i]);
        assert_int_equal(plan_permitted(most, NULL), 0);
        assert_int_equal(most->if_interrupted, INTERRUPTED_ROLL_BACK);
        assert_null(most->paths);
        assert_null(finding_list_find(&most->findings, "not-saved"));
        _cleanup_plan_ struct plan *little = rehearse("podman run --network=none -v /etc:/etc IMAGE", NULL);
        assert_null(finding_list_find(&little->findings, "not-contained"));
        /* what the service would run is shown as it would be */
        _cleanup_free_ char *run = argv_text(little->run->argv);
        assert_string_equal(run, "/usr/bin/podman run -d -v /srv:/srv localhost/x");
}

static void refuses_what_no_copy_can_stand_for(void **state) {
        _cleanup_plan_ struct plan *host = rehearse("/usr/sbin/install-it --now", NULL);
        assert_non_null(finding_list_find(&host->findings, "no-rehearsal"));
        assert_int_equal(plan_permitted(host, NULL), -EPERM);
        static struct mode only = { .name = (char *) "default", .title = (char *) "T" };
        const struct profile profile = { .source = (char *) "t", .modes = &only, .n_modes = 1, .no_rehearsal = true };
        _cleanup_plan_ struct plan *profiled = rehearse("podman run -v /:/host IMAGE", &profile);
        const struct finding *f = finding_list_find(&profiled->findings, "no-rehearsal");
        assert_non_null(f);
        assert_false(finding_can_be_allowed(f));
        _cleanup_plan_ struct plan *nothing = rehearse(NULL, NULL);
        assert_non_null(finding_list_find(&nothing->findings, "no-label"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(turns_mounts_of_files_to_the_copy),
                cmocka_unit_test(says_what_it_cannot_hold),
                cmocka_unit_test(refuses_what_no_copy_can_stand_for),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
