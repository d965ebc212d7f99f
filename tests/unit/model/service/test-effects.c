/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <signal.h>

#include "base/base.h"
#include "model/service/address.h"
#include "model/service/effects.h"
#include "model/service/signal.h"

#define S(text) ((char *) text)
#define LIST(...) ((char *[]) { __VA_ARGS__, NULL })
#define UNIT(unit_name, state, ...)                                                                           \
        { .unit = { .name = S(unit_name), .load = S("loaded"), .active = S("active"), .file_state = S(state) }, \
          __VA_ARGS__ }

static void knows_where_the_person_is(void **state) {
        const struct {
                const char *cgroup, *terminal, *units;
        } rows[] = {
                { "0::/user.slice/user-0.slice/session-3.scope\n", "/dev/pts/1",
                  "user.slice user-0.slice session-3.scope container-getty@1.service" },
                { "0::/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service\n", "/dev/ttyS0",
                  "system.slice system-serial\\x2dgetty.slice serial-getty@ttyS0.service getty@ttyS0.service "
                  "serial-getty@ttyS0.service" },
                { "12:pids:/x.service\n1:name=systemd:/user.slice/user@1000.service/app.slice\n", NULL,
                  "user.slice user@1000.service app.slice" },
                { "0::/user.slice/../libpod-1234/init\n", "/dev/console", "user.slice console-getty.service getty@console.service "
                  "serial-getty@console.service" },
                { "0::/\n", NULL, "" },
                { NULL, NULL, "" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct standing me = {};
                standing_read(&me, rows[i].cgroup, rows[i].terminal);
                _cleanup_free_ char *units = strv_join(me.units, " ");
                assert_string_equal(units, rows[i].units);
                standing_done(&me);
        }
}

static void follows_what_a_stop_is_handed_on_to(void **state) {
        const struct unit_detail d = UNIT("a.service", "enabled", .required_by = LIST(S("b.service")),
                                          .bound_by = LIST(S("c.service")), .consists_of = LIST(S("d.service")),
                                          .requisite_of = LIST(S("e.service")), .stops = LIST(S("f.service")),
                                          .wanted_by = LIST(S("no.target")), .before = LIST(S("no.service")));
        _cleanup_strv_ char **next = unit_effects_next(&d);
        _cleanup_free_ char *all = strv_join(next, " ");
        assert_string_equal(all, "b.service e.service c.service d.service f.service");
        assert_true(unit_effects_reach(UNIT_STOP) && unit_effects_reach(UNIT_RESTART));
        assert_false(unit_effects_reach(UNIT_RELOAD) || unit_effects_reach(UNIT_KILL));
}

struct question_row {
        enum unit_action action;
        struct unit_detail now;
        char **others, **starters;
        bool ssh, hurts;
        const char *part, *no;  /* part NULL: nothing is asked; no: is not in it */
};

static void check_questions(const struct question_row *rows, size_t n) {
        static const char *const here[] = { "user.slice", "session-3.scope", "getty@tty1.service", NULL };
        for (size_t i = 0; i < n; i++) {
                struct unit_detail now = rows[i].now;
                struct unit_effects e = { .action = rows[i].action, .unit = &now, .others = rows[i].others,
                                          .starters = rows[i].starters };
                unit_effects_judge(&e, &(const struct standing) { .units = (char **) here, .ssh = rows[i].ssh });
                assert_int_equal(unit_effects_hurt(&e), rows[i].hurts);
                _cleanup_free_ char *question = unit_effects_question(&e, true);
                assert_int_equal(question != NULL, rows[i].part != NULL);
                if (question && (!strstr(question, rows[i].part) || (rows[i].no && strstr(question, rows[i].no))))
                        fail_msg("row %zu: %s", i, question);
        }
}

static void asks_before_something_vital_goes(void **state) {
        const struct question_row rows[] = {
                { UNIT_RESTART, UNIT("a.service", "enabled"), NULL, NULL, false, false, NULL, NULL },
                { UNIT_RESTART, UNIT("a.service", "enabled"), LIST(S("multi-user.target")), NULL, false, false, NULL, NULL },
                { UNIT_RESTART, UNIT("a.service", "enabled"), LIST(S("b.service"), S("c.socket"), S("x.target")), NULL,
                  false, true, "Restarted with it: b.service, c.socket.", "x.target" },
                { UNIT_RESTART, UNIT("dbus.service", "static"), NULL, NULL, false, true, "The system bus goes down", NULL },
                { UNIT_RESTART, UNIT("dbus-broker.service", "static"), NULL, NULL, false, true, "system bus", NULL },
                { UNIT_RESTART, UNIT("dbus-org.example.service", "static"), NULL, NULL, false, false, NULL, NULL },
                { UNIT_RESTART, UNIT("systemd-logind.service", "static"), NULL, NULL, false, true, "Logins and sessions", NULL },
                { UNIT_RESTART, UNIT("systemd-udevd.service", "static"), NULL, NULL, false, true, "part of systemd", NULL },
                { UNIT_RESTART, UNIT("sshd@1-10.0.0.1:22-10.0.0.2:4711.service", "static"), NULL, NULL, false, true, "SSH", NULL },
                { UNIT_RESTART, UNIT("NetworkManager.service", "enabled"), NULL, NULL, false, true, "host's network",
                  "your own line" },
                { UNIT_RESTART, UNIT("systemd-networkd.service", "enabled"), NULL, NULL, true, true,
                  "You are here by SSH: your own line may be cut.", NULL },
                { UNIT_RESTART, UNIT("docker.service", "enabled"), NULL, NULL, false, true, "Containers run under it", NULL },
                { UNIT_STOP, UNIT("ssh.service", "enabled"), NULL, NULL, true, true, "nobody can log in by it", NULL },
                { UNIT_STOP, UNIT("getty@tty1.service", "enabled"), NULL, NULL, false, true, "This console runs in it", NULL },
                { UNIT_STOP, UNIT("session-3.scope", "transient"), NULL, NULL, false, true, "This console runs in it", NULL },
                { UNIT_FREEZE, UNIT("session-3.scope", "transient"), NULL, NULL, false, true, "x, then Z, thaws it", NULL },
                { UNIT_DISABLE, UNIT("ssh.service", "enabled"), NULL, NULL, false, true,
                  "SSH does not come up any more", NULL },
                { UNIT_DISABLE, UNIT("getty@tty1.service", "enabled"), NULL, NULL, false, true, "Logins", "This console" },
        };
        check_questions(rows, ELEMENTS(rows));
}

static void asks_before_it_takes_something_away(void **state) {
        const struct question_row rows[] = {
                { UNIT_FREEZE, UNIT("a.service", "enabled"), NULL, NULL, false, false, NULL, NULL },
                { UNIT_KILL, UNIT("user.slice", "static"), NULL, NULL, false, true, "This console", NULL },
                { UNIT_KILL, UNIT("a.service", "enabled"), NULL, NULL, false, false, NULL, NULL },
                /* what is at stake in a unit that goes down with it */
                { UNIT_STOP, UNIT("a.service", "enabled"), LIST(S("ssh.service")), NULL, false, true,
                  "This host's SSH goes down", NULL },
                { UNIT_STOP, UNIT("a.service", "enabled"), NULL, NULL, false, false, "It starts again at the next boot.", "\n" },
                { UNIT_STOP, UNIT("a.service", "disabled"), NULL, NULL, false, false, "It does not start at boot.", NULL },
                { UNIT_STOP, UNIT("a.service", "disabled"), LIST(S("b.service")), NULL, false, true,
                  "Stopped with it: b.service.", NULL },
                { UNIT_STOP, UNIT("a.service", "disabled"), NULL, LIST(S("a.socket")), false, false,
                  "a.socket stays active and may start it again.", NULL },
                { UNIT_STOP, UNIT("a.service", "disabled"),
                  LIST(S("1.service"), S("2.service"), S("3.service"), S("4.service"), S("5.service"), S("6.service"),
                       S("7.service"), S("8.service"), S("9.service"), S("10.service")),
                  NULL, false, true, "8.service and 2 others.", "9.service" },
                { UNIT_DISABLE, UNIT("a.service", "enabled"), NULL, NULL, false, false, NULL, NULL },
                { UNIT_MASK, UNIT("a.service", "enabled"), NULL, NULL, false, false, "Nothing can start it any more", NULL },
                { UNIT_START, UNIT("ssh.service", "enabled"), NULL, NULL, false, false, NULL, NULL },
                { UNIT_RELOAD, UNIT("ssh.service", "enabled"), NULL, NULL, false, false, NULL, NULL },
        };
        check_questions(rows, ELEMENTS(rows));
}

static void reads_names_of_signals(void **state) {
        const struct {
                const char *typed, *text;
        } rows[] = {
                { "HUP", "SIGHUP" },   { "SIGHUP", "SIGHUP" },         { "sigusr1", "SIGUSR1" }, { "9", "SIGKILL" },
                { "15", "SIGTERM" },   { "RTMIN+3", "SIGRTMIN+3" },    { "RTMIN+300", NULL },    { "0", NULL },
                { "SIG", NULL },       { "", NULL },                   { "-9", NULL },           { "NOSUCH", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                int number = signal_from_text(rows[i].typed, &e);
                _cleanup_free_ char *text = number < 0 ? NULL : signal_text(number);
                assert_true(str_equal(text, rows[i].text));
                assert_int_equal(e ? e->code : 0, rows[i].text ? 0 : -EINVAL);
        }
}

static void addresses_units(void **state) {
        const struct {
                const char *address, *name;
                uint32_t uid;
        } rows[] = {
                { "a.service", "a.service", UNIT_SYSTEM }, { "1000/a.service", "a.service", 1000 },
                { "0/a.service", "a.service", 0 },         { "1000/", "", 1000 },
                { "/a", "/a", UNIT_SYSTEM },               { "x/a", "x/a", UNIT_SYSTEM },
                { "4294967295/a", "4294967295/a", UNIT_SYSTEM },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                uint32_t uid;
                assert_string_equal(unit_address_name(rows[i].address, &uid), rows[i].name);
                assert_int_equal(uid, rows[i].uid);
                _cleanup_free_ char *address = unit_address(uid, rows[i].name);
                assert_string_equal(address, rows[i].address);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(knows_where_the_person_is), cmocka_unit_test(follows_what_a_stop_is_handed_on_to),
                cmocka_unit_test(asks_before_something_vital_goes), cmocka_unit_test(asks_before_it_takes_something_away), cmocka_unit_test(reads_names_of_signals),
                cmocka_unit_test(addresses_units),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
