/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "backend/console/mute.h"
#include "backend/systemd/bus.h"
#include "base/clock.h"
#include "tests/fake/bus.h"
#include "tests/unit/tree.h"

#define PRINTK "/proc/sys/kernel/printk"

struct fixture {
        char *root, *run;
        struct paths paths;
        struct mute_options options;
        sd_event *event;
        sd_bus *server, *client;
        const char *refuse;     /* error name of SetShowStatus */
        struct str statuses;    /* what it was called with, each behind a blank */
        int varlink, line;      /* the listening socket; the connection */
        unsigned done;
        enum mute_way way;
        struct mute *mute;
};

static int on_set_status(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct fixture *f = userdata;
        const char *status;
        must(sd_bus_message_read(m, "s", &status), "arguments");
        str_addf(&f->statuses, " <%s>", status);
        if (f->refuse)
                return sd_bus_error_set(error, f->refuse, "Refused, as the test wants");
        return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("SetShowStatus", "s", "", on_set_status, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->root = tree_new();
        f->run = str_printf("%s/run/fairlead", f->root);
        f->varlink = f->line = -1;
        tree_folder(f->root, "/run/systemd");
        tree_write(f->root, PRINTK, "4\t4\t1\t7\n");
        f->paths = (struct paths) { .root = f->root, .run = f->run };
        must(sd_event_new(&f->event), "loop");
        fake_bus_new(f->event, &f->server, &f->client);
        must(sd_bus_add_object_vtable(f->server, NULL, SYSTEMD_PATH, SYSTEMD_MANAGER, vtable, f), "manager");
        f->options = (struct mute_options) { .event = f->event, .paths = &f->paths, .bus = f->client };
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        f->mute = mute_free(f->mute);
        bus_close(f->client);
        bus_close(f->server);
        sd_event_unref(f->event);
        if (f->varlink >= 0)
                close(f->varlink);
        if (f->line >= 0)
                close(f->line);
        str_done(&f->statuses);
        tree_remove(f->root);
        FREE_ALL(f->root, f->run, f);
        return 0;
}

static void on_done(enum mute_way way, void *userdata) {
        struct fixture *f = userdata;
        f->done++;
        f->way = way;
}

static void wait_done(struct fixture *f) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; !f->done && usec_now(CLOCK_MONOTONIC) < until;)
                must(sd_event_run(f->event, 100000), "loop");
        assert_int_equal(f->done, 1);
        f->done = 0;
}

static void assert_printk(struct fixture *f, const char *wanted) {
        _cleanup_free_ char *text = tree_read(f->root, PRINTK);
        assert_string_equal(text, wanted);
}

static void assert_left(struct fixture *f, const char *wanted) {
        _cleanup_free_ char *text = tree_read(f->root, "/run/fairlead/console-mute");
        if (!wanted)
                assert_null(text);
        else
                assert_string_equal(text ? text : "nothing", wanted);
}

static void is_quiet_over_the_bus(void **state) {
        struct fixture *f = *state;
        f->mute = mute_new(&f->options, on_done, f);
        assert_int_equal(f->done, 0);
        wait_done(f);
        assert_int_equal(f->way, MUTE_BUS);
        assert_string_equal(f->statuses.text, " <no>");
        assert_printk(f, "1\n");
        assert_left(f, "status = bus\nprintk = 4\n");
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_string_equal(f->statuses.text, " <no> <>");
        assert_printk(f, "4\n");
        assert_left(f, NULL);
}

/* What is quiet already is not made louder at the end. */
static void leaves_a_quiet_kernel_alone(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, PRINTK, "1\t4\t1\t7\n");
        f->mute = mute_new(&f->options, on_done, f);
        wait_done(f);
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_printk(f, "1\t4\t1\t7\n");
}

/* A process that hears signals as systemd's does, writes a byte for the first of them, and ends by the second. */
static pid_t manager_new(int *ret_heard) {
        sigset_t set;
        int heard[2];
        assert_int_equal(pipe(heard), 0);
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN + 20);
        sigaddset(&set, SIGRTMIN + 21);
        sigset_t before;
        sigprocmask(SIG_BLOCK, &set, &before);
        pid_t pid = fork();
        if (pid == 0) {
                int first = sigwaitinfo(&set, NULL);
                if (write(heard[1], "", 1) != 1)
                        _exit(2);
                int second = sigwaitinfo(&set, NULL);
                _exit(first == SIGRTMIN + 21 && second == SIGRTMIN + 20 ? 0 : 1);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(heard[1]);
        *ret_heard = heard[0];
        return pid;
}

static void is_quiet_by_a_signal_where_the_bus_refuses(void **state) {
        struct fixture *f = *state;
        _cleanup_close_ int heard = -1;
        int status = -1;
        char byte;
        f->refuse = SD_BUS_ERROR_UNKNOWN_METHOD;
        f->options.manager = manager_new(&heard);
        f->mute = mute_new(&f->options, on_done, f);
        wait_done(f);
        assert_int_equal(f->way, MUTE_SIGNAL);
        assert_int_equal(read(heard, &byte, 1), 1);
        assert_left(f, "status = signal\nprintk = 4\n");
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_int_equal(waitpid(f->options.manager, &status, 0), f->options.manager);
        assert_int_equal(status, 0);
        assert_printk(f, "4\n");
        assert_left(f, NULL);
}

static void does_without_a_bus_and_a_manager(void **state) {
        struct fixture *f = *state;
        f->options.bus = NULL;
        f->mute = mute_new(&f->options, on_done, f);
        wait_done(f);
        assert_int_equal(f->way, MUTE_NONE);
        assert_printk(f, "1\n");
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_printk(f, "4\n");
}

/* ---- systemd-mute-console ---- */

static void varlink_listen(struct fixture *f) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        snprintf(address.sun_path, sizeof address.sun_path, "%s/run/systemd/io.systemd.MuteConsole", f->root);
        f->varlink = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(f->varlink >= 0);
        assert_int_equal(bind(f->varlink, (struct sockaddr *) &address, sizeof address), 0);
        assert_int_equal(listen(f->varlink, 1), 0);
}

static void varlink_take(struct fixture *f, const char *answer) {
        char call[256] = {};
        f->line = accept4(f->varlink, NULL, NULL, SOCK_CLOEXEC);
        assert_true(f->line >= 0);
        ssize_t n = read(f->line, call, sizeof call);
        assert_int_equal(n, strlen(call) + 1);
        assert_string_equal(call, "{\"method\":\"io.systemd.MuteConsole.Mute\",\"parameters\":{},\"more\":true}");
        if (answer)
                assert_int_equal(write(f->line, answer, strlen(answer) + 1), strlen(answer) + 1);
}

static void is_quiet_by_systemds_service(void **state) {
        struct fixture *f = *state;
        char byte;
        varlink_listen(f);
        f->mute = mute_new(&f->options, on_done, f);
        varlink_take(f, "{\"parameters\":{},\"continues\":true}");
        wait_done(f);
        assert_int_equal(f->way, MUTE_VARLINK);
        /* That service sees to the kernel, too. */
        assert_printk(f, "4\t4\t1\t7\n");
        assert_null(f->statuses.text);
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_int_equal(read(f->line, &byte, 1), 0);
}

static void takes_the_bus_where_the_service_refuses(void **state) {
        struct fixture *f = *state;
        varlink_listen(f);
        f->mute = mute_new(&f->options, on_done, f);
        varlink_take(f, "{\"error\":\"org.varlink.service.MethodNotFound\"}");
        wait_done(f);
        assert_int_equal(f->way, MUTE_BUS);
}

static void takes_the_bus_where_the_service_hangs_up(void **state) {
        struct fixture *f = *state;
        varlink_listen(f);
        f->mute = mute_new(&f->options, on_done, f);
        varlink_take(f, NULL);
        close(f->line);
        f->line = -1;
        wait_done(f);
        assert_int_equal(f->way, MUTE_BUS);
}

/* ---- behind a process that was killed ---- */

static void restores_what_another_left(void **state) {
        struct fixture *f = *state;
        assert_null(mute_left(&f->options));
        f->mute = mute_new(&f->options, on_done, f);
        wait_done(f);
        f->mute = mute_free(f->mute);
        assert_printk(f, "1\n");
        f->mute = mute_left(&f->options);
        assert_non_null(f->mute);
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_string_equal(f->statuses.text, " <no> <>");
        assert_printk(f, "4\n");
        assert_left(f, NULL);
        assert_null(mute_left(&f->options));
}

static void is_restored_before_it_is_quiet(void **state) {
        struct fixture *f = *state;
        f->mute = mute_new(&f->options, on_done, f);
        mute_restore(f->mute, on_done, f);
        wait_done(f);
        assert_printk(f, "4\n");
        assert_left(f, NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(is_quiet_over_the_bus, begin, end),
                cmocka_unit_test_setup_teardown(leaves_a_quiet_kernel_alone, begin, end),
                cmocka_unit_test_setup_teardown(is_quiet_by_a_signal_where_the_bus_refuses, begin, end),
                cmocka_unit_test_setup_teardown(does_without_a_bus_and_a_manager, begin, end),
                cmocka_unit_test_setup_teardown(is_quiet_by_systemds_service, begin, end),
                cmocka_unit_test_setup_teardown(takes_the_bus_where_the_service_refuses, begin, end),
                cmocka_unit_test_setup_teardown(takes_the_bus_where_the_service_hangs_up, begin, end),
                cmocka_unit_test_setup_teardown(restores_what_another_left, begin, end),
                cmocka_unit_test_setup_teardown(is_restored_before_it_is_quiet, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
