/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/finding/finding.h"

static void keeps_each_once(void **state) {
        _cleanup_(finding_list_done) struct finding_list list = {};
        finding_add(&list, SEVERITY_WARN, "a", "RUN", NULL, "one %d", 1);
        finding_add(&list, SEVERITY_WARN, "a", "RUN", "hint", "one %d", 1);
        finding_add(&list, SEVERITY_WARN, "a", "STOP", NULL, "one %d", 1);
        finding_add(&list, SEVERITY_BLOCK, "b", NULL, "do", "two");
        assert_int_equal(list.n, 3);
        assert_null(list.items[0].hint);
        assert_string_equal(list.items[2].where, "");
        assert_string_equal(finding_list_find(&list, "b")->hint, "do");
        assert_null(finding_list_find(&list, "c"));
}

static void allowing_takes_the_block_away(void **state) {
        _cleanup_(finding_list_done) struct finding_list list = {};
        finding_add(&list, SEVERITY_BLOCK, "a", "RUN", NULL, "one");
        finding_add(&list, SEVERITY_BLOCK, "a", "STOP", NULL, "one");
        finding_add(&list, SEVERITY_BLOCK, "b", "STOP", NULL, "one");
        assert_int_equal(finding_list_count(&list, SEVERITY_BLOCK), 3);
        assert_int_equal(finding_list_allow(&list, "a"), 2);
        assert_int_equal(finding_list_allow(&list, "x"), 0);
        assert_int_equal(finding_list_count(&list, SEVERITY_BLOCK), 1);
        assert_true(list.items[0].allowed);
        assert_false(list.items[2].allowed);
}

static void some_cannot_be_allowed(void **state) {
        _cleanup_(finding_list_done) struct finding_list list = {};
        finding_report(&list, "unbalanced-quote", "RUN", "x");
        finding_report(&list, "host-command", "RUN", "x");
        finding_report(&list, "fixed-name", "RUN", "x");
        assert_int_equal(finding_list_allow(&list, "unbalanced-quote"), 0);
        assert_int_equal(finding_list_allow(&list, "host-command"), 1);
        assert_int_equal(finding_list_allow(&list, "fixed-name"), 0);
        assert_int_equal(finding_list_count(&list, SEVERITY_BLOCK), 1);
        assert_false(finding_can_be_allowed(&list.items[0]));
        assert_true(finding_can_be_allowed(&list.items[1]));
}

static void a_flood_does_not_hide_a_block(void **state) {
        _cleanup_(finding_list_done) struct finding_list list = {};
        for (int i = 0; i < 1000; i++)
                finding_add(&list, i % 2 ? SEVERITY_INFO : SEVERITY_WARN, "noise", "RUN", NULL, "%d", i);
        assert_int_equal(list.n, FINDINGS_MAX);
        finding_add(&list, SEVERITY_BLOCK, "shell-syntax", "RUN", NULL, "late");
        assert_int_equal(list.n, FINDINGS_MAX);
        assert_int_equal(finding_list_count(&list, SEVERITY_BLOCK), 1);
        for (int i = 0; i < 1000; i++)
                finding_add(&list, SEVERITY_BLOCK, "noise", "RUN", NULL, "%d", i);
        assert_int_equal(finding_list_count(&list, SEVERITY_BLOCK), FINDINGS_MAX);
        assert_non_null(finding_list_find(&list, "shell-syntax"));
}

static void the_table_is_sorted_and_whole(void **state) {
        const struct finding_kind *kind, *before = NULL;
        for (size_t i = 0; (kind = finding_kind_at(i)); i++) {
                if (before)
                        assert_true(strcmp(before->id, kind->id) < 0);
                before = kind;
                assert_ptr_equal(finding_kind(kind->id), kind);
                assert_true(strspn(kind->id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(kind->id));
                assert_true(!kind->final || kind->severity == SEVERITY_BLOCK);
                assert_true(strlen(kind->meaning) > 20 && kind->meaning[strlen(kind->meaning) - 1] == '.');
                assert_true(strlen(kind->advice) > 10 && kind->advice[strlen(kind->advice) - 1] != '.');
        }
        assert_non_null(before);
        assert_null(finding_kind("nothing"));
}

static void reports_by_the_table(void **state) {
        _cleanup_(finding_list_done) struct finding_list list = {};
        finding_report(NULL, "sudo", "RUN", "x");
        finding_report_at(&list, "no-uninstall", "INSTALL", 3, "It has %s", "none");
        assert_int_equal(list.items[0].severity, SEVERITY_INFO);
        assert_string_equal(list.items[0].where, "INSTALL, word 3");
        assert_string_equal(list.items[0].message, "It has none");
        assert_string_equal(list.items[0].hint, finding_kind("no-uninstall")->advice);
        finding_report(&list, "a-mistake", "RUN", "x");
        assert_int_equal(list.items[1].severity, SEVERITY_BLOCK);
}

/* The console has no options: where the remedy is one, it has words of its own. */
static void remedies_on_the_screen_name_no_option(void **state) {
        for (size_t i = 0; finding_kind_at(i); i++) {
                struct finding_list list = {};
                const struct finding_kind *kind = finding_kind_at(i);
                finding_report(&list, kind->id, "RUN", "x");
                const char *hint = finding_hint_on_screen(&list.items[0]);
                if (hint && (strstr(hint, "--allow") || (strstr(hint, "--set") && !strstr(hint, "fairlead ")) || strstr(hint, "another --name") || strstr(hint, "with --name")))
                        fail_msg("%s: %s", kind->id, hint);
                finding_list_done(&list);
        }
        struct finding own = { .id = (char *) "undefined-variable", .hint = (char *) "Its own" };
        assert_string_equal(finding_hint_on_screen(&own), "Its own");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keeps_each_once),
                cmocka_unit_test(allowing_takes_the_block_away),
                cmocka_unit_test(some_cannot_be_allowed),
                cmocka_unit_test(a_flood_does_not_hide_a_block),
                cmocka_unit_test(the_table_is_sorted_and_whole),
                cmocka_unit_test(reports_by_the_table), cmocka_unit_test(remedies_on_the_screen_name_no_option) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
