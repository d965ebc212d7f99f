/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a unit's drop-in, setting by setting, and what of systemd's words is about it. */
#include "model/plan/drop-in.h"

#include "base/base.h"
#include "tests/test.h"

#include <errno.h>

#define HEAD "# Written by fairlead edit x.service, which takes it away again, too.\n"

static void writes_settings_and_takes_them_out(void **state) {
        static const struct {
                const char *unit, *text, *settings, *becomes, *error;
        } rows[] = {
                { "x.service", "", "Restart=on-failure", HEAD "[Service]\nRestart=on-failure\n", NULL },
                { "x.service", "[Service]\nRestart=no\n", "Restart=always|RestartSec=5s", "[Service]\nRestart=always\nRestartSec=5s\n", NULL },
                { "x.service", "[Service]\nRestart=no\n", "Restart=", "", NULL },
                { "x.service", "[Service]\nRestart=no\nTasksMax=7\n", "Restart=", "[Service]\nTasksMax=7\n", NULL },
                { "x.service", "", "RequiresMountsFor=/srv/data", HEAD "[Unit]\nRequiresMountsFor=/srv/data\n", NULL },
                { "x.slice", "[Slice]\nCPUQuota=1%\n", "MemoryMax=1G", "[Slice]\nCPUQuota=1%\nMemoryMax=1G\n", NULL },
                { "x.socket", "", "Restart=no", NULL, "x.socket has no Restart=" },
                { "x.service", "", "Restrat=no", NULL, "Restrat is not one of the settings that fairlead edits. Did you mean \"Restart\"?" },
                { "x.service", "", "DynamicUser=no", NULL, "DynamicUser is not one of the settings that fairlead edits" },
                { "x.service", "", "Restart", NULL, "\"Restart\" is no setting: it wants NAME=VALUE" },
                { "x.service", "", "Environment=A=1\nExecStart=/bin/sh", NULL, "The value of Environment is not one line of text" },
                { "x.service", "", "Environment=A=1\\", NULL, "The value of Environment is not one line of text" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *text = NULL;
                _cleanup_strv_ char **settings = strv_split(rows[i].settings, "|");
                int r = drop_in_change(rows[i].unit, rows[i].text, settings, &text, &e);
                if (rows[i].error) {
                        assert_int_equal(r, -EINVAL);
                        assert_string_equal(e->message, rows[i].error);
                        continue;
                }
                assert_ok(r, e);
                assert_string_equal(text, rows[i].becomes);
        }
}

static void has_a_place_of_its_own(void **state) {
        static const struct {
                const char *path;
                bool valid;
        } rows[] = {
                { "/etc/systemd/system/x.service.d/50-fairlead.conf", true },
                { "/etc/systemd/system/x@1.service.d/50-fairlead.conf", true },
                { "/etc/systemd/system/x.service.d/60-other.conf", false },
                { "/etc/systemd/system/../x.service.d/50-fairlead.conf", false },
                { "/etc/systemd/system/a/b.service.d/50-fairlead.conf", false },
                { "/etc/containers/systemd/x.container.d/50-fairlead.conf", true },
                { "/etc/containers/systemd/data.volume.d/50-fairlead.conf", true },
                { "/etc/containers/systemd/x.service.d/50-fairlead.conf", false },
                { "/etc/systemd/system/x.container.d/50-fairlead.conf", false },
                { "/etc/containers/systemd/.container.d/50-fairlead.conf", false },
                { "/etc/containers/systemd/a/../x.container.d/50-fairlead.conf", false },
                { "/etc/shadow", false },
                { NULL, false },
        };
        _cleanup_free_ char *path = drop_in_path("x.service"), *quadlet = drop_in_path("x.container");
        assert_string_equal(path, rows[0].path);
        assert_string_equal(quadlet, rows[5].path);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(drop_in_path_valid(rows[i].path), rows[i].valid);
}

static void finds_what_systemd_says_of_it(void **state) {
        static const char text[] = "# a comment\n[Service]\n Restart=foo\nTasksMax=many\n";
        static const struct {
                const char *said, *line; /* line: error_line(), NULL: nothing is refused */
        } rows[] = {
                { "", NULL },
                { "/usr/lib/systemd/system/other.service:3: Unknown key\r\n", NULL },
                { "/run/fairlead/edit/x.service.d/50-fairlead.conf:3: Failed to parse service restart specifier, ignoring: foo\r\n",
                  "systemd refuses these settings of x.service: Restart=foo: Failed to parse service restart specifier, ignoring: foo" },
                { "a/50-fairlead.conf:3: one\r\nb: c\r\na/50-fairlead.conf:4: two\r\n",
                  "systemd refuses these settings of x.service: Restart=foo: one: TasksMax=many: two" },
                /* lines that are not there, no line at all, bytes that a terminal would obey */
                { "a/50-fairlead.conf:99: one\n", "systemd refuses these settings of x.service: one" },
                { "a/50-fairlead.conf:0: one\n", "systemd refuses these settings of x.service: 0: one" },
                { "a/50-fairlead.conf: broken\n", "systemd refuses these settings of x.service:  broken" },
                { "a/50-fairlead.conf:4: \x1b[31mred\n", "systemd refuses these settings of x.service: TasksMax=many: <1b>[31mred" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(drop_in_complaints("x.service", rows[i].said, text, &e), rows[i].line != NULL);
                _cleanup_free_ char *line = e ? error_line(e) : NULL;
                assert_true(str_equal(line, rows[i].line));
        }
}

static void reads_the_value_of_a_setting(void **state) {
        static const struct {
                const char *unit, *setting, *text, *value; /* value NULL: there is none */
                bool has;
        } rows[] = {
                { "x.service", "Restart", "[Service]\nRestart=no\nRestart = always\n", "always", true },
                { "x.service", "Restart", "[Unit]\nRestart=no\n", NULL, true },
                { "x.service", "MemoryMax", "[Service]\nMemoryMax=1G\n", "1G", true },
                { "x.slice", "MemoryMax", "[Service]\nMemoryMax=1G\n[Slice]\nMemoryMax=2G\n", "2G", true },
                { "x.service", "After", "[Unit]\nAfter=a.service b.service\n", "a.service b.service", true },
                { "x.socket", "Restart", "", NULL, false },
                { "x.slice", "Environment", "", NULL, false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct drop_in_setting *s = drop_in_settings;
                while (!str_equal(s->name, rows[i].setting))
                        s++;
                assert_int_equal(drop_in_has(rows[i].unit, s), rows[i].has);
                _cleanup_free_ char *value = drop_in_value(rows[i].unit, s, rows[i].text);
                assert_true(str_equal(value, rows[i].value));
        }
}

static void takes_a_whole_text(void **state) {
        static const struct {
                const char *typed, *text; /* text NULL: refused */
        } rows[] = {
                { "[Service]\nNice=5\n", "[Service]\nNice=5\n" },
                { "[Service]\nNice=5", "[Service]\nNice=5\n" },
                { "", "" },
                { "# only a comment\n\n", "" },
                { "[Service]\n# only a comment\n", "" },
                { "[Service]\r\nNice=5\r\n", NULL },
                { "[Service]\nNice=\xff\n", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *text = NULL;
                assert_int_equal(drop_in_take(rows[i].typed, &text, &e), rows[i].text ? 0 : -EINVAL);
                assert_true(str_equal(text, rows[i].text));
        }
        _cleanup_free_ char *big = xcalloc(1, 65 * 1024 + 1), *text = NULL;
        memset(big, '#', 65 * 1024);
        assert_int_equal(drop_in_take(big, &text, NULL), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(writes_settings_and_takes_them_out),
                cmocka_unit_test(has_a_place_of_its_own),
                cmocka_unit_test(finds_what_systemd_says_of_it),
                cmocka_unit_test(reads_the_value_of_a_setting),
                cmocka_unit_test(takes_a_whole_text),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
