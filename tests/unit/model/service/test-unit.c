/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <signal.h>

#include "base/str.h"
#include "model/service/unit.h"

static void names_every_action(void **state) {
        for (int i = 0; i < _UNIT_ACTION_MAX; i++) {
                assert_int_equal(unit_action_from_name(unit_action_name(i)), i);
                assert_true(strlen(unit_action_done(i)) > 3);
        }
        assert_string_equal(unit_action_name(UNIT_RESET_FAILED), "reset-failed");
        assert_int_equal(unit_action_from_name("begin"), -EINVAL);
        assert_int_equal(unit_action_from_name(NULL), -EINVAL);
        assert_string_equal(unit_action_name(_UNIT_ACTION_MAX), "?");
        assert_string_equal(unit_action_done(_UNIT_ACTION_MAX), "?");
}

static void unescapes_for_people(void **state) {
        static const struct {
                const char *name, *plain;
        } rows[] = {
                { "tty\\x2dusb0", "tty-usb0" },
                { "dev-disk-by\\x2duuid-1\\x2d2.swap", "dev-disk-by-uuid-1-2.swap" },
                { "sshd.service", "sshd.service" },
                { "a\\x00b", "a\\x00b" },
                { "a\\x2", "a\\x2" },
                { "a\\x", "a\\x" },
                { "a\\", "a\\" },
                { "a\\xzz", "a\\xzz" },
                { "a\\X2D\\x2D", "a\\X2D-" },
                { "", "" },
                { NULL, "" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *plain = unit_name_plain(rows[i].name);
                assert_string_equal(plain, rows[i].plain);
        }
}

/* As systemctl 252 and 257 escape. */
static void takes_names_as_systemctl_does(void **state) {
        static const struct {
                const char *typed, *name;
        } rows[] = {
                { "ssh", "ssh.service" },
                { "ssh.socket", "ssh.socket" },
                { "foo@[bar].service", "foo@\\x5bbar\\x5d.service" },
                { "foo@[bar]", "foo@\\x5bbar\\x5d.service" },
                { "a b", "a\\x20b.service" },
                { "foo@a\\x2db.service", "foo@a\\x2db.service" },
                { "/srv/data", "srv-data.mount" },
                { "/srv/my-data/", "srv-my\\x2ddata.mount" },
                { "/", "-.mount" },
                { "/dev/disk/by-uuid/0a", "dev-disk-by\\x2duuid-0a.device" },
                { "foo@a/b", "foo@a-b.service" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *name = unit_name_mangle(rows[i].typed);
                assert_string_equal(name, rows[i].name);
                assert_int_equal(unit_name_check(name, NULL), 0);
        }
}

static void finds_the_reason(void **state) {
#define L(from, level, text) { .source = from, .priority = level, .message = (char *) text }
        static const struct {
                struct log_line lines[4];
                size_t n;
                const char *reason;
        } rows[] = {
                { { L(LOG_SYSTEMD, 6, "Starting a.service"), L(LOG_PROGRAM, 6, "Error: statfs /x: no such file"),
                    L(LOG_EVENT, 6, "container died: a, exit status 125"),
                    L(LOG_SYSTEMD, 3, "Failed to start a.service") }, 4, "Error: statfs /x: no such file" },
                { { L(LOG_PROGRAM, 6, "one"), L(LOG_PROGRAM, 3, "two"), L(LOG_PROGRAM, 6, "three") }, 3, "two" },
                { { L(LOG_PROGRAM, 6, "one"), L(LOG_PROGRAM, -1, "two"), L(LOG_PROGRAM, 6, "  ") }, 3, "two" },
                { { L(LOG_PROGRAM, 6, "cannot bind port"), L(LOG_PROGRAM, 6, "usage: x") }, 2, "cannot bind port" },
                { { L(LOG_SYSTEMD, 3, "Failed to start a.service") }, 1, NULL },
                { {}, 0, NULL },
        };
        assert_int_equal(log_errors(rows[0].lines, 4), 0);
        assert_int_equal(log_errors(rows[1].lines, 3), 1);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct log_line *line = log_reason(rows[i].lines, rows[i].n);
                assert_true(str_equal(line ? line->message : NULL, rows[i].reason));
        }
}

/* By its priority; what nobody gave one, as a container's standard error, by its words. */
static void knows_an_error(void **state) {
        static const struct {
                struct log_line line;
                bool bad;
        } rows[] = {
                { L(LOG_PROGRAM, -1, "[sssd] [server_setup] (0x3f7c0): Starting with debug level = 0x0070"), false },
                { L(LOG_PROGRAM, -1, "[be[example.test]] [child_sig_handler] (0x0020): child [840] failed with status [2]."), true },
                { L(LOG_PROGRAM, -1, NULL), false },
                { L(LOG_PROGRAM, 3, "kex_exchange_identification"), true },
                { L(LOG_PROGRAM, 6, "no errors, nothing failed"), false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(log_line_bad(&rows[i].line), rows[i].bad);
}

/* The words are those of systemd 252 and 257; a program that says the same is not believed. */
static void knows_when_memory_ran_out(void **state) {
        static const struct {
                struct log_line lines[2];
                bool ran_out;
        } rows[] = {
                { { L(LOG_SYSTEMD, 5, "a.service: A process of this unit has been killed by the OOM killer."),
                    L(LOG_SYSTEMD, 6, "a.service: Main process exited, code=exited, status=137/n/a") }, true },
                { { L(LOG_PROGRAM, 5, "a.service: A process of this unit has been killed by the OOM killer."),
                    L(LOG_SYSTEMD, 6, "a.service: Main process exited, code=exited, status=137/n/a") }, false },
                { { L(LOG_SYSTEMD, 6, "Started a.service"), L(LOG_PROGRAM, 6, NULL) }, false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(log_memory_ran_out(rows[i].lines, 2), rows[i].ran_out);
}

/* systemd counts what a stop had to kill as a failure. */
static void knows_a_stop_from_a_failure(void **state) {
#define ENDED(how, code, status, began, ended)                                                        \
        { .unit.active = (char *) "failed", .result = (char *) how, .exit_code = code, .exit_status = status, \
          .stop_began = began, .main_ended = ended }
        static const struct {
                struct unit_detail now;
                bool stopped;
                const char *text;
        } rows[] = {
                { ENDED("exit-code", CLD_EXITED, 137, 5000000, 15200000), true,
                  "killed after 10 s, since it did not end when it was asked to" },
                { ENDED("timeout", CLD_KILLED, SIGKILL, 5000000, 95000000), true,
                  "killed after 90 s, since it did not end when it was asked to" },
                { ENDED("exit-code", CLD_EXITED, 143, 5000000, 5100000), true, NULL },
                { ENDED("exit-code", CLD_EXITED, 137, 0, 15200000), false, NULL },
                { ENDED("exit-code", CLD_EXITED, 137, 15200001, 15200000), false, NULL },
                { ENDED("exit-code", CLD_EXITED, 1, 5000000, 15200000), false, NULL },
                { ENDED("oom-kill", CLD_EXITED, 137, 5000000, 15200000), false, NULL },
                { { .unit.active = (char *) "inactive", .exit_code = CLD_EXITED, .exit_status = 137, .stop_began = 5,
                    .main_ended = 6 }, false, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *text = unit_killed_text(&rows[i].now);
                assert_int_equal(unit_was_stopped(&rows[i].now), rows[i].stopped);
                assert_true(str_equal(text, rows[i].text));
        }
}

static void knows_names(void **state) {
        static const char *const good[] = { "sshd.service", "getty@tty1.service", "a\\x2db.mount", "-.mount", "x.y.socket",
                                            "system-getty.slice" };
        static const char *const bad[] = { "", "sshd", ".service", "@x.service", "a b.service", "a/b.service",
                                           "ü.service", "x.conf", "a\n.service", "x.service;" };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_int_equal(unit_name_check(good[i], NULL), 0);
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(unit_name_check(bad[i], &e), -EINVAL);
                assert_non_null(e->hint);
        }
        char name[300];
        memset(name, 'a', sizeof name);
        strcpy(name + 255 - 8, ".service");
        assert_int_equal(unit_name_check(name, NULL), 0);
        strcpy(name + 255 - 8, "a.service");
        assert_int_equal(unit_name_check(name, NULL), -EINVAL);
}

static void frees_what_is_half_built(void **state) {
        unit_list_free(NULL);
        unit_detail_free(NULL);
        unit_list_free(calloc(1, sizeof(struct unit_list)));
        unit_detail_free(calloc(1, sizeof(struct unit_detail)));
        struct log_line line = { .message = strdup("x") };
        log_line_done(&line);
        assert_null(line.message);
}

/* Its state of the file and its job come later, each in memory of its own. */
static void has_its_texts_in_one_piece(void **state) {
        static const char *const texts[] = { "a.service", "", "loaded", "active", "running" };
        struct unit u = unit_of_texts(texts);
        assert_string_equal(u.name, "a.service");
        assert_string_equal(u.description, "");
        assert_string_equal(u.load, "loaded");
        assert_string_equal(u.active, "active");
        assert_string_equal(u.sub, "running");
        assert_true(!u.file_state && !u.job && !u.stopped);
        str_replace(&u.file_state, "enabled");
        str_replace(&u.job, "stop");
        unit_done(&u);
        assert_null(u.name);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_every_action),
                cmocka_unit_test(unescapes_for_people),
                cmocka_unit_test(takes_names_as_systemctl_does),
                cmocka_unit_test(finds_the_reason),
                cmocka_unit_test(knows_an_error), cmocka_unit_test(knows_when_memory_ran_out),
                cmocka_unit_test(knows_a_stop_from_a_failure), cmocka_unit_test(knows_names),
                cmocka_unit_test(frees_what_is_half_built), cmocka_unit_test(has_its_texts_in_one_piece),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
