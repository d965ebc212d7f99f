/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/units.h"

#include <sys/stat.h>

#include "base/str.h"
#include "tests/test.h"

static void knows_where_units_are(void **state) {
        static const struct {
                const char *path;
                bool has;
        } cases[] = {
                { "/etc/systemd/system/x.service", true },
                { "/usr/local/lib/systemd/system/x.service", true },
                { "/etc/containers/systemd/x.container", true },
                { "/etc/systemd/system/x.timer", false },
                { "/etc/systemd/system/x.service.d/y.service", false },
                { "/etc/systemd/system/.service", false },
                { "/etc/systemd/system/.hidden.service", false },
                { "/etc/containers/systemd/x.service", false },
                { "/etc/passwd", false },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                if (unit_places_has(cases[i].path) != cases[i].has)
                        fail_msg("%s", cases[i].path);
}

static void add(struct manifest *m, const char *path, mode_t mode) {
        struct entry e = { .path = strdup(path), .mode = mode };
        manifest_take(m, &e);
}

static void finds_the_units_of_changes(void **state) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        add(&after, "/etc/containers/systemd/demo.container", S_IFREG | 0644);
        add(&after, "/etc/systemd/system/a.service", S_IFREG | 0644);
        add(&after, "/etc/systemd/system/link.service", S_IFLNK | 0777);
        add(&after, "/etc/systemd/system/template@.service", S_IFREG | 0644);
        add(&before, "/etc/systemd/system/removed.service", S_IFREG | 0644);
        manifest_sort(&after);
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(&before, &after, &changes);
        _cleanup_strv_ char **units = NULL;
        bool quadlet = false;
        unit_places_find(&changes, "demo", &units, &quadlet);
        _cleanup_free_ char *all = strv_join(units, " ");
        assert_string_equal(all, "demo.service a.service");
        assert_true(quadlet);
        unit_places_find(&changes, "a", &units, &quadlet);
        assert_string_equal(units[0], "a.service");
        assert_false(quadlet);
        assert_string_equal(unit_places_file(&changes, "demo.service")->path, "/etc/containers/systemd/demo.container");
        assert_string_equal(unit_places_file(&changes, "a.service")->path, "/etc/systemd/system/a.service");
        assert_null(unit_places_file(&changes, "removed.service"));
        assert_null(unit_places_file(&changes, "link.service"));
        assert_null(unit_places_file(&changes, "b.service"));
        assert_null(unit_places_file(&changes, "b"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(knows_where_units_are),
                cmocka_unit_test(finds_the_units_of_changes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
