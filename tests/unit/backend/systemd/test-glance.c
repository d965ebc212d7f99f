/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line's worth of a service, asked for property by property: the same as the whole unit has, and the whole unit wherever that cannot be. */
#include "tests/test.h"

#include <errno.h>

#include "base/clock.h"
#include "base/str.h"
#include "tests/unit/backend/systemd/client.h"

struct fixture {
        sd_event *event;
        sd_bus *bus;
        struct fake_systemd *systemd;
        struct units *units;
        struct unit_detail *glanced, *shown;
        struct error *error;
        unsigned ended;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        client_begin(&f->event, &f->bus, &f->systemd, &f->units);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        unit_detail_free(f->glanced);
        unit_detail_free(f->shown);
        error_free(f->error);
        client_end(f->event, f->bus, f->systemd, f->units);
        free(f);
        return 0;
}

static void on_glanced(struct unit_detail *detail, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->glanced = detail;
        f->error = e;
        f->ended++;
}

static void on_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->shown = detail;
        f->error = e;
        f->ended++;
}

static void glance_wait(struct fixture *f, struct op *op) {
        unsigned ended = f->ended;
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; f->ended == ended && usec_now(CLOCK_MONOTONIC) < until;)
                assert_true(sd_event_run(f->event, 20 * 1000) >= 0);
        assert_int_equal(f->ended, ended + 1);
        op_cancel(op);
}

static const struct unit_detail *glance(struct fixture *f, const char *name) {
        f->glanced = unit_detail_free(f->glanced);
        f->error = error_free(f->error);
        f->systemd->n_get = f->systemd->n_get_all = 0;
        glance_wait(f, units_glance(f->units, name, on_glanced, f));
        return f->glanced;
}

static struct fake_unit *add_running(struct fixture *f, const char *name) {
        struct fake_unit *u = fake_systemd_add(f->systemd, name, "active", "running", "disabled");
        str_replace(&u->cgroup, "/system.slice/clock.service");
        strv_add(&u->wanted_by, "multi-user.target");
        u->can_reload = 1;
        u->restarts = 3;
        u->since = 1764000000ULL * 1000000;
        u->cpu = 7000000;
        u->memory = 4096;
        u->memory_max = 65536;
        u->tasks = 2;
        return u;
}

static void is_what_the_whole_unit_says(void **state) {
        struct fixture *f = *state;
        add_running(f, "clock.service");
        const struct unit_detail *g = glance(f, "clock.service");
        assert_int_equal(f->systemd->n_get_all, 0);
        glance_wait(f, units_show(f->units, "clock.service", on_shown, f));
        const struct unit_detail *s = f->shown;
        assert_string_equal(g->unit.name, s->unit.name);
        assert_string_equal(g->unit.description, s->unit.description);
        assert_string_equal(g->unit.load, s->unit.load);
        assert_string_equal(g->unit.active, s->unit.active);
        assert_string_equal(g->unit.file_state, s->unit.file_state);
        assert_string_equal(g->cgroup, s->cgroup);
        assert_true(g->can_reload && s->can_reload);
        assert_int_equal(g->restarts, 3);
        assert_true(g->since == s->since && g->since == 1764000000);
        assert_true(g->cpu_nsec == 7000000 && g->memory == 4096 && g->memory_max == 65536 && g->tasks == 2);
        assert_int_equal(unit_boot(g), BOOT_YES);
        assert_int_equal(unit_boot(g), unit_boot(s));
}

/* systemd may forget a unit that does not run between two questions; one that failed has a reason. */
static void shows_what_does_not_run(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "idle.service", "inactive", "dead", "disabled");
        struct fake_unit *u = fake_systemd_add(f->systemd, "failed.service", "failed", "failed", "enabled");
        str_replace(&u->result, "exit-code");
        assert_string_equal(glance(f, "idle.service")->unit.sub, "dead");
        assert_true(f->systemd->n_get == 1 && f->systemd->n_get_all == 1);
        assert_string_equal(glance(f, "failed.service")->result, "exit-code");
        assert_true(f->systemd->n_get == 1 && f->systemd->n_get_all == 1);
        assert_null(glance(f, "nowhere.service"));
        assert_int_equal(f->error->code, -ENOENT);
        assert_null(glance(f, "no unit"));
        assert_int_equal(f->error->code, -EINVAL);
}

/* Its line says why; without a restart of systemd's, or long behind it, there is nothing to say. */
static void shows_what_was_restarted_lately(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = add_running(f, "loops.service");
        u->since = (uint64_t) usec_now(CLOCK_REALTIME) - 5 * 1000 * 1000;
        assert_int_equal(glance(f, "loops.service")->restarts, 3);
        assert_int_equal(f->systemd->n_get_all, 1);
        u->restarts = 0;
        assert_string_equal(glance(f, "loops.service")->unit.active, "active");
        assert_int_equal(f->systemd->n_get_all, 0);
        u->restarts = 3;
        u->since = (uint64_t) usec_now(CLOCK_REALTIME) - 3600ULL * 1000 * 1000;
        assert_int_equal(glance(f, "loops.service")->restarts, 3);
        assert_int_equal(f->systemd->n_get_all, 0);
}

/* Other kinds have no such figures on the interface of services. */
static void shows_other_kinds(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "daily.timer", "active", "waiting", "enabled");
        assert_string_equal(glance(f, "daily.timer")->unit.active, "active");
        assert_true(f->systemd->n_get == 0 && f->systemd->n_get_all == 1);
}

/* Each of the properties: the unit has all of them in the end, not that one missing. */
static void one_answer_that_is_an_error_shows_the_unit(void **state) {
        struct fixture *f = *state;
        static const char *const names[] = { "ActiveState", "LoadState", "Description", "UnitFileState", "StateChangeTimestamp",
                                             "CanReload", "RequiredBy", "WantedBy", "NRestarts", "ControlGroup",
                                             "CPUUsageNSec", "MemoryCurrent", "MemoryMax", "TasksCurrent" };
        add_running(f, "clock.service");
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                f->systemd->refuse_property = names[i];
                const struct unit_detail *g = glance(f, "clock.service");
                assert_non_null(g);
                assert_int_equal(f->systemd->n_get_all, 1);
                assert_true(g->restarts == 3 && g->memory_max == 65536 && g->can_reload);
                assert_string_equal(g->cgroup, "/system.slice/clock.service");
        }
}

/* Several at once, as a list has them: each hears of the end. */
static void a_lost_connection_is_an_error(void **state) {
        struct fixture *f = *state;
        add_running(f, "clock.service");
        add_running(f, "names.service");
        f->systemd->hang_up_at = "NRestarts";
        struct op *first = units_glance(f->units, "clock.service", on_glanced, f),
                  *second = units_glance(f->units, "names.service", on_shown, f);
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 20000000; f->ended < 2 && usec_now(CLOCK_MONOTONIC) < until;) {
                assert_true(sd_event_run(f->event, 20 * 1000) >= 0);
                if (!f->error)
                        continue;
                assert_int_equal(f->error->code, -ENOTCONN);
                f->error = error_free(f->error);
        }
        assert_int_equal(f->ended, 2);
        assert_true(!f->glanced && !f->shown);
        op_cancel(first);
        op_cancel(second);
}

static void can_be_dropped_at_any_time(void **state) {
        struct fixture *f = *state;
        add_running(f, "clock.service");
        for (unsigned turns = 0; turns < 24; turns++) {
                struct op *op = units_glance(f->units, "clock.service", on_glanced, f);
                for (unsigned i = 0; i < turns; i++)
                        assert_true(sd_event_run(f->event, 0) >= 0);
                op_cancel(op);
                f->glanced = unit_detail_free(f->glanced);
        }
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = { T(is_what_the_whole_unit_says),
                                            T(shows_what_does_not_run),
                                            T(shows_what_was_restarted_lately),
                                            T(shows_other_kinds),
                                            T(one_answer_that_is_an_error_shows_the_unit),
                                            T(a_lost_connection_is_an_error),
                                            T(can_be_dropped_at_any_time) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
