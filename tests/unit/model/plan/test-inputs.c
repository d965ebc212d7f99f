/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a command takes from outside: the host's files, its caller's environment and folder, its engine's version. */

#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/plan/plan.h"

static struct image *image_with(const char *run, const char *install) {
        struct image *image = new0(struct image);
        image->id = strdup("7aff8f1a01c37aff8f1a01c37aff8f1a01c37aff8f1a01c37aff8f1a01c37aff");
        strv_add(&image->names, "localhost/svc:latest");
        image_add_label(image, "RUN", run);
        if (install)
                image_add_label(image, "INSTALL", install);
        return image;
}

static struct plan *make(const struct plan_request *q) {
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(plan_make(q, &plan, &e), e);
        return plan;
}

static const struct finding *found(const struct plan *plan, const char *id) {
        return finding_list_find(&plan->findings, id);
}

static bool path_exists(const char *path, void *userdata) {
        return STR_IN_SET(path, "/etc", "/etc/there");
}

/* The findings about files of the host, "ID ID", for an installer and a service. */
static void check_files(const char *install, const char *run, const char *want) {
        _cleanup_image_ struct image *image = image_with(run, install);
        const struct host_facts facts = { .path_exists = path_exists };
        _cleanup_plan_ struct plan *plan =
                make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .facts = &facts });
        _cleanup_strv_ char **ids = strv_copy(NULL);
        for (size_t i = 0; i < plan->findings.n; i++)
                if (STR_IN_SET(plan->findings.items[i].id, "missing-path", "missing-yet", "missing-file", "volatile-path"))
                        strv_add(&ids, plan->findings.items[i].id);
        _cleanup_free_ char *got = strv_join(ids, " ");
        assert_string_equal(got, want);
}

static void files_of_the_host_are_looked_for(void **state) {
        static const char installer[] = "podman run --rm -v /etc:/host/etc IMAGE /install";
        check_files(installer, "podman run -d -v /etc/there:/a -v /etc/new:/b IMAGE", "missing-yet");
        check_files(installer, "podman run -d -v /srv/new:/b IMAGE", "missing-path");
        check_files("/usr/bin/setup", "podman run -d -v /srv/new:/b IMAGE", "missing-yet");
        check_files(installer, "podman run -d -v /run/new:/b IMAGE", "missing-path volatile-path");
        check_files(NULL, "podman run -d -v /srv/new:/b IMAGE", "missing-path");
        check_files(NULL, "podman run -d --env-file /etc/there IMAGE", "");
        check_files(NULL, "podman run -d --env-file /etc/new IMAGE", "missing-file");
        check_files(installer, "podman run -d --env-file=/etc/new IMAGE", "missing-yet");
        check_files(NULL, "podman run -d --device=/dev/new:/dev/x --label-file /new IMAGE", "missing-file missing-file");
        check_files(NULL, "podman run -d --security-opt seccomp=/new --cidfile /run/x.cid IMAGE", "missing-file");
        check_files(NULL, "podman run -d --device nvidia.com/gpu=all IMAGE", "");
}

static void what_comes_from_outside_is_given_or_missed(void **state) {
        _cleanup_image_ struct image *image = image_with("podman run -d --name $NAME -e TOKEN -e REGION -e OPT1 $IMAGE", NULL);
        struct plan_request q = { .verb = VERB_INSTALL, .image = image };
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_int_equal(found(plan, "unset-environment")->severity, SEVERITY_WARN);
        assert_string_equal(found(plan, "unset-environment")->where, "RUN, word 6");
        assert_int_equal(plan_permitted(plan, NULL), 0);

        static char *set[] = { (char *) "TOKEN=a b", (char *) "REGION=", NULL };
        q.set = set;
        _cleanup_plan_ struct plan *given = make(&q);
        assert_null(found(given, "unset-environment"));
        assert_non_null(strstr(given->unit.text, "TOKEN=a b"));
}

static void a_unit_has_no_working_directory(void **state) {
        _cleanup_image_ struct image *image = image_with("podman run -d --name $NAME -v ${PWD}/data:/data $IMAGE", NULL);
        const struct host_facts facts = { .pwd = "/root/here" };
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .facts = &facts };
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_string_equal(found(plan, "working-directory")->where, "RUN, word 7");
        assert_int_equal(plan_permitted(plan, NULL), -EPERM);
        assert_string_equal(plan->run->mounts[0].host, "/root/here/data");

        static char *set[] = { (char *) "PWD=/srv/app", NULL };
        q.set = set;
        _cleanup_plan_ struct plan *given = make(&q);
        assert_null(found(given, "working-directory"));
        assert_string_equal(given->run->mounts[0].host, "/srv/app/data");
        q.set = NULL;
        q.verb = VERB_RUN;      /* its caller has a folder */
        _cleanup_plan_ struct plan *run = make(&q);
        assert_null(found(run, "working-directory"));
}

static void an_engine_that_is_too_old_blocks(void **state) {
        _cleanup_image_ struct image *image = image_with("podman run -d --name $NAME --retry=3 --userns=keep-id $IMAGE", NULL);
        struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_version = "4.3.1" };
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .facts = &facts };
        _cleanup_plan_ struct plan *old = make(&q);
        assert_int_equal(found(old, "engine-option")->severity, SEVERITY_BLOCK);
        assert_int_equal(found(old, "bad-option-value")->severity, SEVERITY_BLOCK);
        facts.engine_version = "5.4.2";
        _cleanup_plan_ struct plan *newer = make(&q);
        assert_null(found(newer, "engine-option"));
        assert_null(found(newer, "bad-option-value"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files_of_the_host_are_looked_for),
                cmocka_unit_test(what_comes_from_outside_is_given_or_missed),
                cmocka_unit_test(a_unit_has_no_working_directory),
                cmocka_unit_test(an_engine_that_is_too_old_blocks),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
