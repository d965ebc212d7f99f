/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/command/options.h"

static void check_table(const struct option_table *table) {
        for (size_t i = 0; i < table->n; i++) {
                const struct option_row *row = &table->rows[i];
                assert_true(str_starts(row->name, "--") && row->engines > 0 && (row->engines & ~HAS_ANYWHERE) <= HAS_BOTH);
                assert_true(strlen(row->meaning) > 5 && row->meaning[strlen(row->meaning) - 1] != '.');
                assert_ptr_equal(option_find(table, row->name, strlen(row->name)), row);
                if (row->letter)
                        assert_ptr_equal(option_find_letter(table, row->letter), row);
        }
}

static void tables_are_whole(void **state) {
        static const char *const names[] = { "exec", "stop", "restart", "kill", "rm", "start", "ps", "logs" };
        check_table(&options_run);
        check_table(&global_options_podman);
        check_table(&global_options_docker);
        assert_true(options_run.n > 130);
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                const struct subcommand *s = subcommand_find(names[i]);
                assert_non_null(s);
                assert_true(s->options.n > 0);
                check_table(&s->options);
        }
        assert_int_equal(subcommand_find("run")->operand, OPERAND_IMAGE);
        assert_null(subcommand_find("runlabel"));
}

static void finds_aliases(void **state) {
        assert_string_equal(option_find(&options_run, "--net=host", 5)->name, "--network");
        assert_string_equal(option_find(&options_run, "--dns-opt", 9)->name, "--dns-option");
        assert_null(option_find(&options_run, "--ne", 4));
        assert_null(option_find(&options_run, "--", 2));
        assert_null(option_find_letter(&options_run, 'Q'));
        assert_null(option_find_letter(&options_run, '\0'));
}

/* The nearest option, and the versions that have one. */
static void knows_near_names_and_versions(void **state) {
        static const char *const near[][2] = {
                { "--priveleged", "--privileged" }, { "-rm", "--rm" },           { "-n", "--name" },
                { "–device", "--device" },          { "--volumes", "--volume" }, { "-Q", NULL },     { "--xyzzyplugh", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(near); i++) {
                const struct option_row *row = option_nearest(&options_run, HAS_PODMAN, near[i][0]);
                assert_true(!row == !near[i][1]);
                if (row)
                        assert_string_equal(row->name, near[i][1]);
        }
        assert_int_equal(engine_version_number("5.4.2"), ENGINE_VERSION(5, 4));
        assert_int_equal(engine_version_number("20.10.24+dfsg1"), ENGINE_VERSION(20, 10));
        assert_int_equal(engine_version_number("v6.0-dev"), ENGINE_VERSION(6, 0));
        assert_int_equal(engine_version_number("28"), ENGINE_VERSION(28, 0));
        assert_int_equal(engine_version_number(NULL), 0);
        assert_int_equal(engine_version_number("none"), 0);
}

static void judges_values(void **state) {
        static const struct {
                const char *option, *value;
                enum risk risk;
        } cases[] = {
                { "--network", "host", RISK_NOTE },           { "--network", "none", RISK_NONE },
                { "--pid", "host", RISK_HIGH },               { "--cap-add", "SYS_ADMIN", RISK_HIGH },
                { "--cap-add", "cap_sys_ptrace", RISK_HIGH }, { "--cap-add", "ALL", RISK_HIGH },
                { "--device", "/dev/sda:/dev/x", RISK_HIGH }, { "--device", "/dev", RISK_HIGH },
                { "--publish", "127.0.0.1:1:1", RISK_NONE },  { "--publish", "[::1]:1:1", RISK_NONE },
                { "--security-opt", "label=type:spc_t", RISK_NOTE }, { "--restart", "on-failure:3", RISK_NONE },
        };
        const char *meaning = NULL;
        enum risk risk;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                if (!option_judge(cases[i].option, cases[i].value, &meaning, &risk) || risk != cases[i].risk) {
                        print_error("%s %s\n", cases[i].option, cases[i].value);
                        fail();
                }
        }
        static const char *const said[][3] = {
                { "--dns", "none", "Leaves the image's own resolver settings as they are" },
                { "--ulimit", "host", "Has the same limits as the service that starts it" },
                { "--tz", "local", "Has the host's time zone" },
                { "--userns", "keep-id:uid=5", "Its user is the one that calls the engine: root, for a service" },
                { "--mount", "type=devpts,target=/dev/pts", "Terminals of the container's own" },
        };
        for (size_t i = 0; i < ELEMENTS(said); i++) {
                assert_true(option_judge(said[i][0], said[i][1], &meaning, &risk));
                assert_string_equal(meaning, said[i][2]);
        }
        assert_false(option_judge("--dns", "192.0.2.1", &meaning, &risk));
        assert_false(option_judge("--network", "mine", &meaning, &risk));
        assert_false(option_judge("--network", NULL, &meaning, &risk));
        assert_false(option_judge("--device", "/dev/it-100", &meaning, &risk));
        assert_false(option_judge("--publish", "80:80", &meaning, &risk));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(tables_are_whole),
                cmocka_unit_test(finds_aliases),
                cmocka_unit_test(knows_near_names_and_versions),
                cmocka_unit_test(judges_values),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
