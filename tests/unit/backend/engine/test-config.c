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

static void sections_are_as_toml_has_them(void **state) {
        static const struct {
                const char *text;
                bool no_cgroups;
        } rows[] = {
                { "[containers] # of this host\ncgroups = \"disabled\"\n", true },
                { "[containers]# [engine]\ncgroups = \"disabled\"\n", true },
                { "\t[ containers ]\t#\ncgroups = 'disabled' # nested\n", true },
                { "[containers]\n[engine] # no [containers]\ncgroups = \"disabled\"\n", false },
                { "#[containers] # none\ncgroups = \"disabled\"\n", false },
                { "[containers.x] # another\ncgroups = \"disabled\"\n", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *root = tree_new();
                tree_folder(root, "/etc/containers");
                tree_write(root, "/etc/containers/containers.conf", rows[i].text);
                if (engine_config_no_cgroups(root) != rows[i].no_cgroups)
                        fail_msg("row %zu: %s", i, rows[i].text);
                tree_remove(root);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(the_last_word_counts), cmocka_unit_test(sections_are_as_toml_has_them) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
