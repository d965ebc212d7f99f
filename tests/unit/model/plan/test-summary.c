/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/plan/plan.h"

#define S(text) ((char *) text)

static struct privilege risks[] = { { .what = S("--privileged"), .risk = RISK_HIGH }, { .what = S("--net=host"), .risk = RISK_NOTE } };
static struct mount mounts[] = {
        { .host = S("/etc"), .mode = MOUNT_RW }, { .host = S("/usr"), .mode = MOUNT_RO }, { .host = S("data"), .mode = MOUNT_RW, .volume = true },
        { .host = S("/var"), .mode = MOUNT_RW }, { .host = S("/etc"), .mode = MOUNT_RW },
};
static struct command plain = {}, risky = { .privileges = risks, .n_privileges = 2, .mounts = mounts, .n_mounts = ELEMENTS(mounts) };

static void says_what_a_plan_comes_to(void **state) {
        const struct {
                struct plan plan;
                const char *lines;
        } rows[] = {
                { { .verb = VERB_INSTALL }, "Runs     nothing of the image\nUnit     none\nUndo     by Fairlead" },
                { { .verb = VERB_INSTALL, .pin = { .source = S("oci:/a:1"), .fetch = 41000000 } },
                  "Fetches  41 MB from oci:/a:1\nRuns     nothing of the image\nUnit     none\nUndo     by Fairlead" },
                { { .verb = VERB_INSTALL, .pin = { .source = S("oci:/a:1") } }, "Runs     nothing of the image\nUnit     none\nUndo     by Fairlead" },
                { { .verb = VERB_INSTALL, .command = &plain, .unit = { .kind = UNIT_BY_IMAGE } },
                  "Runs     one container, as root\nUnit     the one that the installer makes\nUndo     by Fairlead" },
                { { .verb = VERB_INSTALL, .command = &risky, .run = &risky, .uninstall = &plain, .unit = { .kind = UNIT_QUADLET, .name = S("x.service") } },
                  "Runs     one container, as root, with 1 RISK\nWrites   /etc, /var\nUnit     x.service, with 1 RISK\n"
                  "Undo     by Fairlead and the image's UNINSTALL" },
                { { .verb = VERB_REHEARSE, .command = &risky, .host_command = true }, "Runs     a program of this host, as root\nWrites   /etc, /var" },
                { { .verb = VERB_UNINSTALL },
                  "Runs     nothing of the image\nUnit     stopped and removed, with its containers\n"
                  "Files    every one that the install changed is restored, except what was changed since" },
                /* no jobs: nothing is recorded, so nothing is promised to come back */
                { { .verb = VERB_RUN, .command = &risky }, "Runs     one container, as root, with 1 RISK\nWrites   /etc, /var" },
                { { .verb = VERB_STOP, .command = &plain }, "Runs     one container, as root" },
                { { .verb = VERB_OTHER, .command = &plain }, "Runs     one container, as root" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **lines = plan_summary(&rows[i].plan);
                _cleanup_free_ char *text = strv_join(lines, "\n");
                assert_string_equal(text, rows[i].lines);
        }
}

/* What is not saved is not among what is, whatever the plan names; labels that are no job save nothing. */
static void names_what_is_saved(void **state) {
        struct plan *plan = new0(struct plan);
        strv_add(&plan->paths, "/etc");
        strv_add(&plan->paths, "/srv/large");
        strv_add(&plan->paths, "/var/log/lab");
        finding_report(&plan->findings, "not-saved", "/srv/large", "/srv/large is not saved: it is too large");
        _cleanup_strv_ char **saved = plan_saved(plan);
        assert_int_equal(strv_length(saved), 1);
        assert_string_equal(saved[0], "/etc");
        plan->paths = strv_free(plan->paths);
        assert_null(plan_saved(plan));
        plan_free(plan);
        for (int verb = 0; verb < _PLAN_VERB_MAX; verb++)
                assert_non_null(strstr(plan_no_command(verb), "nothing of the image runs"));
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(says_what_a_plan_comes_to), cmocka_unit_test(names_what_is_saved) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
