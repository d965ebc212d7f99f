/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/io/pty.h"
#include "base/str.h"

static char *environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) "LC_ALL=C.UTF-8", (char *) "TERM=vt220", NULL };

struct run {
        sd_event *event;
        struct pty *pty;
        struct str output;
        size_t bytes;
        bool keep;              /* output; else only count it */
        const char *wait_for;   /* then type this */
        const char *answer;
        bool stop_at_output;
        bool over, exited;
        int status, signals[4];
        size_t n_signals;
};

static void on_output(const void *bytes, size_t n, void *userdata) {
        struct run *run = userdata;
        assert_false(run->over);
        run->bytes += n;
        if (run->keep)
                str_add_bytes(&run->output, bytes, n);
        if (run->wait_for && strstr(run->output.text, run->wait_for)) {
                run->wait_for = NULL;
                assert_int_equal(pty_type(run->pty, run->answer, strlen(run->answer)), 0);
        }
        if (run->stop_at_output)
                pty_stop(run->pty, 1);
}

static void on_signal(int signal, void *userdata) {
        struct run *run = userdata;
        if (run->n_signals < ELEMENTS(run->signals))
                run->signals[run->n_signals++] = signal;
}

static void on_ended(bool exited, int status, void *userdata) {
        struct run *run = userdata;
        assert_false(run->over);
        run->over = true;
        run->exited = exited;
        run->status = status;
        sd_event_exit(run->event, 0);
}

static void run_with(struct run *run, int stdin_fd, const char *script) {
        const char *const argv[] = { "sh", "-c", script, NULL };
        const struct pty_options options = {
                .argv = (char *const *) argv,
                .environment = environment,
                .rows = 33,
                .columns = 101,
                .stdin_fd = stdin_fd,
                .output = on_output,
                .on_signal = on_signal,
                .ended = on_ended,
                .userdata = run,
        };
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(sd_event_new(&run->event), 0);
        assert_ok(pty_new(run->event, &options, &run->pty, &e), e);
        /* A test that hangs is a test that fails. */
        assert_true(sd_event_add_time_relative(run->event, NULL, CLOCK_MONOTONIC, 40000000, 0, NULL, (void *) (intptr_t) 99) >= 0);
        assert_int_equal(sd_event_loop(run->event), 0);
        assert_true(run->over);
        run->pty = pty_free(run->pty);
        run->event = sd_event_unref(run->event);
}

static void gives_all_output_and_then_the_end(void **state) {
        for (int i = 0; i < 20; i++) {
                struct run run = { .keep = true };
                run_with(&run, -1, "echo first; echo second >&2; printf last; exit 3");
                assert_string_equal(run.output.text, "first\r\nsecond\r\nlast");
                assert_true(run.exited);
                assert_int_equal(run.status, 3);
                str_done(&run.output);
        }
}

static void is_a_terminal_of_its_size_in_its_own_session(void **state) {
        struct run run = { .keep = true };
        run_with(&run, -1, "stty size; test -t 0 && test -t 1 && tty >/dev/null && echo terminal; "
                 "ps -o sid= -o pid= -p $$ | awk '{ print ($1 == $2) ? \"leader\" : \"no\" }'; echo x >/dev/tty; env | sort | tr '\\n' ' '");
        assert_non_null(strstr(run.output.text, "33 101\r\nterminal\r\nleader\r\nx\r\n"));
        assert_non_null(strstr(run.output.text, "LC_ALL=C.UTF-8"));
        assert_null(strstr(run.output.text, "HOME="));
        str_done(&run.output);
}

static void types_answers(void **state) {
        struct run run = { .keep = true, .wait_for = "name? ", .answer = "Ada\n" };
        run_with(&run, -1, "printf 'name? '; read n; echo \"hello $n\"");
        assert_non_null(strstr(run.output.text, "hello Ada"));
        assert_int_equal(run.status, 0);
        str_done(&run.output);
}

static void takes_a_pipe_as_input(void **state) {
        int pipes[2];
        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        assert_int_equal(write(pipes[1], "one\ntwo\n", 8), 8);
        close(pipes[1]);
        struct run run = { .keep = true };
        run_with(&run, pipes[0], "cat; test -t 0 || echo piped; test -t 1 && echo shown");
        close(pipes[0]);
        assert_string_equal(run.output.text, "one\r\ntwo\r\npiped\r\nshown\r\n");
        str_done(&run.output);
}

static void carries_a_flood(void **state) {
        struct run run = {};
        run_with(&run, -1, "stty -opost; head -c 50000000 /dev/zero");
        assert_int_equal(run.bytes, 50000000);
        assert_int_equal(run.status, 0);
}

static void carries_any_byte(void **state) {
        struct run run = { .keep = true };
        run_with(&run, -1, "stty -opost; awk 'BEGIN { for (i = 0; i < 256; i++) printf \"%c\", i }' | LC_ALL=C cat; printf '\\377\\000\\033[2J'");
        assert_true(run.bytes > 256);
        assert_memory_equal(run.output.text + run.output.length - 6, "\377\000\033[2J", 6);
        str_done(&run.output);
}

static void stops_politely(void **state) {
        struct run run = { .keep = true, .stop_at_output = true };
        run_with(&run, -1, "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.1; done");
        assert_non_null(strstr(run.output.text, "bye"));
        assert_int_equal(run.n_signals, 1);
        assert_int_equal(run.signals[0], SIGTERM);
        assert_int_equal(run.status, 9);
        str_done(&run.output);
}

/* Deaf to TERM, with a child in a group of its own that is deaf, too: both are gone afterwards. */
static void stops_the_deaf(void **state) {
        struct run run = { .keep = true, .stop_at_output = true };
        run_with(&run, -1, "trap '' TERM HUP; set -m; (trap '' TERM HUP; while :; do sleep 0.1; done) & echo child $!; while :; do sleep 0.1; done");
        assert_int_equal(run.n_signals, 2);
        assert_int_equal(run.signals[1], SIGKILL);
        assert_false(run.exited);
        assert_int_equal(run.status, SIGKILL);
        int child = 0;
        assert_int_equal(sscanf(strstr(run.output.text, "child "), "child %d", &child), 1);
        assert_true(child > 1);
        for (int i = 0; i < 100 && kill(child, 0) == 0; i++)
                usleep(20000);
        assert_int_equal(kill(child, 0), -1);
        str_done(&run.output);
}

/* A process that the command leaves behind does not keep the job from ending. */
static void ends_though_somebody_holds_the_terminal(void **state) {
        struct run run = { .keep = true };
        run_with(&run, -1, "trap '' HUP; sleep 30 & echo $!; exit 4");
        assert_int_equal(run.status, 4);
        int child = atoi(run.output.text);
        assert_true(child > 1);
        kill(child, SIGKILL);
        str_done(&run.output);
}

static void says_why_it_cannot_start(void **state) {
        const char *const argv[] = { "no-such-program-here", NULL };
        const struct pty_options options = { .argv = (char *const *) argv, .environment = environment, .stdin_fd = -1, .output = on_output, .ended = on_ended };
        _cleanup_error_ struct error *e = NULL;
        struct pty *pty = NULL;
        sd_event *event;
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(pty_new(event, &options, &pty, &e), -ENOENT);
        assert_string_equal(e->message, "The program no-such-program-here cannot be started");
        sd_event_unref(event);
}

static void refuses_too_much_input(void **state) {
        const char *const argv[] = { "sleep", "30", NULL };
        const struct pty_options options = { .argv = (char *const *) argv, .environment = environment, .stdin_fd = -1, .output = on_output, .ended = on_ended };
        sd_event *event;
        struct pty *pty;
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(pty_new(event, &options, &pty, NULL), 0);
        _cleanup_free_ char *block = calloc(1, PTY_INPUT_MAX);
        int r = 0;
        for (int i = 0; i < 8 && r == 0; i++)
                r = pty_type(pty, block, PTY_INPUT_MAX / 2);
        assert_int_equal(r, -ENOBUFS);
        pty_free(pty);
        sd_event_unref(event);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(gives_all_output_and_then_the_end),
                cmocka_unit_test(is_a_terminal_of_its_size_in_its_own_session),
                cmocka_unit_test(types_answers),
                cmocka_unit_test(takes_a_pipe_as_input),
                cmocka_unit_test(carries_a_flood),
                cmocka_unit_test(carries_any_byte),
                cmocka_unit_test(stops_politely),
                cmocka_unit_test(stops_the_deaf),
                cmocka_unit_test(ends_though_somebody_holds_the_terminal),
                cmocka_unit_test(says_why_it_cannot_start),
                cmocka_unit_test(refuses_too_much_input),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
