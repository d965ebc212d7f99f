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
                { { .verb = VERB_INSTALL, .command = &plain, .unit = { .kind = UNIT_BY_IMAGE } },
                  "Runs     one container, as root\nUnit     the one that the installer makes\nUndo     by Fairlead" },
                { { .verb = VERB_INSTALL, .command = &risky, .run = &risky, .uninstall = &plain, .unit = { .kind = UNIT_QUADLET, .name = S("x.service") } },
                  "Runs     one container, as root, with 1 RISK\nWrites   /etc, /var\nUnit     x.service, with 1 RISK\n"
                  "Undo     by Fairlead and the image's UNINSTALL" },
                { { .verb = VERB_REHEARSE, .command = &risky, .host_command = true }, "Runs     a program of this host, as root\nWrites   /etc, /var" },
                { { .verb = VERB_UNINSTALL },
                  "Runs     nothing of the image\nUnit     stopped and removed, with its containers\n"
                  "Files    every one that the install changed is restored, except what was changed since" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **lines = plan_summary(&rows[i].plan);
                _cleanup_free_ char *text = strv_join(lines, "\n");
                assert_string_equal(text, rows[i].lines);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(says_what_a_plan_comes_to) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
