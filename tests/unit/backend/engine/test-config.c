/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/engine/engine.h"
#include "tests/unit/tree.h"

static void the_last_word_counts(void **state) {
        _cleanup_free_ char *root = tree_new();
        assert_false(engine_config_no_cgroups(root));
        tree_folder(root, "/etc/containers/containers.conf.d");
        assert_false(engine_config_no_cgroups(root));
        tree_write(root, "/etc/containers/containers.conf", "[containers]\n#cgroups = \"disabled\"\n[engine]\ncgroups = \"disabled\"\n");
        assert_false(engine_config_no_cgroups(root));
        tree_write(root, "/etc/containers/containers.conf", "# x\n [containers]\npids_limit = 0\n  cgroups='disabled'   # nested\n");
        assert_true(engine_config_no_cgroups(root));
        tree_write(root, "/etc/containers/containers.conf.d/50.conf", "[containers]\ncgroups = \"enabled\"");
        assert_false(engine_config_no_cgroups(root));
        tree_write(root, "/etc/containers/containers.conf.d/60.conf", "[containers]\r\ncgroups = \"disabled\"\r\n");
        assert_true(engine_config_no_cgroups(root));
        tree_write(root, "/etc/containers/containers.conf.d/70.conf.off", "[containers]\ncgroups = \"enabled\"\n");
        tree_write(root, "/etc/containers/containers.conf.d/80.conf", "[containers]\ncgroups = \"en");
        assert_true(engine_config_no_cgroups(root));
        tree_write(root, "/etc/containers/containers.conf.d/90.conf", "[containers]\ncgroupsx = \"enabled\"\ncgroups = \"split\"\n");
        assert_false(engine_config_no_cgroups(root));
        tree_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(the_last_word_counts) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
