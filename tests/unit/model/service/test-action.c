/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <signal.h>

#include "base/str.h"
#include "model/service/action.h"

#define S(text) ((char *) text)
#define LIST(...) ((char *[]) { __VA_ARGS__, NULL })
#define UNIT(unit_name, state, ...)                                                                           \
        { .unit = { .name = S(unit_name), .load = S("loaded"), .active = S("active"), .file_state = S(state) }, \
          __VA_ARGS__ }

/* What each kind of unit answers to enable and disable, before anything is done. */
static void refuses_with_the_way_out(void **state) {
        const struct {
                struct unit_detail now;
                bool own;
                enum unit_action action;
                int code;
                enum unit_way way;
                const char *sentence, *hint;    /* parts */
        } rows[] = {
                { UNIT("a.service", "enabled"), false, UNIT_DISABLE, 0, WAY_SYSTEMD, NULL, NULL },
                { UNIT("a.service", "disabled"), false, UNIT_ENABLE, 0, WAY_SYSTEMD, NULL, NULL },
                { UNIT("q.service", "generated", .source = S("/etc/containers/systemd/q.container")), true,
                  UNIT_DISABLE, 0, WAY_SOURCE, NULL, NULL },
                { UNIT("q.service", "generated", .source = S("/etc/containers/systemd/q.container")), true,
                  UNIT_ENABLE, 0, WAY_SOURCE, NULL, NULL },
                { UNIT("q.service", "generated", .source = S("/etc/containers/systemd/q.container")), false,
                  UNIT_DISABLE, -EOPNOTSUPP, WAY_SYSTEMD,
                  "q.service was not disabled: a generator makes it from /etc/containers/systemd/q.container",
                  "mask it" },
                { UNIT("q.service", "generated"), false, UNIT_ENABLE, -EOPNOTSUPP, WAY_SYSTEMD,
                  "q.service was not enabled: a generator makes it", "Its source" },
                { UNIT("s.service", "generated", .source = S("/etc/init.d/s")), false, UNIT_DISABLE, 0, WAY_SYSV,
                  NULL, NULL },
                { UNIT("s.service", "generated", .source = S("/etc/init.d/s")), false, UNIT_STOP, 0, WAY_SYSTEMD,
                  NULL, NULL },
                { UNIT("t.service", "static"), false, UNIT_DISABLE, -EOPNOTSUPP, WAY_SYSTEMD,
                  "t.service was not disabled: its state is static, it has no section [Install]", "mask it" },
                { UNIT("t.service", "static"), false, UNIT_ENABLE, -EOPNOTSUPP, WAY_SYSTEMD, "is static", "timer" },
                { UNIT("r.service", "transient"), false, UNIT_DISABLE, -EOPNOTSUPP, WAY_SYSTEMD, "is transient", "" },
                { UNIT("m.service", "masked"), false, UNIT_START, -EUCLEAN, WAY_SYSTEMD,
                  "m.service was not started: it is masked", "Unmask it first" },
                { UNIT("m.service", "masked"), false, UNIT_ENABLE, -EUCLEAN, WAY_SYSTEMD, "it is masked", "" },
                { UNIT("m.service", "masked"), false, UNIT_UNMASK, 0, WAY_SYSTEMD, NULL, NULL },
                { UNIT("q.service", "generated"), false, UNIT_MASK, 0, WAY_SYSTEMD, NULL, NULL },
                { UNIT("z.service", "enabled", .can_freeze = true), false, UNIT_FREEZE, 0, WAY_SYSTEMD, NULL, NULL },
                { UNIT("z.socket", "enabled"), false, UNIT_FREEZE, -EOPNOTSUPP, WAY_SYSTEMD, "z.socket was not frozen",
                  "Services, scopes and slices" },
                { UNIT("z.service", "enabled", .freezer = S("frozen")), false, UNIT_RELOAD, -EBUSY, WAY_SYSTEMD,
                  "z.service was not reloaded: it is frozen", "Thaw it first" },
                { UNIT("z.service", "enabled", .freezer = S("frozen")), false, UNIT_KILL, 0, WAY_SYSTEMD, NULL, NULL },
                { UNIT("z.service", "enabled", .freezer = S("frozen")), false, UNIT_THAW, 0, WAY_SYSTEMD, NULL, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                enum unit_way way;
                assert_int_equal(unit_action_check(rows[i].action, &rows[i].now, rows[i].own, &way, &e), rows[i].code);
                assert_int_equal(way, rows[i].way);
                if (e && (!strstr(e->message, rows[i].sentence) || !strstr(e->hint, rows[i].hint)))
                        fail_msg("row %zu: %s (%s)", i, e->message, e->hint);
        }
}

static void asks_for_an_instance(void **state) {
        const struct {
                enum unit_action action;
                const char *name, *hint;        /* NULL: passes */
        } rows[] = {
                { UNIT_START, "foo@.service", "Name one: foo@NAME.service" },
                { UNIT_STOP, "foo@.service", "Name one: foo@NAME.service" },
                { UNIT_ENABLE, "foo@.service", NULL },
                { UNIT_START, "foo@a.service", NULL },
                { UNIT_START, "foo.service", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                int r = unit_action_check_name(rows[i].action, rows[i].name, &e);
                assert_int_equal(r, rows[i].hint ? -EINVAL : 0);
                assert_true(str_equal(e ? e->hint : NULL, rows[i].hint));
        }
}

/* The state that was read afterwards decides. */
static void reports_what_came_of_it(void **state) {
        const struct {
                enum unit_action action;
                const char *name;
                struct unit_detail before, after;
                const char *made, *report;      /* report NULL: a failure */
        } rows[] = {
                { UNIT_ENABLE, "a.service", UNIT("a.service", "disabled"), UNIT("a.service", "enabled"),
                  "made /etc/systemd/system/multi-user.target.wants/a.service",
                  "a.service was enabled (made /etc/systemd/system/multi-user.target.wants/a.service); at boot: yes" },
                { UNIT_ENABLE, "a.service", UNIT("a.service", "enabled"), UNIT("a.service", "enabled"), NULL,
                  "a.service is enabled already; at boot: yes" },
                { UNIT_DISABLE, "b.service", UNIT("a.service", "enabled"), UNIT("a.service", "disabled"), NULL,
                  "a.service was disabled; at boot: no; b.service is another name of it" },
                { UNIT_DISABLE, "a.service", UNIT("a.service", "enabled"),
                  UNIT("a.service", "disabled", .triggered_by = LIST(S("a.socket"))), NULL,
                  "a.service was disabled; at boot: no; a.socket starts it" },
                { UNIT_DISABLE, "q.service", UNIT("q.service", "generated", .wanted_by = LIST(S("multi-user.target"))),
                  UNIT("q.service", "generated"), NULL, "q.service was disabled; at boot: no (generated)" },
                { UNIT_DISABLE, "q.service", UNIT("q.service", "generated", .wanted_by = LIST(S("multi-user.target"))),
                  UNIT("q.service", "generated", .wanted_by = LIST(S("multi-user.target"))), NULL, NULL },
                { UNIT_ENABLE, "q.service", UNIT("q.service", "generated"), UNIT("q.service", "generated"), NULL, NULL },
                { UNIT_MASK, "a.service", UNIT("a.service", "enabled"), UNIT("a.service", "masked"), NULL,
                  "a.service was masked" },
                { UNIT_MASK, "a.service", UNIT("a.service", "enabled"), UNIT("a.service", "enabled"), NULL, NULL },
                { UNIT_UNMASK, "a.service", UNIT("a.service", "enabled"), UNIT("a.service", "enabled"), NULL,
                  "a.service was not masked" },
                { UNIT_START, "a.service", UNIT("a.service", "static"), UNIT("a.service", "static"), NULL,
                  "a.service was started" },
                { UNIT_FREEZE, "a.service", UNIT("a.service", "static"),
                  UNIT("a.service", "static", .freezer = S("frozen")), NULL, "a.service was frozen" },
                { UNIT_FREEZE, "a.service", UNIT("a.service", "static", .freezer = S("frozen")),
                  UNIT("a.service", "static", .freezer = S("frozen")), NULL, "a.service is frozen already" },
                { UNIT_THAW, "a.service", UNIT("a.service", "static", .freezer = S("frozen")),
                  UNIT("a.service", "static", .freezer = S("running")), NULL, "a.service was thawed" },
                { UNIT_THAW, "a.service", UNIT("a.service", "static"), UNIT("a.service", "static"), NULL,
                  "a.service was not frozen" },
                { UNIT_STOP, "a.service", UNIT("a.service", "static"),
                  { .unit = { .name = S("a.service"), .load = S("loaded"), .active = S("failed") }, .result = S("exit-code"),
                    .exit_code = CLD_EXITED, .exit_status = 137, .stop_began = 1, .main_ended = 10000001 }, NULL,
                  "a.service was stopped; it was killed after 10 s, since it did not end when it was asked to" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *report = NULL;
                char *made[] = { S(rows[i].made), NULL };
                int r = unit_action_report(rows[i].action, rows[i].name, &rows[i].before, &rows[i].after, made, &report, &e);
                assert_int_equal(r, rows[i].report ? 0 : -EIO);
                if (!str_equal(report, rows[i].report))
                        fail_msg("row %zu: %s", i, report);
        }
}

static void knows_what_starts_at_boot(void **state) {
        const struct {
                struct unit_detail now;
                const char *text;
        } rows[] = {
                { UNIT("a.service", "enabled"), "yes" },
                { UNIT("a.service", "disabled"), "no" },
                { UNIT("a.service", "disabled", .wanted_by = LIST(S("basic.target"))),
                  "yes (disabled; basic.target wants it)" },
                { UNIT("a.service", "enabled-runtime"), "no (enabled until the next boot only)" },
                { UNIT("a.service", "masked", .wanted_by = LIST(S("basic.target"))), "no (masked)" },
                { UNIT("a.service", "static", .wanted_by = LIST(S("rescue.target"))),
                  "no (static; rescue.target starts it)" },
                { UNIT("a.service", "static", .required_by = LIST(S("rescue.target"), S("sysinit.target"))),
                  "yes (static; sysinit.target wants it)" },
                { UNIT("a.service", "static", .triggered_by = LIST(S("a.timer"))), "no (static; a.timer starts it)" },
                { UNIT("a.service", "generated", .wanted_by = LIST(S("multi-user.target"))),
                  "yes (generated; multi-user.target wants it)" },
                { UNIT("a.service", NULL), "no unit file" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *text = unit_boot_text(&rows[i].now);
                assert_string_equal(text, rows[i].text);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(refuses_with_the_way_out), cmocka_unit_test(asks_for_an_instance),
                cmocka_unit_test(reports_what_came_of_it), cmocka_unit_test(knows_what_starts_at_boot),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
