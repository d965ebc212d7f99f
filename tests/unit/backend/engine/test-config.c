/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <sys/stat.h>

#include "backend/engine/engine.h"
#include "base/str.h"

static char root[64];

static void put(const char *path, const char *text) {
        _cleanup_free_ char *full = str_printf("%s%s", root, path);
        FILE *f = fopen(full, "we");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
}

static void make_folder(const char *path) {
        _cleanup_free_ char *full = str_printf("%s%s", root, path);
        assert_int_equal(mkdir(full, 0755), 0);
}

static void the_last_word_counts(void **state) {
        strcpy(root, "/tmp/test-engine-config-XXXXXX");
        assert_non_null(mkdtemp(root));
        assert_false(engine_config_no_cgroups(root));
        make_folder("/etc");
        make_folder("/etc/containers");
        make_folder("/etc/containers/containers.conf.d");
        assert_false(engine_config_no_cgroups(root));
        put("/etc/containers/containers.conf", "[containers]\n#cgroups = \"disabled\"\n[engine]\ncgroups = \"disabled\"\n");
        assert_false(engine_config_no_cgroups(root));
        put("/etc/containers/containers.conf", "# x\n [containers]\npids_limit = 0\n  cgroups='disabled'   # nested\n");
        assert_true(engine_config_no_cgroups(root));
        put("/etc/containers/containers.conf.d/50.conf", "[containers]\ncgroups = \"enabled\"");
        assert_false(engine_config_no_cgroups(root));
        put("/etc/containers/containers.conf.d/60.conf", "[containers]\r\ncgroups = \"disabled\"\r\n");
        assert_true(engine_config_no_cgroups(root));
        put("/etc/containers/containers.conf.d/70.conf.off", "[containers]\ncgroups = \"enabled\"\n");
        put("/etc/containers/containers.conf.d/80.conf", "[containers]\ncgroups = \"en");
        assert_true(engine_config_no_cgroups(root));
        put("/etc/containers/containers.conf.d/90.conf", "[containers]\ncgroupsx = \"enabled\"\ncgroups = \"split\"\n");
        assert_false(engine_config_no_cgroups(root));
        _cleanup_free_ char *command = str_printf("rm -rf %s", root);
        assert_int_equal(system(command), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(the_last_word_counts) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
