/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <signal.h>

#include "base/clock.h"
#include "base/str.h"
#include "tests/unit/backend/systemd/client.h"

struct fixture {
        sd_event *event;
        sd_bus *bus;
        struct fake_systemd *systemd;
        struct units *units;
        bool done, reported;
        struct unit_list *list;
        int64_t counted;
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        client_begin(&f->event, &f->bus, &f->systemd, &f->units);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        unit_list_free(f->list);
        client_end(f->event, f->bus, f->systemd, f->units);
        free(f);
        return 0;
}

/* Runs the loop until *what; false: it did not come to it. */
static bool run_until(struct fixture *f, const bool *what) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; !*what && usec_now(CLOCK_MONOTONIC) < until;)
                sd_event_run(f->event, 20 * 1000);
        return *what;
}

static void on_list(struct unit_list *list, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        assert_null(e);
        f->list = list;
        f->done = true;
}

static void on_changed(char *const *names, void *userdata) {
        ((struct fixture *) userdata)->reported = true;
}

static void stopped_list(struct fixture *f, const char *pattern) {
        f->done = false;
        f->list = unit_list_free(f->list);
        struct op *op = units_list(f->units, pattern, on_list, f);
        assert_true(run_until(f, &f->done));
        op_cancel(op);
}

static const struct unit *stopped_find(const struct fixture *f, const char *name) {
        for (size_t i = 0; i < f->list->n; i++)
                if (strcmp(f->list->items[i].name, name) == 0)
                        return &f->list->items[i];
        fail_msg("no %s", name);
        return NULL;
}

/* A service that a stop had to kill; without stop_began it died by itself. */
static struct fake_unit *add_killed(struct fixture *f, const char *name, uint64_t stop_began) {
        struct fake_unit *u = fake_systemd_add(f->systemd, name, "failed", "failed", "enabled");
        str_replace(&u->result, "exit-code");
        u->exit_code = CLD_EXITED;
        u->exit_status = 137;
        u->stop_began = stop_began;
        u->main_ended = 1764000010ULL * 1000000;
        return u;
}

static void on_counted(int64_t n, void *userdata) {
        struct fixture *f = userdata;
        f->counted = n;
        f->done = true;
}

static int64_t count_failed(struct fixture *f) {
        f->done = false;
        struct op *op = units_count_failed(f->units, on_counted, f);
        assert_true(run_until(f, &f->done));
        op_cancel(op);
        return f->counted;
}

#define STOP_BEGAN (1764000000ULL * 1000000)

static void knows_stopped_from_failed(void **state) {
        struct fixture *f = *state;
        add_killed(f, "stopped.service", STOP_BEGAN);
        add_killed(f, "died.service", 0);
        fake_systemd_add(f->systemd, "oops.mount", "failed", "failed", NULL);
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        assert_int_equal(count_failed(f), 2);
        stopped_list(f, NULL);
        assert_true(stopped_find(f, "stopped.service")->stopped && !unit_has_failed(stopped_find(f, "stopped.service")));
        assert_string_equal(stopped_find(f, "stopped.service")->active, "failed");
        assert_string_equal(unit_state_text(stopped_find(f, "stopped.service")), "stopped");
        assert_true(unit_has_failed(stopped_find(f, "died.service")) && unit_has_failed(stopped_find(f, "oops.mount")));
        assert_string_equal(unit_state_text(stopped_find(f, "died.service")), "failed");
        assert_string_equal(unit_state_text(stopped_find(f, "ssh.service")), "active");
        stopped_list(f, "stop*");
        assert_true(f->list->items[0].stopped);
        /* nobody follows: nothing is kept */
        fake_systemd_find(f->systemd, "stopped.service")->stop_began = 0;
        stopped_list(f, NULL);
        assert_false(stopped_find(f, "stopped.service")->stopped);
}

static void keeps_what_was_stopped_while_it_follows(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = add_killed(f, "stopped.service", STOP_BEGAN);
        units_listen(f->units, on_changed, f);
        stopped_list(f, NULL);
        assert_false(stopped_find(f, "stopped.service")->stopped); /* the list does not wait */
        do {
                assert_true(run_until(f, &f->reported));
                f->reported = false;
                stopped_list(f, NULL);
        } while (!stopped_find(f, "stopped.service")->stopped);
        assert_int_equal(count_failed(f), 0);
        u->stop_began = 0; /* and no signal: not asked again */
        stopped_list(f, NULL);
        assert_true(stopped_find(f, "stopped.service")->stopped);
        fake_systemd_change(f->systemd, "stopped.service", "failed", "failed");
        f->reported = false;
        assert_true(run_until(f, &f->reported));
        stopped_list(f, NULL);
        assert_false(stopped_find(f, "stopped.service")->stopped);
        assert_int_equal(count_failed(f), 1);
}

/* What nobody asked about counts as systemd counts it. */
static void asks_about_so_many_at_most(void **state) {
        struct fixture *f = *state;
        for (unsigned i = 0; i < 70; i++) {
                _cleanup_free_ char *name = str_printf("s%u.service", i);
                add_killed(f, name, STOP_BEGAN);
        }
        stopped_list(f, NULL);
        unsigned stopped = 0;
        for (size_t i = 0; i < f->list->n; i++)
                stopped += f->list->items[i].stopped;
        assert_int_equal(stopped, 64);
        assert_int_equal(count_failed(f), 6);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = { T(knows_stopped_from_failed), T(keeps_what_was_stopped_while_it_follows),
                                            T(asks_about_so_many_at_most) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
