/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a unit's drop-in, setting by setting, and what of systemd's words is about it. */
#include "model/plan/drop-in.h"

#include "base/str.h"
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
                { "/etc/shadow", false },
                { NULL, false },
        };
        _cleanup_free_ char *path = drop_in_path("x.service");
        assert_string_equal(path, rows[0].path);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(drop_in_path_valid(rows[i].path), rows[i].valid);
}

static void finds_what_systemd_says_of_it(void **state) {
        static const struct {
                const char *said, *complaint;
        } rows[] = {
                { "", NULL },
                { "/usr/lib/systemd/system/other.service:3: Unknown key\r\n", NULL },
                { "/run/fairlead/edit/x.service.d/50-fairlead.conf:3: Failed to parse service restart specifier, ignoring: foo\r\n",
                  "3: Failed to parse service restart specifier, ignoring: foo" },
                { "a/50-fairlead.conf:2: one\r\nb: c\r\na/50-fairlead.conf:4: two\r\n", "2: one; 4: two" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *complaint = drop_in_complaints(rows[i].said);
                assert_string_equal(complaint ? complaint : "(none)", rows[i].complaint ? rows[i].complaint : "(none)");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(writes_settings_and_takes_them_out),
                cmocka_unit_test(has_a_place_of_its_own),
                cmocka_unit_test(finds_what_systemd_says_of_it),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
