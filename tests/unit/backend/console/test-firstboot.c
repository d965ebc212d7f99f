/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "backend/console/claim.h"
#include "backend/console/firstboot.h"
#include "base/clock.h"
#include "tests/fake/bus.h"
#include "tests/unit/tree.h"

#define PRINTK "/proc/sys/kernel/printk"
#define PORTS 2

/* What stands in the place of the pages: it does what is typed. */
static const char pages[] =
        "echo \"pages in $(stty size) TERM=$TERM\"\n"
        "while read word rest; do\n"
        "        case $word in\n"
        "        exit) exit $rest ;;\n"
        "        die) kill -9 $$ ;;\n"
        "        shell) sh -i; echo \"back again\" ;;\n"
        "        raw) stty raw -echo; exit 75 ;;\n"
        "        esac\n"
        "done\n"
        "exit 99\n";

struct fixture {
        char *root, *state, *run, *script;
        struct paths paths;
        sd_event *event;
        char *program[3];
        struct firstboot_options options;
        struct firstboot *boot;
        int lines[PORTS];               /* the other ends; -1: pulled */
        struct str shown[PORTS], log;
        const char *answer;             /* to the question for the cursor's place; NULL: none */
        bool over;
        enum firstboot_end end;
};

/* ---- a host with two serial ports ---- */

static void port_new(struct fixture *f, int i) {
        char name[64], link[64];
        f->lines[i] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
        assert_true(f->lines[i] >= 0);
        assert_int_equal(grantpt(f->lines[i]), 0);
        assert_int_equal(unlockpt(f->lines[i]), 0);
        assert_int_equal(ptsname_r(f->lines[i], name, sizeof name), 0);
        snprintf(link, sizeof link, "/dev/ttyS%d", i);
        tree_link(f->root, link, name);
}

static void port_pull(struct fixture *f, int i) {
        close(f->lines[i]);
        f->lines[i] = -1;
}

static void port_size(struct fixture *f, int i, unsigned short rows, unsigned short columns) {
        const struct winsize size = { .ws_row = rows, .ws_col = columns };
        assert_int_equal(ioctl(f->lines[i], TIOCSWINSZ, &size), 0);
}

static void on_log(enum firstboot_level level, const char *sentence, void *userdata) {
        struct fixture *f = userdata;
        str_addf(&f->log, "<%d>%s\n", (int) level, sentence);
}

static void on_ended(enum firstboot_end end, void *userdata) {
        struct fixture *f = userdata;
        assert_false(f->over);
        f->over = true;
        f->end = end;
}

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->root = tree_new();
        f->state = str_printf("%s/state", f->root);
        f->run = str_printf("%s/run/fairlead", f->root);
        f->script = str_printf("%s/pages", f->root);
        tree_write(f->root, "/pages", pages);
        tree_folder(f->root, "/run/systemd");
        tree_write(f->root, PRINTK, "4\t4\t1\t7\n");
        tree_write(f->root, "/sys/class/tty/console/active", "ttyS0 ttyS1\n");
        for (int i = 0; i < PORTS; i++) {
                port_new(f, i);
                port_size(f, i, 24, 80);
        }
        f->paths = (struct paths) { .root = f->root, .state = f->state, .run = f->run };
        must(sd_event_new(&f->event), "loop");
        f->program[0] = (char *) "/bin/sh";
        f->program[1] = f->script;
        f->options = (struct firstboot_options) { .paths = &f->paths, .program = f->program, .repeat_usec = 60000000, .log = on_log, .ended = on_ended, .userdata = f };
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        firstboot_free(f->boot);
        sd_event_unref(f->event);
        for (int i = 0; i < PORTS; i++) {
                if (f->lines[i] >= 0)
                        close(f->lines[i]);
                str_done(&f->shown[i]);
        }
        str_done(&f->log);
        tree_remove(f->root);
        FREE_ALL(f->root, f->state, f->run, f->script, f);
        return 0;
}

/* ---- what people at the ports see and do ---- */

static void port_read(struct fixture *f, int i) {
        char bytes[4096];
        ssize_t n = f->lines[i] >= 0 ? read(f->lines[i], bytes, sizeof bytes) : -1;
        if (n <= 0)
                return;
        size_t before = f->shown[i].length;
        str_add_bytes(&f->shown[i], bytes, (size_t) n);
        if (f->answer && strstr(f->shown[i].text + (before > 8 ? before - 8 : 0), "\033[6n"))
                assert_int_equal(write(f->lines[i], f->answer, strlen(f->answer)), strlen(f->answer));
}

static void turn(struct fixture *f) {
        must(sd_event_run(f->event, 20000), "loop");
        for (int i = 0; i < PORTS; i++)
                port_read(f, i);
}

/* Until a text was shown since the last call that found one at this port. */
static void wait_shown(struct fixture *f, int i, const char *text) {
        char *found = NULL;
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; usec_now(CLOCK_MONOTONIC) < until; turn(f))
                if (f->shown[i].text && (found = strstr(f->shown[i].text, text)))
                        break;
        if (!found)
                fail_msg("\"%s\" is not at port %d, but \"%s\"; the journal has: %s", text, i, f->shown[i].text ? f->shown[i].text : "", f->log.text ? f->log.text : "");
        size_t n = (size_t) (found - f->shown[i].text) + strlen(text);
        memmove(f->shown[i].text, f->shown[i].text + n, f->shown[i].length - n + 1);
        f->shown[i].length -= n;
}

static void wait_log(struct fixture *f, const char *text) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; usec_now(CLOCK_MONOTONIC) < until; turn(f))
                if (f->log.text && strstr(f->log.text, text))
                        return;
        fail_msg("\"%s\" is not in the journal, but: %s", text, f->log.text ? f->log.text : "");
}

static void wait_over(struct fixture *f, enum firstboot_end end) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; !f->over && usec_now(CLOCK_MONOTONIC) < until;)
                turn(f);
        if (!f->over || f->end != end)
                fail_msg("it ended with %d and not %d; the journal has: %s", f->over ? (int) f->end : -1, (int) end, f->log.text ? f->log.text : "");
}

static void type(struct fixture *f, int i, const char *text) {
        assert_int_equal(write(f->lines[i], text, strlen(text)), strlen(text));
}

static void start(struct fixture *f) {
        f->boot = firstboot_new(f->event, &f->options);
}

static void start_pages(struct fixture *f, int i) {
        wait_shown(f, i, "to set up this host on this console.");
        type(f, i, "\r");
        wait_shown(f, i, "pages in ");
        wait_shown(f, i, "TERM=vt220\r\n");
}

static void assert_done_file(struct fixture *f, const char *beginning) {
        _cleanup_free_ char *text = tree_read(f->root, "/state/firstboot.done");
        if (!beginning)
                assert_null(text);
        else
                assert_non_null(str_starts(text ? text : "", beginning));
}

/* The kernel prints again, and the terminals are as they were. */
static void assert_restored(struct fixture *f) {
        _cleanup_free_ char *printk = tree_read(f->root, PRINTK);
        assert_string_equal(printk, "4\n");
        for (int i = 0; i < PORTS; i++) {
                struct termios tio;
                if (f->lines[i] < 0)
                        continue;
                assert_int_equal(tcgetattr(f->lines[i], &tio), 0);
                assert_true((tio.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
                assert_true(tio.c_iflag & ICRNL);
        }
}

/* ---- the offer ---- */

static void offers_everywhere_and_the_first_wins(void **state) {
        struct fixture *f = *state;
        start(f);
        wait_shown(f, 0, "\r\nPress Enter to set up this host on this console.\r\n");
        start_pages(f, 1);
        wait_shown(f, 0, "\r\nSetup is running on ttyS1.\r\n");
        type(f, 0, "\r");
        wait_shown(f, 0, "\r\nSetup is running on ttyS1.\r\n");
        type(f, 1, "exit 0\r");
        wait_over(f, FIRSTBOOT_FINISHED);
        assert_done_file(f, "outcome=finished\nconsole=ttyS1\ntime=2");
        assert_restored(f);
        wait_log(f, "<6>Setup is offered on ttyS0, ttyS1\n");
        wait_log(f, "<6>Setup runs on ttyS1 (vt220, 80x24)\n");
        wait_log(f, "<5>Setup was finished on ttyS1; it is not offered again (");
}

static void ends_when_nobody_presses_enter(void **state) {
        struct fixture *f = *state;
        f->options.timeout_usec = 2000000;
        f->options.repeat_usec = 100000;
        start(f);
        for (int i = 0; i < PORTS; i++) {
                wait_shown(f, i, "\r\nPress Enter within 2 s to set up this host on this console.\r\n");
                wait_shown(f, i, "\r\nPress Enter within 1 s to set up this host on this console.\r\n");
                wait_shown(f, i, "\r\nSetup will be offered again at the next boot.\r\n");
        }
        wait_over(f, FIRSTBOOT_LATER);
        assert_done_file(f, NULL);
        assert_restored(f);
        wait_log(f, "<5>Nobody pressed Enter within 2 s; setup is offered again at the next boot\n");
}

/* The login of a host at the other end, and our own words where a line sends them back: no person. */
static void does_not_take_text_for_enter(void **state) {
        struct fixture *f = *state;
        start(f);
        wait_shown(f, 0, "on this console.");
        type(f, 0, "\r\nDebian GNU/Linux 13 host ttyS0\r\n\r\nhost login: ");
        start_pages(f, 1);
        wait_shown(f, 0, "Setup is running on ttyS1.");
        type(f, 1, "exit 76\r");
        wait_over(f, FIRSTBOOT_NEVER);
        assert_done_file(f, "outcome=skipped\nconsole=ttyS1\ntime=2");
}

static void leaves_out_a_port_that_is_not_there(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/dev/ttyS2", "");
        tree_write(f->root, "/sys/class/tty/console/active", "ttyS2 ttyS3 ttyUSB0 ttyS0\n");
        tree_write(f->root, "/dev/ttyUSB0", "");
        start(f);
        start_pages(f, 0);
        wait_log(f, "<6>The console ttyS2 is left out: Inappropriate ioctl for device\n");
        wait_log(f, "<6>The console ttyS3 is left out: No such file or directory\n");
        wait_log(f, "<6>Setup is offered on ttyS0\n");
        assert_null(strstr(f->log.text, "ttyUSB0"));
        type(f, 0, "exit 75\r");
        wait_over(f, FIRSTBOOT_LATER);
}

static void ends_where_there_is_no_console(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/sys/class/tty/console/active", "ttyS7\n");
        start(f);
        wait_over(f, FIRSTBOOT_NOWHERE);
        assert_done_file(f, NULL);
        assert_restored(f);
}

static void offers_on_a_named_console(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/sys/class/tty/console/active", "ttyS0\n");
        tree_write(f->root, "/proc/cmdline", "quiet fairlead.console=ttyS1 systemd.tty.term.ttyS1=xterm\n");
        start(f);
        wait_shown(f, 1, "on this console.");
        type(f, 1, "\r");
        wait_shown(f, 1, "TERM=xterm\r\n");
        firstboot_stop(f->boot);
        wait_over(f, FIRSTBOOT_STOPPED);
}

/* Who sets the terminal just now is not disturbed; the offer comes behind it. */
static void waits_for_who_has_the_lock(void **state) {
        struct fixture *f = *state;
        _cleanup_close_ int other = open(tree_path(f->root, "/dev/ttyS0"), O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_int_equal(flock(other, LOCK_EX), 0);
        start(f);
        wait_shown(f, 1, "on this console.");
        for (int i = 0; i < 5; i++)
                turn(f);
        assert_null(f->shown[0].text);
        assert_int_equal(flock(other, LOCK_UN), 0);
        wait_shown(f, 0, "on this console.");
        /* No lock is kept: systemd-vconsole-setup waits for it. */
        assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
}

static void is_not_offered_where_it_is_not_wanted(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/proc/cmdline", "systemd.firstboot=headless\n");
        start(f);
        wait_over(f, FIRSTBOOT_UNWANTED);
        assert_string_equal(f->log.text, "<5>Setup is not offered: the kernel's command line has systemd.firstboot=headless\n");
        assert_null(f->shown[0].text);
        _cleanup_free_ char *printk = tree_read(f->root, PRINTK);
        assert_string_equal(printk, "4\t4\t1\t7\n");
}

/* The same program carries out an answer file, as "sh pages --answers FILE". */
static void credential_is(struct fixture *f, const char *text) {
        tree_write(f->root, "/pages", "case $1 in --answers) exit 0 ;; esac\nexit 99\n");
        tree_write(f->root, "/credentials/fairlead.answers", text);
        f->options.answers_program = f->program;
        f->options.credentials = tree_path(f->root, "/credentials");
}

static void carries_out_an_answer_file_and_asks_nobody(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/proc/cmdline", "systemd.firstboot=headless\n");
        credential_is(f, "{}");
        start(f);
        wait_shown(f, 0, "\r\nSetup by the credential fairlead.answers is done.\r\n");
        wait_over(f, FIRSTBOOT_FINISHED);
        assert_done_file(f, "outcome=answered\ntime=2");
        assert_restored(f);
}

static void offers_setup_behind_a_wrong_answer_file(void **state) {
        struct fixture *f = *state;
        credential_is(f, "{\n\"hostname\": 1 }");
        start(f);
        wait_shown(f, 1, "nothing was changed: the credential fairlead.answers:2: hostname");
        wait_shown(f, 1, "Press Enter to set up this host on this console.");
        wait_log(f, "<3>The answer file was refused, and nothing was changed: ");
        assert_done_file(f, NULL);
}

static void warns_of_a_journal_that_is_printed(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/etc/systemd/journald.conf", "[Journal]\nForwardToConsole=yes\n");
        start(f);
        wait_log(f, "<4>journald prints to the console, so its lines may appear over setup: /etc/systemd/journald.conf has ForwardToConsole=yes\n");
}

/* ---- the program ---- */

static void asks_a_terminal_for_its_size(void **state) {
        struct fixture *f = *state;
        port_size(f, 0, 0, 0);
        f->answer = "\033[43;132R";
        start(f);
        wait_shown(f, 0, "on this console.");
        type(f, 0, "\r");
        wait_shown(f, 0, "\0337\033[999;999H\033[6n\0338");
        wait_shown(f, 0, "pages in 43 132 TERM=vt220");
}

static void assumes_a_size_where_nobody_answers(void **state) {
        struct fixture *f = *state;
        port_size(f, 0, 0, 0);
        start(f);
        wait_shown(f, 0, "on this console.");
        type(f, 0, "\r");
        wait_shown(f, 0, "pages in 24 80 TERM=vt220");
        wait_log(f, "<5>The terminal at ttyS0 does not say how large it is; 80x24 are assumed\n");
}

static void takes_no_small_screen_for_an_answer(void **state) {
        struct fixture *f = *state;
        port_size(f, 0, 0, 0);
        f->answer = "\033[1;1R";
        start(f);
        wait_shown(f, 0, "on this console.");
        type(f, 0, "\r");
        wait_shown(f, 0, "pages in 24 80 TERM=vt220");
}

/* A shell with job control: the terminal is the controlling one. */
static void comes_back_from_a_shell(void **state) {
        struct fixture *f = *state;
        start(f);
        start_pages(f, 0);
        type(f, 0, "shell\r");
        type(f, 0, "echo controlling >/dev/tty; echo $((40 + 2)) wo\"\"rks\r");
        wait_shown(f, 0, "controlling\r\n");
        wait_shown(f, 0, "42 works\r\n");
        type(f, 0, "exit\r");
        wait_shown(f, 0, "back again\r\n");
        type(f, 0, "exit 75\r");
        wait_over(f, FIRSTBOOT_LATER);
        assert_done_file(f, NULL);
}

static void gives_back_a_terminal_that_was_left_raw(void **state) {
        struct fixture *f = *state;
        start(f);
        start_pages(f, 0);
        type(f, 0, "raw\r");
        wait_over(f, FIRSTBOOT_LATER);
        assert_restored(f);
}

/* As by one that was killed. */
static void gives_lines_on_a_terminal_that_it_found_raw(void **state) {
        struct fixture *f = *state;
        struct termios tio;
        assert_int_equal(tcgetattr(f->lines[0], &tio), 0);
        cfmakeraw(&tio);
        assert_int_equal(tcsetattr(f->lines[0], TCSANOW, &tio), 0);
        start(f);
        start_pages(f, 0);
        type(f, 0, "exit 75\r");
        wait_over(f, FIRSTBOOT_LATER);
        assert_restored(f);
}

static void offers_again_after_a_failure_but_not_for_ever(void **state) {
        struct fixture *f = *state;
        start(f);
        start_pages(f, 0);
        type(f, 0, "die\r");
        wait_shown(f, 1, "\r\nSetup was killed by signal 9.\r\n");
        start_pages(f, 1);
        type(f, 1, "exit 1\r");
        wait_shown(f, 0, "\r\nSetup ended with status 1.\r\n");
        start_pages(f, 0);
        type(f, 0, "die\r");
        wait_shown(f, 0, "\r\nSetup does not work; it will be offered again at the next boot.\r\n");
        wait_over(f, FIRSTBOOT_FAILED);
        assert_done_file(f, NULL);
        assert_restored(f);
        wait_log(f, "<4>Setup was killed by signal 9; it is offered again\n");
        wait_log(f, "<3>Setup was killed by signal 9; after 3 failures it ends for this boot\n");
}

static void offers_again_what_cannot_begin(void **state) {
        struct fixture *f = *state;
        f->program[0] = (char *) "/no/such/program";
        start(f);
        wait_shown(f, 0, "on this console.");
        type(f, 0, "\r");
        wait_shown(f, 1, "Setup did not begin (/no/such/program cannot be started on ");
        wait_shown(f, 0, "on this console.");
}

/* The cable is pulled: not a failure of the pages, which may have ended by that with 0, or, as ours do, as if they were put off. */
static void offers_again_when_the_line_is_lost(void **state) {
        struct fixture *f = *state;
#define PAGES_UNTIL_HUP(status) "trap 'exit " status "' HUP\necho \"pages in TERM=$TERM\"\nwhile :; do sleep 0.1; done\n"
        for (unsigned i = 0; i < FIRSTBOOT_FAILURES_MAX + 1; i++) {
                tree_write(f->root, "/pages", i % 2 ? PAGES_UNTIL_HUP("75") : PAGES_UNTIL_HUP("0"));
                port_size(f, 0, 24, 80);
                if (i == 0)
                        start(f);
                start_pages(f, 0);
                wait_shown(f, 1, "Setup is running on ttyS0.");
                port_pull(f, 0);
                wait_shown(f, 1, "on this console.");
                assert_false(f->over);
                assert_done_file(f, NULL);
                unlink(tree_path(f->root, "/dev/ttyS0"));
                str_done(&f->shown[0]);
                port_new(f, 0);
        }
        wait_log(f, "<4>The line of ttyS0 was hung up; setup is offered again\n");
        port_size(f, 0, 24, 80);
        wait_shown(f, 0, "on this console.");
}

/* One that is deaf to it does not hold up the host's shutdown. */
static void is_stopped_at_any_time(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/pages", "trap '' HUP TERM\necho \"pages in TERM=$TERM\"\nwhile :; do sleep 0.1; done\n");
        start(f);
        start_pages(f, 0);
        firstboot_stop(f->boot);
        firstboot_stop(f->boot);
        wait_over(f, FIRSTBOOT_STOPPED);
        assert_done_file(f, NULL);
        assert_restored(f);
}

static void is_stopped_while_it_offers(void **state) {
        struct fixture *f = *state;
        start(f);
        wait_shown(f, 0, "on this console.");
        firstboot_stop(f->boot);
        wait_over(f, FIRSTBOOT_STOPPED);
        assert_restored(f);
}

static void says_when_its_end_cannot_be_recorded(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/state", "a file");
        start(f);
        start_pages(f, 0);
        type(f, 0, "exit 0\r");
        wait_over(f, FIRSTBOOT_FAILED);
        wait_log(f, "<3>Setup was finished on ttyS0, which could not be recorded, so that it is offered again at the next boot: ");
        assert_restored(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(offers_everywhere_and_the_first_wins, begin, end),
                cmocka_unit_test_setup_teardown(ends_when_nobody_presses_enter, begin, end),
                cmocka_unit_test_setup_teardown(does_not_take_text_for_enter, begin, end),
                cmocka_unit_test_setup_teardown(leaves_out_a_port_that_is_not_there, begin, end),
                cmocka_unit_test_setup_teardown(ends_where_there_is_no_console, begin, end),
                cmocka_unit_test_setup_teardown(offers_on_a_named_console, begin, end),
                cmocka_unit_test_setup_teardown(waits_for_who_has_the_lock, begin, end),
                cmocka_unit_test_setup_teardown(is_not_offered_where_it_is_not_wanted, begin, end),
                cmocka_unit_test_setup_teardown(carries_out_an_answer_file_and_asks_nobody, begin, end),
                cmocka_unit_test_setup_teardown(offers_setup_behind_a_wrong_answer_file, begin, end),
                cmocka_unit_test_setup_teardown(warns_of_a_journal_that_is_printed, begin, end),
                cmocka_unit_test_setup_teardown(asks_a_terminal_for_its_size, begin, end),
                cmocka_unit_test_setup_teardown(assumes_a_size_where_nobody_answers, begin, end),
                cmocka_unit_test_setup_teardown(takes_no_small_screen_for_an_answer, begin, end),
                cmocka_unit_test_setup_teardown(comes_back_from_a_shell, begin, end),
                cmocka_unit_test_setup_teardown(gives_back_a_terminal_that_was_left_raw, begin, end),
                cmocka_unit_test_setup_teardown(gives_lines_on_a_terminal_that_it_found_raw, begin, end),
                cmocka_unit_test_setup_teardown(offers_again_after_a_failure_but_not_for_ever, begin, end),
                cmocka_unit_test_setup_teardown(offers_again_what_cannot_begin, begin, end),
                cmocka_unit_test_setup_teardown(offers_again_when_the_line_is_lost, begin, end),
                cmocka_unit_test_setup_teardown(is_stopped_at_any_time, begin, end),
                cmocka_unit_test_setup_teardown(is_stopped_while_it_offers, begin, end),
                cmocka_unit_test_setup_teardown(says_when_its_end_cannot_be_recorded, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
