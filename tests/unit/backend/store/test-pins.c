/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "backend/store/pins.h"
#include "base/str.h"
#include "tests/unit/tree.h"

static void pins_and_unpins(void **state) {
        _cleanup_free_ char *top = tree_new(), *folder = str_printf("%s/state", top), *run = str_printf("%s/run", top);
        struct paths paths = paths_default;
        bool on = false;
        paths.state = folder;
        paths.run = run;
        assert_null(pins_read(&paths));

        static const struct {
                const char *unit;
                bool on;
                const char *pins;
        } rows[] = {
                { "ssh.service", true, "ssh.service" },
                { "apt-daily.timer", true, "ssh.service apt-daily.timer" },
                { "dev-a\\x2db.swap", true, "ssh.service apt-daily.timer dev-a\\x2db.swap" },
                { "ssh.service", false, "apt-daily.timer dev-a\\x2db.swap" },
                { "ssh.service", true, "apt-daily.timer dev-a\\x2db.swap ssh.service" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_int_equal(pins_toggle(&paths, rows[i].unit, &on, NULL), 0);
                assert_int_equal(on, rows[i].on);
                _cleanup_strv_ char **pins = pins_read(&paths);
                _cleanup_free_ char *text = strv_join(pins, " ");
                assert_string_equal(text, rows[i].pins);
        }
        assert_int_equal(pins_toggle(&paths, "no name", &on, NULL), -EINVAL);
        tree_remove(top);
}

/* Whatever somebody wrote there: only names of units come out of it. */
static void reads_only_names(void **state) {
        _cleanup_free_ char *top = tree_new();
        struct paths paths = paths_default;
        paths.state = top;
        tree_write(top, "/pins", "ssh.service\n\n../../etc/passwd\n\033[2J.service\na b.service\ncron.service");
        _cleanup_strv_ char **pins = pins_read(&paths);
        _cleanup_free_ char *text = strv_join(pins, " ");
        assert_string_equal(text, "ssh.service cron.service");
        tree_remove(top);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(pins_and_unpins),
                cmocka_unit_test(reads_only_names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
