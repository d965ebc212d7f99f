/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <signal.h>

#include "model/service/why.h"
#include "base/str.h"

#define DETAIL(...) { .unit = { .load = (char *) "loaded", .active = (char *) "failed" }, __VA_ARGS__ }
#define S(text) ((char *) text)

static void says_what_it_died_of(void **state) {
        const struct {
                struct unit_detail now;
                const char *text, *hint;        /* hint: a part of it */
        } rows[] = {
                { DETAIL(.result = S("exit-code"), .exit_code = CLD_EXITED, .exit_status = 7),
                  "its main process ended with status 7", "log" },
                { DETAIL(.result = S("exit-code"), .exit_code = CLD_EXITED, .exit_status = 203),
                  "its program could not be executed", "ExecStart=" },
                { DETAIL(.result = S("exit-code"), .exit_code = CLD_EXITED, .exit_status = 125),
                  "its main process ended with status 125", "engine" },
                { DETAIL(.result = S("exit-code")), "one of its commands failed", "log" },
                { DETAIL(.result = S("signal"), .exit_code = CLD_KILLED, .exit_status = SIGKILL),
                  "its main process was killed by signal SIGKILL", "log" },
                { DETAIL(.result = S("core-dump"), .exit_code = CLD_DUMPED, .exit_status = SIGSEGV),
                  "its main process crashed with signal SIGSEGV", "log" },
                { DETAIL(.result = S("timeout"), .exit_code = CLD_KILLED, .exit_status = SIGTERM),
                  "it took longer than its unit file allows", "TimeoutStartSec=" },
                { DETAIL(.result = S("start-limit-hit")), "it was started too often in too short a time", "reset" },
                { DETAIL(.result = S("oom-kill")), "the kernel ended it because memory ran out", "memory" },
                { DETAIL(.result = S("oom-kill"), .exit_code = CLD_EXITED, .exit_status = 137),
                  "the kernel ended it because memory ran out", "memory" },
                { DETAIL(.result = S("something-new")), "systemd calls it \"something-new\"", "log" },
                { DETAIL(.result = S("success")), "systemd does not say why", "log" },
                { DETAIL(), "systemd does not say why", "log" },
                { DETAIL(.result = S("exit-code"), .exit_code = CLD_EXITED, .exit_status = 125,
                         .why = S("Error: statfs /x: no such\033[1m file")),
                  "its main process ended with status 125", "Its log says: Error: statfs /x: no such<1b>[1m file" },
                { DETAIL(.result = S("timeout"), .why = S("  waits for a port")),
                  "it took longer than its unit file allows",
                  "Its log says: waits for a port. TimeoutStartSec=" },
                { { .unit = { .load = S("bad-setting") }, .load_error = S("Service lacks ExecStart=") },
                  "its unit file cannot be used: Service lacks ExecStart=", "verify" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *text = unit_why_text(&rows[i].now);
                assert_string_equal(text, rows[i].text);
                _cleanup_free_ char *hint = unit_why_hint(&rows[i].now);
                assert_non_null(strstr(hint, rows[i].hint));
        }
}

static void judges_the_end(void **state) {
        const struct {
                enum unit_action action;
                const char *result, *active;
                bool condition_failed;
                int code;
                const char *sentence;
        } rows[] = {
                { UNIT_START, "done", "active", false, 0, NULL },
                { UNIT_START, "done", "inactive", false, 0, NULL },     /* a oneshot that ended well */
                { UNIT_START, "done", "activating", false, 0, NULL },
                { UNIT_START, "done", "failed", false, -EIO, "x.service did not start: its main process ended with status 7" },
                { UNIT_START, "done", "inactive", true, -ENOEXEC,
                  "x.service was not started: a condition in its unit file is not met" },
                { UNIT_START, "skipped", "inactive", true, -ENOEXEC,
                  "x.service was not started: a condition in its unit file is not met" },
                { UNIT_START, "failed", "failed", false, -EIO, "x.service did not start: its main process ended with status 7" },
                { UNIT_START, "unheard-of", "failed", false, -EIO,
                  "x.service did not start: its main process ended with status 7" },
                { UNIT_RESTART, "timeout", "failed", false, -ETIMEDOUT, "x.service did not restart in time" },
                { UNIT_START, "dependency", "inactive", false, -EIO, "x.service did not start: a unit it needs failed" },
                { UNIT_START, "canceled", "inactive", false, -ECANCELED, "x.service did not start: the job was cancelled" },
                { UNIT_RELOAD, "invalid", "inactive", false, -ENOEXEC, "x.service did not reload: it does not run" },
                { UNIT_RELOAD, "failed", "active", false, -EIO, "x.service did not reload: its main process ended with status 7" },
                { UNIT_STOP, "done", "failed", false, 0, NULL },        /* had to be killed: stopped all the same */
                { UNIT_STOP, NULL, "inactive", false, 0, NULL },
                { UNIT_START, NULL, "failed", false, -EIO, "x.service did not start: its main process ended with status 7" },
                { UNIT_START, "done", NULL, false, 0, NULL },
                { UNIT_START, "failed", NULL, false, -EIO, "x.service did not start" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct unit_detail now = { .unit = { .load = S("loaded"), .active = S(rows[i].active) },
                                           .result = S("exit-code"), .exit_code = CLD_EXITED, .exit_status = 7,
                                           .condition_met = !rows[i].condition_failed, .condition_time = 1 };
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(unit_why("x.service", rows[i].action, rows[i].result, rows[i].active ? &now : NULL, &e),
                                 rows[i].code);
                if (!rows[i].sentence)
                        assert_null(e);
                else {
                        assert_string_equal(e->message, rows[i].sentence);
                        assert_non_null(e->hint);
                }
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_what_it_died_of),
                cmocka_unit_test(judges_the_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
