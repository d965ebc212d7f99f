/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "base/str.h"
#include "tests/unit/backend/systemd/client.h"

/* What is inside a unit, and what reaches its processes. */

struct inside_fixture {
        sd_event *event;
        sd_bus *bus;
        struct fake_systemd *systemd;
        struct units *units;
        bool done;
        struct error *error;
        struct unit_inside *inside;
        struct trigger_list *triggers;
        struct unit_list *list;
};

static int inside_begin(void **state) {
        struct inside_fixture *f = calloc(1, sizeof *f);
        client_begin(&f->event, &f->bus, &f->systemd, &f->units);
        *state = f;
        return 0;
}

static int inside_end(void **state) {
        struct inside_fixture *f = *state;
        error_free(f->error);
        unit_inside_free(f->inside);
        trigger_list_free(f->triggers);
        unit_list_free(f->list);
        client_end(f->event, f->bus, f->systemd, f->units);
        free(f);
        return 0;
}

/* Runs the loop until the operation has answered. */
static void inside_wait(struct inside_fixture *f, struct op *op) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; !f->done && usec_now(CLOCK_MONOTONIC) < until;)
                sd_event_run(f->event, 20 * 1000);
        assert_true(f->done);
        op_cancel(op);
}

static void inside_forget(struct inside_fixture *f) {
        f->done = false;
        f->error = error_free(f->error);
}

static void inside_on_loaded(struct unit_list *list, int64_t read, struct error *e, void *userdata) {
        struct inside_fixture *f = userdata;
        f->list = list;
        f->done = true;
        f->error = e;
}

/* Of thousands the few that a look at the host needs. */
static void lists_what_failed_and_what_is_asked_for(void **state) {
        struct inside_fixture *f = *state;
        char *patterns[] = { (char *) "*chrony*.service", (char *) "*ntp*.service", NULL };
        fake_systemd_add(f->systemd, "cron.service", "active", "running", "enabled");
        fake_systemd_add(f->systemd, "chrony.service", "active", "running", "enabled");
        fake_systemd_add(f->systemd, "ntpd.service", "inactive", "dead", "enabled");
        fake_systemd_add(f->systemd, "broken.service", "failed", "failed", "enabled");
        fake_systemd_add(f->systemd, "broken.mount", "failed", "failed", NULL);
        inside_wait(f, units_loaded(f->units, patterns, inside_on_loaded, f));
        assert_null(f->error);
        assert_int_equal(f->list->n, 3);
        assert_string_equal(f->list->items[0].name, "broken.mount");
        assert_string_equal(f->list->items[1].name, "broken.service");
        assert_string_equal(f->list->items[2].name, "chrony.service");
        f->systemd->refuse = SD_BUS_ERROR_ACCESS_DENIED;
        inside_forget(f);
        f->list = unit_list_free(f->list);
        inside_wait(f, units_loaded(f->units, patterns, inside_on_loaded, f));
        assert_int_equal(f->error->code, -EPERM);
        assert_null(f->list);
}

static void inside_on_triggers(struct trigger_list *triggers, struct error *e, void *userdata) {
        struct inside_fixture *f = userdata;
        f->triggers = triggers;
        f->done = true;
        f->error = e;
}

static void lists_what_timers_and_sockets_start(void **state) {
        struct inside_fixture *f = *state;
        struct fake_unit *timer = fake_systemd_add(f->systemd, "b.timer", "active", "waiting", "enabled");
        struct fake_unit *idle = fake_systemd_add(f->systemd, "a.timer", "inactive", "dead", "disabled");
        struct fake_unit *socket = fake_systemd_add(f->systemd, "c.socket", "active", "listening", "enabled");
        fake_systemd_add(f->systemd, "b.service", "inactive", "dead", "static");
        strv_add(&timer->triggers, "b.service");
        timer->next_real = 2000000000ULL * 1000000;
        timer->next_monotonic = UINT64_MAX;
        timer->last_trigger = 1700000000ULL * 1000000;
        idle->next_real = idle->next_monotonic = idle->last_trigger = UINT64_MAX;
        strv_add(&socket->triggers, "c.service");
        for (size_t i = 0; i < 10; i++)
                strv_addf(&socket->listens, "/run/%zu", i);

        inside_wait(f, units_triggers(f->units, "*.timer", inside_on_triggers, f));
        assert_null(f->error);
        assert_int_equal(f->triggers->n, 2);
        const struct trigger *t = f->triggers->items;
        assert_string_equal(t[0].name, "a.timer");
        assert_null(t[0].starts);
        assert_int_equal(t[0].next, 0);
        assert_int_equal(t[0].last, 0);
        assert_string_equal(t[1].name, "b.timer");
        assert_string_equal(t[1].starts, "b.service");
        assert_null(t[1].listens);
        assert_int_equal(t[1].next, 2000000000);
        assert_int_equal(t[1].last, 1700000000);

        f->triggers = trigger_list_free(f->triggers);
        inside_forget(f);
        inside_wait(f, units_triggers(f->units, "*.socket", inside_on_triggers, f));
        assert_int_equal(f->triggers->n, 1);
        assert_string_equal(f->triggers->items[0].starts, "c.service");
        /* no more than a row can show */
        assert_string_equal(f->triggers->items[0].listens, "/run/0, /run/1, /run/2, /run/3, /run/4, /run/5, /run/6, /run/7");

        f->triggers = trigger_list_free(f->triggers);
        inside_forget(f);
        inside_wait(f, units_triggers(f->units, "*.path", inside_on_triggers, f));
        assert_int_equal(f->triggers->n, 0);

        f->triggers = trigger_list_free(f->triggers);
        inside_forget(f);
        f->systemd->refuse = SD_BUS_ERROR_ACCESS_DENIED;
        inside_wait(f, units_triggers(f->units, "*.timer", inside_on_triggers, f));
        assert_non_null(f->error);
        assert_null(f->triggers);

        inside_forget(f);
        f->systemd->refuse = NULL;
        op_cancel(units_triggers(f->units, "*.timer", inside_on_triggers, f)); /* is never answered */
        assert_false(f->done);
}

static void inside_on_acted(char **made, struct error *e, void *userdata) {
        struct inside_fixture *f = userdata;
        strv_free(made);
        f->done = true;
        f->error = e;
}

static void sends_a_signal_freezes_and_thaws(void **state) {
        struct inside_fixture *f = *state;
        fake_systemd_add(f->systemd, "a.service", "active", "running", "enabled");
        fake_systemd_add(f->systemd, "b.service", "inactive", "dead", "enabled");
        static const struct {
                const char *name;
                enum unit_action action;
                int code;
                const char *killed, *freezer;
        } rows[] = {
                { "a.service", UNIT_KILL, 0, "a.service all 1", "running" },
                { "a.service", UNIT_FREEZE, 0, NULL, "frozen" },
                { "a.service", UNIT_THAW, 0, NULL, "running" },
                { "b.service", UNIT_KILL, -ESRCH, NULL, "running" },
                { "b.service", UNIT_FREEZE, -ESRCH, NULL, "running" },
                { "nowhere.service", UNIT_KILL, -ENOENT, NULL, NULL },
                { "no name", UNIT_KILL, -EINVAL, NULL, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                f->systemd->killed[0] = '\0';
                inside_forget(f);
                inside_wait(f, rows[i].action == UNIT_KILL
                                       ? units_kill(f->units, rows[i].name, SIGHUP, inside_on_acted, f)
                                       : units_act(f->units, rows[i].name, rows[i].action, inside_on_acted, f));
                assert_int_equal(f->error ? f->error->code : 0, rows[i].code);
                assert_string_equal(f->systemd->killed, rows[i].killed ? rows[i].killed : "");
                const struct fake_unit *u = fake_systemd_find(f->systemd, rows[i].name);
                assert_true(str_equal(u ? u->freezer : NULL, rows[i].freezer));
        }
}

static void inside_on_looked(struct unit_inside *inside, struct error *e, void *userdata) {
        struct inside_fixture *f = userdata;
        assert_true(!inside == !!e);
        f->done = true;
        f->error = e;
        unit_inside_free(f->inside);
        f->inside = inside;
}

static void lists_processes(void **state) {
        struct inside_fixture *f = *state;
        fake_systemd_add(f->systemd, "a.service", "active", "running", "enabled");
        inside_wait(f, units_inside(f->units, "a.service", INSIDE_PROCESSES, inside_on_looked, f));
        assert_int_equal(f->inside->n_processes, 2);
        assert_int_equal(f->inside->processes[1].pid, 4711);
        assert_string_equal(f->inside->processes[1].command, "podman run");
        inside_forget(f);
        inside_wait(f, units_inside(f->units, "nowhere.service", INSIDE_PROCESSES, inside_on_looked, f));
        assert_int_equal(f->error->code, -ENOENT);
        inside_forget(f);
        inside_wait(f, units_inside(f->units, "no name", INSIDE_PROPERTIES, inside_on_looked, f));
        assert_int_equal(f->error->code, -EINVAL);
}

/* In the table's order, each by its type; what the table does not know is passed over. */
static void reads_properties(void **state) {
        struct inside_fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "a.service", "active", "running", "enabled");
        u->stop_began = 7;
        u->main_ended = 1700000000000000;
        inside_wait(f, units_inside(f->units, "a.service", INSIDE_PROPERTIES, inside_on_looked, f));
        assert_null(f->error);
        _cleanup_str_ struct str names = {};
        for (size_t i = 0; i < f->inside->n_properties; i++)
                str_addf(&names, "%s ", f->inside->properties[i].row->name);
        assert_string_equal(names.text, "ExecStop MemoryMax ExecMainExitTimestamp ConditionTimestamp ");
        assert_string_equal(f->inside->properties[0].texts[0], "podman");
        assert_string_equal(f->inside->properties[0].texts[1], "true");
        assert_int_equal(f->inside->properties[2].number, 1700000000000000);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, inside_begin, inside_end)
        const struct CMUnitTest tests[] = {
                T(lists_what_failed_and_what_is_asked_for), T(lists_what_timers_and_sockets_start), T(sends_a_signal_freezes_and_thaws), T(lists_processes), T(reads_properties),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
