/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of a start: of a program that does not say itself when it is ready, its first second is waited for. */
#include "tests/unit/backend/host/client.h"

#include <signal.h>

struct fixture {
        struct host_client client;
        struct fake_unit *unit;
        char *report;
        struct error *error;
        bool over;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        host_client_begin(&f->client);
        f->unit = fake_systemd_add(f->client.systemd, "a.service", "inactive", "dead", "enabled");
        f->unit->main_pid = 4711;
        f->unit->activated = UINT64_MAX;
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        free(f->report);
        error_free(f->error);
        host_client_end(&f->client);
        free(f);
        return 0;
}

static void on_acted(char *report, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->report = report;
        f->error = e;
        f->over = true;
}

/* The unit is looked at before the start, at its end, and for the report: ended then, its program has failed before a further
 * look. Returns how many looks there were. */
static unsigned act_and_fail(struct fixture *f, enum unit_action action, bool fails) {
        struct fake_systemd *systemd = f->client.systemd;
        struct op *op = host_act_on_unit(f->client.host, "a.service", action, 0, on_acted, f);
        while (!f->over) {
                assert_true(sd_event_run(f->client.event, 5000000) > 0);
                if (fails && systemd->n_get_all == 3) {
                        fails = false;
                        str_replace(&f->unit->result, "exit-code");
                        f->unit->exit_code = CLD_EXITED;
                        f->unit->exit_status = 3;
                        fake_systemd_change(systemd, "a.service", "failed", "failed");
                }
        }
        op_cancel(op);
        return systemd->n_get_all;
}

static void a_start_is_none_where_the_program_ends_at_once(void **state) {
        struct fixture *f = *state;
        assert_int_equal(act_and_fail(f, UNIT_START, true), 4);
        assert_null(f->report);
        assert_string_equal(f->error->message, "a.service did not start: its main process ended with status 3");
}

static void a_restart_waits_for_it_too(void **state) {
        struct fixture *f = *state;
        assert_int_equal(act_and_fail(f, UNIT_RESTART, false), 4);
        assert_string_equal(f->report, "a.service was restarted");
}

static void what_says_when_it_is_ready_is_believed(void **state) {
        struct fixture *f = *state;
        str_replace(&f->unit->type, "notify");
        assert_int_equal(act_and_fail(f, UNIT_START, false), 3);
        assert_string_equal(f->report, "a.service was started");
}

static void what_ran_for_long_is_not_waited_for(void **state) {
        struct fixture *f = *state;
        f->unit->activated = 1764000000ULL * 1000000;
        assert_int_equal(act_and_fail(f, UNIT_START, false), 3);
}

static void a_stop_is_not_waited_for(void **state) {
        struct fixture *f = *state;
        str_replace(&f->unit->active, "active");
        assert_int_equal(act_and_fail(f, UNIT_STOP, false), 3);
        assert_string_equal(f->report, "a.service was stopped");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_start_is_none_where_the_program_ends_at_once), T(a_restart_waits_for_it_too),
                T(what_says_when_it_is_ready_is_believed),         T(what_ran_for_long_is_not_waited_for),
                T(a_stop_is_not_waited_for),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
