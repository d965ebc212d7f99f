/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/trouble/limits.h"

#define PATH "/etc/fairlead/trouble.conf"

static void has_the_defaults_without_a_file(void **state) {
        struct trouble_limits limits;
        trouble_limits_read(NULL, PATH, &limits);
        assert_int_equal(limits.value[LIMIT_RESTARTS], 3);
        assert_int_equal(limits.value[LIMIT_RESTART_MINUTES], 10);
        assert_int_equal(limits.value[LIMIT_DISK], 90);
        assert_null(limits.wrong);
        for (int i = 0; i < _TROUBLE_LIMIT_MAX; i++) {
                const struct trouble_limit_row *row = trouble_limit_row(i);
                assert_true(row->least <= row->value && row->value <= row->most);
        }
}

static void names_file_and_line_of_what_is_wrong(void **state) {
        const struct {
                const char *text, *wrong;       /* NULL: right */
        } rows[] = {
                { "[disk]\npercent = 50\n", NULL },
                { "# x\n\n[disk]\n; y\npercent=50", NULL },
                { "[disk]\npercent = 0\n", PATH ":2: percent is a number from 1 to 100 (percent in use), not \"0\"" },
                { "[disk]\npercent = 101\n", PATH ":2: percent is a number from 1 to 100 (percent in use), not \"101\"" },
                { "[disk]\npercent = 9o\n", PATH ":2: percent is a number from 1 to 100 (percent in use), not \"9o\"" },
                { "[disk]\npercnt = 50\n", PATH ":2: [disk] has no setting \"percnt\"" },
                { "[disk]\nreport = maybe\n", PATH ":2: report is yes or no, not \"maybe\"" },
                { "[dsk]\npercent = 50\n", PATH ":1: there is no kind of trouble \"dsk\"" },
                { "\npercent = 50\n", PATH ":2: \"percent\" stands before the first [section]" },
                { "[disk]\nfull\n", PATH ":2: \"full\" is neither a [section] nor NAME = VALUE" },
                { "[disk]\n\x1b[2J = 1\n", PATH ":2: [disk] has no setting \"<1b>[2J\"" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct trouble_limits limits;
                trouble_limits_read(rows[i].text, PATH, &limits);
                if (rows[i].wrong)
                        assert_string_equal(limits.wrong ? limits.wrong[0] : "nothing", rows[i].wrong);
                else
                        assert_null(limits.wrong);
                assert_int_equal(limits.value[LIMIT_DISK], rows[i].wrong ? 90 : 50);
                trouble_limits_done(&limits);
        }
}

static void switches_a_kind_off(void **state) {
        struct trouble_limits limits;
        trouble_limits_read("[unclean-boot]\nreport = no\n[disk]\nreport = yes\n", PATH, &limits);
        assert_null(limits.wrong);
        for (int kind = 0; kind < _TROUBLE_KIND_MAX; kind++)
                assert_int_equal(limits.off[kind], kind == TROUBLE_UNCLEAN_BOOT);
}

static void keeps_few_of_many_wrong_lines(void **state) {
        struct trouble_limits limits;
        _cleanup_str_ struct str text = {};
        for (unsigned i = 0; i < 1000; i++)
                str_add(&text, "nonsense\n");
        trouble_limits_read(text.text, PATH, &limits);
        assert_int_equal(strv_length(limits.wrong), 20);
        trouble_limits_done(&limits);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(has_the_defaults_without_a_file),
                cmocka_unit_test(names_file_and_line_of_what_is_wrong),
                cmocka_unit_test(switches_a_kind_off),
                cmocka_unit_test(keeps_few_of_many_wrong_lines),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
