/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <sys/ioctl.h>
#include <time.h>

#include "backend/console/cmdline.h"
#include "backend/console/consoles.h"
#include "backend/console/done.h"
#include "backend/console/mute.h"
#include "backend/console/provisioned.h"
#include "backend/console/size.h"
#include "tests/unit/tree.h"

struct fixture {
        char *root, *state, *run;
        struct paths paths;
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->root = tree_new();
        f->state = str_printf("%s/state", f->root);
        f->run = str_printf("%s/run/fairlead", f->root);
        tree_folder(f->root, "/run");
        f->paths = (struct paths) { .root = f->root, .state = f->state, .run = f->run };
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        tree_remove(f->root);
        FREE_ALL(f->root, f->state, f->run, f);
        return 0;
}

static void reads_words_as_systemd_does(void **state) {
        _cleanup_strv_ char **words = cmdline_split("quiet a=1 \"b=two words\" c=\"x y\" a-key=2 a=3 empty=\n");
        assert_string_equal(cmdline_value(words, "a"), "3");
        assert_string_equal(cmdline_value(words, "b"), "two words");
        assert_string_equal(cmdline_value(words, "c"), "x y");
        assert_string_equal(cmdline_value(words, "a_key"), "2");
        assert_string_equal(cmdline_value(words, "quiet"), "");
        assert_string_equal(cmdline_value(words, "empty"), "");
        assert_null(cmdline_value(words, "b="));
        assert_null(cmdline_value(words, "nothing"));
        assert_null(cmdline_value(NULL, "a"));
        assert_true(cmdline_is_no("off"));
        assert_false(cmdline_is_no("yes"));
        assert_false(cmdline_is_no(NULL));
}

static void assert_consoles(struct fixture *f, const char *words, const char *wanted) {
        _cleanup_strv_ char **kernel = cmdline_split(words), **names = consoles_find(f->root, kernel, NULL);
        _cleanup_free_ char *joined = strv_join(names, " ");
        assert_string_equal(joined, wanted);
}

static void finds_the_consoles_of_the_kernel(void **state) {
        struct fixture *f = *state;
        assert_consoles(f, "", "");
        tree_write(f->root, "/sys/class/tty/console/active", "tty0 ttyS0 hvc0\n");
        tree_write(f->root, "/sys/class/tty/tty0/active", "tty1\n");
        assert_consoles(f, "", "tty1 ttyS0 hvc0");
        assert_consoles(f, "fairlead.console=ttyS1,/dev/ttyAMA0 fairlead.console=ttyS0", "tty1 ttyS0 hvc0 ttyS1 ttyAMA0");
        char *more[] = { (char *) "ttyS3", NULL };
        _cleanup_strv_ char **names = consoles_find(f->root, NULL, more);
        assert_true(strv_contains(names, "ttyS3"));
}

static void leaves_out_what_is_no_console(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/sys/class/tty/console/active", "ttyUSB0 console tty ../sda ttyS0 ttyS0\n");
        assert_consoles(f, "fairlead.console=ttyUSB1,-x,ptmx,/dev/../mem,tty0,a.b", "ttyS0");
        _cleanup_str_ struct str many = {};
        for (unsigned i = 0; i < 100; i++)
                str_addf(&many, "hvc%u ", i);
        tree_write(f->root, "/sys/class/tty/console/active", many.text);
        _cleanup_strv_ char **names = consoles_find(f->root, NULL, NULL);
        assert_int_equal(strv_length(names), CONSOLES_MAX);
}

static void gives_term_by_the_rules_of_systemd(void **state) {
        _cleanup_strv_ char **words = cmdline_split("systemd.tty.term.ttyS1=xterm systemd.tty.term.ttyS2=");
        assert_string_equal(console_term(words, "tty1"), "linux");
        assert_string_equal(console_term(words, "ttyS0"), "vt220");
        assert_string_equal(console_term(words, "ttyS1"), "xterm");
        assert_string_equal(console_term(words, "ttyS2"), "vt220");
        assert_string_equal(console_term(words, "hvc0"), "vt220");
}

static void assert_reason(struct fixture *f, const char *words, const char *wanted) {
        _cleanup_strv_ char **kernel = cmdline_split(words);
        char *reason = provisioned_reason(&f->paths, kernel);
        /* what an answer file is carried out for all the same */
        if (!reason)
                reason = provisioned_unasked(kernel);
        _cleanup_free_ char *owned = reason;
        if (!wanted)
                assert_null(reason);
        else
                assert_string_equal(reason ? reason : "nothing", wanted);
}

static void is_not_wanted_by_the_kernels_words(void **state) {
        struct fixture *f = *state;
        assert_reason(f, "systemd.firstboot=yes fairlead.firstboot=yes", NULL);
        assert_reason(f, "systemd.firstboot=headless", "the kernel's command line has systemd.firstboot=headless");
        assert_reason(f, "systemd.firstboot=no", "the kernel's command line has systemd.firstboot=no");
        assert_reason(f, "fairlead.firstboot=off", "the kernel's command line has fairlead.firstboot=off");
}

static void is_not_wanted_where_others_provision(void **state) {
        struct fixture *f = *state;
        assert_reason(f, "", NULL);
        tree_write(f->root, "/etc/.ignition-result.json", "{\"userConfigProvided\": false}");
        assert_reason(f, "", NULL);
        tree_write(f->root, "/etc/.ignition-result.json", "{\"userConfigProvided\": true}");
        assert_reason(f, "", "Ignition provisioned this host (/etc/.ignition-result.json)");
        tree_write(f->root, "/run/cloud-init/enabled", "");
        assert_reason(f, "", "cloud-init provisions this host (/run/cloud-init/enabled)");
        tree_write(f->root, "/run/cloud-init/cloud-id", "nocloud\n");
        assert_reason(f, "", "cloud-init provisions this host (nocloud)");
        tree_write(f->root, "/run/cloud-init/cloud-id", "none\n");
        tree_write(f->root, "/etc/.ignition-result.json", "{\"userConfigProvided\": \"true\"}");
        assert_reason(f, "", NULL);
        tree_write(f->root, "/etc/.ignition-result.json", "{");
        assert_reason(f, "", NULL);
}

static void is_done_once(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        assert_false(done_exists(&f->paths));
        assert_ok(done_write(&f->paths, "finished", "ttyS0", &e), e);
        assert_true(done_exists(&f->paths));
        assert_reason(f, "", "it is done already");
        _cleanup_free_ char *text = tree_read(f->root, "/state/firstboot.done");
        struct tm tm = {};
        const char *when = str_starts(text, "outcome=finished\nconsole=ttyS0\ntime=");
        assert_non_null(when);
        assert_string_equal(strptime(when, "%Y-%m-%dT%H:%M:%SZ", &tm), "\n");
        assert_ok(done_write(&f->paths, "skipped", NULL, &e), e);
        _cleanup_free_ char *other = tree_read(f->root, "/state/firstboot.done");
        assert_non_null(str_starts(other, "outcome=skipped\ntime="));
}

static void assert_forwarded(struct fixture *f, const char *words, const char *wanted) {
        _cleanup_strv_ char **kernel = cmdline_split(words);
        _cleanup_free_ char *where = mute_forwarded(f->root, kernel);
        if (!wanted)
                assert_null(where);
        else
                assert_string_equal(where ? where : "nowhere", wanted);
}

static void sees_that_the_journal_is_printed(void **state) {
        struct fixture *f = *state;
        assert_forwarded(f, "", NULL);
        tree_write(f->root, "/etc/systemd/journald.conf", "[Journal]\n#ForwardToConsole=yes\n");
        assert_forwarded(f, "", NULL);
        tree_write(f->root, "/etc/systemd/journald.conf", "[Journal]\nForwardToConsole=yes\n");
        assert_forwarded(f, "", "/etc/systemd/journald.conf has ForwardToConsole=yes");
        tree_write(f->root, "/etc/systemd/journald.conf.d/10-x.conf", "[Journal]\nForwardToConsole=no\n");
        assert_forwarded(f, "", NULL);
        tree_write(f->root, "/etc/systemd/journald.conf.d/20-x.conf", "[Journal]\nForwardToConsole=1\n");
        assert_forwarded(f, "", "/etc/systemd/journald.conf.d/20-x.conf has ForwardToConsole=1");
        assert_forwarded(f, "systemd.journald.forward_to_console=no", NULL);
        assert_forwarded(f, "systemd.journald.forward_to_console", "the kernel's command line has systemd.journald.forward_to_console");
}

static void reads_the_size_that_a_terminal_says(void **state) {
        static const struct {
                const char *bytes;
                bool whole;
                unsigned rows, columns;
        } answers[] = {
                { "\033[24;80R", true, 24, 80 },
                { "abc\033[8;24;80t\033[50;132R", true, 50, 132 },
                { "\033[24;80R\033[25;81R", true, 25, 81 },
                { "\033[24;80", false, 0, 0 },
                { "\033[R", false, 0, 0 },
                { "\033[;R", true, 0, 0 },
                { "\033[99999;80R", true, 0, 80 },
                { "\033[24;80t", false, 0, 0 },
                { "\033\033[1;2R", true, 1, 2 },
                { "", false, 0, 0 },
        };
        for (size_t i = 0; i < ELEMENTS(answers); i++) {
                unsigned rows = 0, columns = 0;
                assert_int_equal(size_read_answer(answers[i].bytes, strlen(answers[i].bytes), &rows, &columns), answers[i].whole);
                assert_int_equal(rows, answers[i].rows);
                assert_int_equal(columns, answers[i].columns);
        }
}

static void takes_a_size_of_the_kernels_words(void **state) {
        _cleanup_strv_ char **words = cmdline_split("systemd.tty.rows.ttyS0=50 systemd.tty.columns.ttyS0=132 systemd.tty.rows.ttyS1=3 "
                                                    "systemd.tty.rows.ttyS2=x systemd.tty.columns.ttyS2=80");
        struct winsize size;
        assert_true(size_of_words(words, "ttyS0", &size));
        assert_int_equal(size.ws_row, 50);
        assert_int_equal(size.ws_col, 132);
        assert_false(size_of_words(words, "ttyS1", &size));
        assert_false(size_of_words(words, "ttyS2", &size));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_words_as_systemd_does),
                cmocka_unit_test_setup_teardown(finds_the_consoles_of_the_kernel, begin, end),
                cmocka_unit_test_setup_teardown(leaves_out_what_is_no_console, begin, end),
                cmocka_unit_test(gives_term_by_the_rules_of_systemd),
                cmocka_unit_test_setup_teardown(is_not_wanted_by_the_kernels_words, begin, end),
                cmocka_unit_test_setup_teardown(is_not_wanted_where_others_provision, begin, end),
                cmocka_unit_test_setup_teardown(is_done_once, begin, end),
                cmocka_unit_test_setup_teardown(sees_that_the_journal_is_printed, begin, end),
                cmocka_unit_test(reads_the_size_that_a_terminal_says),
                cmocka_unit_test(takes_a_size_of_the_kernels_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
