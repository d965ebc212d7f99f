/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/str.h"
#include "tests/unit/backend/systemd/client.h"

#define S(text) ((char *) text)

/* A fake systemd, a client of it, and what the last operation answered. */
struct fixture {
        sd_event *event;
        sd_bus *bus;
        struct fake_systemd *systemd;
        struct units *units;

        bool done;
        struct error *error;
        struct unit_list *list;
        struct unit_detail *detail;

        unsigned reports, of_many;
        char **names;
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        client_begin(&f->event, &f->bus, &f->systemd, &f->units);
        *state = f;
        return 0;
}

static void forget(struct fixture *f) {
        f->done = false;
        f->error = error_free(f->error);
        f->list = unit_list_free(f->list);
        f->detail = unit_detail_free(f->detail);
        f->names = strv_free(f->names);
        f->reports = f->of_many = 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        forget(f);
        client_end(f->event, f->bus, f->systemd, f->units);
        free(f);
        return 0;
}

/* Runs the loop until *what, at most so long; did it come to it? */
static bool run(struct fixture *f, const bool *what, unsigned msec) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + (int64_t) msec * 1000; !(what && *what) && usec_now(CLOCK_MONOTONIC) < until;)
                sd_event_run(f->event, 20 * 1000);
        return what && *what;
}

static void on_done(struct error *e, void *userdata) {
        struct fixture *f = userdata;
        assert_false(f->done);
        f->done = true;
        f->error = e;
}

static void on_acted(char **made, struct error *e, void *userdata) {
        strv_free(made);
        on_done(e, userdata);
}

static void on_list(struct unit_list *list, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        on_done(e, f);
        assert_true(!list == !!e);
        f->list = list;
}

static void on_detail(struct unit_detail *detail, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        on_done(e, f);
        assert_true(!detail == !!e);
        f->detail = detail;
}

static void on_changed(char *const *names, void *userdata) {
        struct fixture *f = userdata;
        f->reports++;
        f->of_many += !names;
        if (names)
                strv_extend(&f->names, names);
}

static void act(struct fixture *f, const char *name, enum unit_action action) {
        forget(f);
        struct op *op = units_act(f->units, name, action, on_acted, f);
        assert_non_null(op);
        assert_false(f->done);
        assert_true(run(f, &f->done, 20000));
        op_cancel(op);
}

static void list(struct fixture *f, const char *pattern) {
        forget(f);
        struct op *op = units_list(f->units, pattern, on_list, f);
        assert_false(f->done);
        assert_true(run(f, &f->done, 20000));
        op_cancel(op);
}

static void show(struct fixture *f, const char *name) {
        forget(f);
        struct op *op = units_show(f->units, name, on_detail, f);
        assert_false(f->done);
        assert_true(run(f, &f->done, 5000));
        op_cancel(op);
}

/* Waits until the listener was called. */
static bool run_reported(struct fixture *f) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 5000000; !f->reports && usec_now(CLOCK_MONOTONIC) < until;)
                sd_event_run(f->event, 20 * 1000);
        return f->reports;
}

static void list_reported(struct fixture *f) {
        list(f, NULL);
        assert_true(run_reported(f));
}

/* ---- listing ---- */

static const struct unit *find(const struct fixture *f, const char *name) {
        for (size_t i = 0; i < f->list->n; i++)
                if (strcmp(f->list->items[i].name, name) == 0)
                        return &f->list->items[i];
        return NULL;
}

static void merges_units_and_files(void **state) {
        struct fixture *f = *state;
        struct fake_systemd *s = f->systemd;
        fake_systemd_add(s, "sshd.service", "active", "running", "enabled");
        fake_systemd_add(s, "boot.mount", "active", "mounted", NULL);
        fake_systemd_add(s, "rest.service", "inactive", "dead", "disabled")->loaded = false;
        fake_systemd_add(s, "never.service", "inactive", "dead", "masked")->loaded = false;
        fake_systemd_add(s, "getty@.service", "inactive", "dead", "enabled")->loaded = false;
        str_replace(&fake_systemd_add(s, "dev-disk-a.device", "active", "plugged", NULL)->following, "dev-sda.device");
        list(f, NULL);
        assert_null(f->error);
        assert_int_equal(f->list->n, 5);
        for (size_t i = 1; i < f->list->n; i++)
                assert_true(strcmp(f->list->items[i - 1].name, f->list->items[i].name) < 0);
        assert_string_equal(find(f, "sshd.service")->file_state, "enabled");
        assert_string_equal(find(f, "sshd.service")->sub, "running");
        assert_null(find(f, "boot.mount")->file_state);
        assert_string_equal(find(f, "rest.service")->load, "not-loaded");
        assert_string_equal(find(f, "rest.service")->active, "inactive");
        assert_string_equal(find(f, "never.service")->load, "masked");
        assert_string_equal(find(f, "getty@.service")->active, "template");
        show(f, "getty@.service");
        assert_string_equal(f->detail->unit.active, "template");
        assert_string_equal(f->detail->unit.file_state, "enabled");
        show(f, "none@.service");
        assert_int_equal(f->error->code, -ENOENT);
        list(f, NULL);
        assert_null(find(f, "dev-disk-a.device"));
}

static void lists_by_pattern(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        fake_systemd_add(f->systemd, "ssh.socket", "inactive", "dead", "disabled")->loaded = false;
        fake_systemd_add(f->systemd, "cron.service", "active", "running", "enabled");
        list(f, "ssh*");
        assert_int_equal(f->list->n, 2);
        list(f, "nothing*");
        assert_null(f->error);
        assert_int_equal(f->list->n, 0);
}

/* A systemd that does not say where they are has them where they usually are; the fake has none of its own there. */
static void lists_without_folders_too(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "disabled");
        fake_systemd_add(f->systemd, "masked.service", "inactive", "dead", "masked");
        f->systemd->no_folders = true;
        list(f, NULL);
        assert_null(f->error);
        assert_int_equal(f->list->n, 2);
        assert_null(find(f, "ssh.service")->file_state);
        assert_string_equal(find(f, "masked.service")->file_state, "masked");
}

static void says_why_it_cannot_list(void **state) {
        struct fixture *f = *state;
        f->systemd->refuse = SD_BUS_ERROR_ACCESS_DENIED;
        list(f, NULL);
        assert_int_equal(f->error->code, -EPERM);
        assert_string_equal(f->error->message, "The units could not be listed");
        assert_string_equal(f->error->hint, "Only root may do this: run fairlead as root");
}

static void set_file_state(struct fixture *f, const char *name, const char *state) {
        struct fake_unit *u = fake_systemd_find(f->systemd, name);
        str_replace(&u->file_state, state);
        fake_systemd_write(f->systemd, u);
}

/* Files are read after the first list and, as a signal said that they changed, after a later one: then that is reported. */
static void keeps_files_while_it_follows(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        units_listen(f->units, on_changed, f);
        list_reported(f);
        list(f, NULL);
        assert_string_equal(f->list->items[0].file_state, "enabled");
        set_file_state(f, "ssh.service", "disabled");
        list(f, NULL);
        run(f, NULL, 150);
        list(f, NULL);
        assert_string_equal(f->list->items[0].file_state, "enabled");   /* nobody said that they changed */
        fake_systemd_signal(f->systemd, "UnitFilesChanged", NULL);
        run(f, NULL, 150);
        list_reported(f);
        assert_string_equal(f->list->items[0].file_state, "enabled");   /* as it was last known */
        list(f, NULL);
        assert_string_equal(f->list->items[0].file_state, "disabled");
        /* what is read again and is the same is no news */
        fake_systemd_signal(f->systemd, "UnitFilesChanged", NULL);
        run(f, NULL, 150);
        list(f, NULL);
        f->reports = 0;
        run(f, NULL, 300);
        assert_int_equal(f->reports, 0);
}

/* Reading files takes longer than the list of what is loaded, which does not wait for it. */
static void reads_the_file_of_a_new_unit(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        units_listen(f->units, on_changed, f);
        list_reported(f);
        fake_systemd_write(f->systemd, fake_systemd_add(f->systemd, "new.service", "active", "running", "disabled"));
        list_reported(f);
        assert_null(find(f, "new.service")->file_state);
        list(f, NULL);
        assert_string_equal(find(f, "new.service")->file_state, "disabled");
}

static void does_not_wait_for_files_while_it_follows(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        fake_systemd_add(f->systemd, "rest.service", "inactive", "dead", "disabled")->loaded = false;
        units_listen(f->units, on_changed, f);
        list(f, NULL);
        assert_int_equal(f->list->n, 1);
        assert_null(f->list->items[0].file_state);
        assert_true(run_reported(f));
        list(f, NULL);
        assert_int_equal(f->list->n, 2);
        assert_string_equal(find(f, "ssh.service")->file_state, "enabled");
        assert_string_equal(find(f, "rest.service")->file_state, "disabled");
}

/* What is being read is given up with the listener. */
static void forgets_files_it_waits_for(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        units_listen(f->units, on_changed, f);
        list(f, NULL);
        units_listen(f->units, NULL, NULL);
        run(f, NULL, 150);
        assert_int_equal(f->reports, 0);
        list(f, NULL);
        assert_string_equal(f->list->items[0].file_state, "enabled");
}

/* The figure is in tests/bench; here only that nothing is quadratic or lost. */
static void lists_five_thousand(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 5000; i++) {
                char name[64];
                snprintf(name, sizeof name, "unit-%04d.service", (i * 2741) % 5000);
                fake_systemd_add(f->systemd, name, "active", "running", i % 2 ? "enabled" : NULL);
        }
        list(f, NULL);
        assert_int_equal(f->list->n, 5000);
        for (int i = 0; i < 5000; i++) {
                char name[64];
                snprintf(name, sizeof name, "unit-%04d.service", i);
                assert_string_equal(f->list->items[i].name, name);
        }
}

static void forgets_a_dropped_operation(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "active", "running", "enabled");
        op_cancel(units_list(f->units, NULL, on_list, f));
        op_cancel(units_show(f->units, "ssh.service", on_detail, f));
        op_cancel(units_act(f->units, "ssh.service", UNIT_RESTART, on_acted, f));
        op_cancel(units_act(f->units, "no name", UNIT_RESTART, on_acted, f));
        op_cancel(units_reload(f->units, on_done, f));
        run(f, NULL, 100);
        assert_false(f->done);
}

/* ---- looking ---- */

static void shows_a_unit(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "a\\x2db.service", "failed", "failed", "enabled");
        str_replace(&u->result, "exit-code");
        u->exit_code = CLD_EXITED;
        u->exit_status = 7;
        u->restarts = 3;
        u->since = u->stop_began = u->main_ended = 1764000000ULL * 1000000;
        strv_add(&u->requires, "system.slice");
        strv_add(&u->requires, "sysinit.target");
        show(f, "a\\x2db.service");
        assert_null(f->error);
        const struct unit_detail *d = f->detail;
        assert_string_equal(d->unit.name, "a\\x2db.service");
        assert_string_equal(d->unit.file_state, "enabled");
        assert_null(d->unit.job);
        assert_string_equal(d->result, "exit-code");
        assert_int_equal(d->exit_code, CLD_EXITED);
        assert_int_equal(d->exit_status, 7);
        assert_true(d->restarts == 3 && d->stop_began == u->stop_began && d->main_ended == u->main_ended);
        assert_int_equal(d->since, 1764000000);
        assert_true(d->cpu_nsec == 5000000);
        assert_true(d->memory == UNIT_UNKNOWN);
        assert_true(d->tasks == UNIT_UNKNOWN);          /* the fake has no such property */
        assert_int_equal(strv_length(d->requires), 2);
        assert_true(d->can_start && d->can_stop && !d->can_reload && !d->need_reload);
        assert_null(d->load_error);
        assert_null(d->source);
        assert_string_equal(d->invocation, "ab01ff00000000000000000000000000");
}

static void keeps_a_ceiling_of_texts(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "many.service", "active", "running", "enabled");
        for (unsigned i = 0; i < 5000; i++)
                strv_addf(&u->requires, "a%u.service", i);
        show(f, "many.service");
        assert_null(f->error);
        assert_int_equal(strv_length(f->detail->requires), 4096);
        assert_string_equal(f->detail->requires[4095], "a4095.service");
        assert_int_equal(f->detail->main_pid, u->main_pid);     /* what comes behind it is read */
}

static void shows_the_job_of_a_unit(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "slow.service", "inactive", "dead", "enabled")->delay_ms = 60000;
        struct op *op = units_act(f->units, "slow.service", UNIT_START, on_acted, f);
        run(f, NULL, 50);
        show(f, "slow.service");
        assert_string_equal(f->detail->unit.job, "start");
        op_cancel(op);
}

static void says_that_there_is_no_such_unit(void **state) {
        struct fixture *f = *state;
        show(f, "nowhere.service");
        assert_int_equal(f->error->code, -ENOENT);
        assert_string_equal(f->error->message, "There is no unit called nowhere.service");
        assert_non_null(f->error->hint);
        show(f, "no name");
        assert_int_equal(f->error->code, -EINVAL);
}

/* ---- acting ---- */

static void starts_and_stops(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "ssh.service", "inactive", "dead", "enabled");
        u->can_reload = 1;
        static const enum unit_action order[] = { UNIT_START, UNIT_RELOAD, UNIT_RESTART, UNIT_STOP, UNIT_STOP };
        for (size_t i = 0; i < ELEMENTS(order); i++) {
                act(f, "ssh.service", order[i]);
                assert_null(f->error);
                assert_string_equal(u->active, order[i] == UNIT_STOP ? "inactive" : "active");
        }
}

static void waits_for_the_end_of_the_job(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "slow.service", "inactive", "dead", "enabled")->delay_ms = 300;
        int64_t began = usec_now(CLOCK_MONOTONIC);
        act(f, "slow.service", UNIT_START);
        assert_null(f->error);
        assert_true(usec_now(CLOCK_MONOTONIC) - began >= 290000);
}

static void says_why_a_start_failed(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "bad.service", "inactive", "dead", "enabled");
        u->job_result = "failed";
        u->then_result = "exit-code";
        u->then_code = CLD_EXITED;
        u->then_status = 7;
        act(f, "bad.service", UNIT_START);
        assert_string_equal(f->error->message, "bad.service did not start: its main process ended with status 7");
        assert_string_equal(f->error->hint, "The last lines of its log say why");
        /* systemd's part was done, and then the program ended at once */
        u->job_result = "done";
        u->then_active = "failed";
        act(f, "bad.service", UNIT_START);
        assert_string_equal(f->error->message, "bad.service did not start: its main process ended with status 7");
        u->job_result = "timeout";
        act(f, "bad.service", UNIT_RESTART);
        assert_int_equal(f->error->code, -ETIMEDOUT);
        u->job_result = "dependency";
        act(f, "bad.service", UNIT_START);
        assert_string_equal(f->error->message, "bad.service did not start: a unit it needs failed");
}

static void notices_a_condition_that_is_not_met(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "c.service", "inactive", "dead", "enabled");
        u->then_active = "inactive";
        u->then_sub = "dead";
        u->condition = 0;       /* never looked: a oneshot that has ended and was forgotten */
        act(f, "c.service", UNIT_START);
        assert_null(f->error);
        u->looked = 5000000;
        act(f, "c.service", UNIT_START);
        assert_string_equal(f->error->message, "c.service was not started: a condition in its unit file is not met");
        run(f, NULL, 50);
        assert_int_equal(f->systemd->refs, 0);
}

static void says_what_systemd_refuses(void **state) {
        struct fixture *f = *state;
        act(f, "nowhere.service", UNIT_START);
        assert_int_equal(f->error->code, -ENOENT);
        assert_string_equal(f->error->message, "nowhere.service did not start");
        assert_string_equal(f->error->cause->message, "Unit nowhere.service not found.");
        str_replace(&fake_systemd_add(f->systemd, "m.service", "inactive", "dead", "masked")->load, "masked");
        act(f, "m.service", UNIT_START);
        assert_string_equal(f->error->hint, "It is masked, so nothing can start it: unmask it first");
        f->systemd->refuse = SD_BUS_ERROR_ACCESS_DENIED;
        act(f, "m.service", UNIT_STOP);
        assert_int_equal(f->error->code, -EPERM);
        act(f, "m.service", UNIT_ENABLE);
        assert_string_equal(f->error->message, "m.service was not enabled");
        f->systemd->refuse = "com.example.Unheard";
        act(f, "m.service", UNIT_STOP);
        assert_true(f->error->code < 0);
        act(f, "../x", UNIT_STOP);
        assert_int_equal(f->error->code, -EINVAL);
}

static void notices_without_the_signal(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "ssh.service", "inactive", "dead", "enabled");
        f->systemd->lose_signals = true;
        act(f, "ssh.service", UNIT_START);
        assert_null(f->error);
        assert_string_equal(u->active, "active");
}

static void copes_with_an_early_signal(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "ssh.service", "inactive", "dead", "enabled");
        f->systemd->early_signals = true;
        int64_t began = usec_now(CLOCK_MONOTONIC);
        act(f, "ssh.service", UNIT_START);
        assert_null(f->error);
        u->job_result = "canceled";
        act(f, "ssh.service", UNIT_START);
        assert_int_equal(f->error->code, -ECANCELED);
        assert_true(usec_now(CLOCK_MONOTONIC) - began < 2000000);
}

static void looks_again_after_a_reload(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "inactive", "dead", "enabled")->delay_ms = 50;
        f->systemd->reload_between = f->systemd->lose_signals = true;
        int64_t began = usec_now(CLOCK_MONOTONIC);
        act(f, "ssh.service", UNIT_START);
        assert_null(f->error);
        assert_true(usec_now(CLOCK_MONOTONIC) - began < 2000000);         /* not only after the five seconds of the net */
}

static void acts_side_by_side(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "a.service", "inactive", "dead", "enabled")->delay_ms = 200;
        fake_systemd_add(f->systemd, "b.service", "inactive", "dead", "enabled")->job_result = "failed";
        struct op *slow = units_act(f->units, "a.service", UNIT_START, on_acted, f);
        struct fixture other = { .event = f->event };
        struct op *quick = units_act(f->units, "b.service", UNIT_START, on_acted, &other);
        assert_true(run(f, &other.done, 5000));
        assert_false(f->done);
        assert_non_null(other.error);
        assert_true(run(f, &f->done, 5000));
        assert_null(f->error);
        error_free(other.error);
        op_cancel(slow);
        op_cancel(quick);
}

static void answers_when_the_bus_goes(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "ssh.service", "inactive", "dead", "enabled");
        f->systemd->silent = true;
        struct op *op = units_act(f->units, "ssh.service", UNIT_START, on_acted, f);
        run(f, NULL, 50);
        sd_bus_close(f->systemd->bus);
        assert_true(run(f, &f->done, 5000));
        assert_true(f->error->code == -ENOTCONN || f->error->code == -ETIMEDOUT);       /* sd-bus says NoReply */
        assert_non_null(f->error->hint);
        op_cancel(op);
        act(f, "ssh.service", UNIT_STOP);
        assert_int_equal(f->error->code, -ENOTCONN);
}

/* ---- unit files ---- */

static void enables_and_reloads(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = fake_systemd_add(f->systemd, "ssh.service", "inactive", "dead", "disabled");
        static const struct {
                enum unit_action action;
                const char *file_state;
                unsigned reloads;
        } rows[] = {
                { UNIT_ENABLE, "enabled", 1 }, { UNIT_ENABLE, "enabled", 1 }, { UNIT_MASK, "masked", 2 },
                { UNIT_UNMASK, "disabled", 3 }, { UNIT_DISABLE, "disabled", 3 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                act(f, "ssh.service", rows[i].action);
                assert_null(f->error);
                assert_string_equal(u->file_state, rows[i].file_state);
                assert_int_equal(f->systemd->n_reloads, rows[i].reloads);
        }
        act(f, "nowhere.service", UNIT_ENABLE);
        assert_int_equal(f->error->code, -ENOENT);
        u->install = false;
        act(f, "ssh.service", UNIT_ENABLE);
        assert_string_equal(f->error->message,
                            "ssh.service was not enabled: its unit file has no section [Install]");
        act(f, "ssh.service", UNIT_RESET_FAILED);
        assert_null(f->error);
}

static void reloads_when_it_may(void **state) {
        struct fixture *f = *state;
        f->systemd->refuse_reloads = 1;
        struct op *op = units_reload(f->units, on_done, f);
        assert_true(run(f, &f->done, 10000));
        assert_null(f->error);
        assert_int_equal(f->systemd->n_reloads, 1);
        op_cancel(op);
}

/* ---- transient units ---- */

static void starts_a_transient_unit(void **state) {
        struct fixture *f = *state;
        int fd = memfd_create("input", MFD_CLOEXEC);
        assert_int_equal(write(fd, "secret 4\nabcd\n", 14), 14);
        char *const argv[] = { S("/usr/libexec/worker"), S("--job"), S("a b"), NULL };
        struct transient t = { "fairlead-job-1.service", "Install rsyslog", argv, fd };
        struct op *op = units_start_transient(f->units, &t, on_done, f);
        close(fd);
        assert_true(run(f, &f->done, 5000));
        op_cancel(op);
        assert_null(f->error);
        assert_string_equal(f->systemd->transient, "/usr/libexec/worker|--job|a b");
        assert_string_equal(f->systemd->transient_input, "secret 4\nabcd\n");
        static const char *const wanted[] = { "Type ", "KillMode ", "TimeoutStopUSec ", "UMask ", "LimitCORE ", "SystemCallFilter " };
        for (size_t i = 0; i < ELEMENTS(wanted); i++)
                assert_non_null(strstr(f->systemd->transient_properties, wanted[i]));
        forget(f);
        t.stdin_fd = -1;
        op = units_start_transient(f->units, &t, on_done, f);
        assert_true(run(f, &f->done, 5000));
        op_cancel(op);
        assert_int_equal(f->error->code, -EEXIST);
}

/* ---- following ---- */

static void reports_what_changed(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "a.service", "active", "running", "enabled");
        fake_systemd_add(f->systemd, "b\\x2dc.service", "active", "running", "enabled");
        units_listen(f->units, on_changed, f);
        run(f, NULL, 50);
        assert_int_equal(f->systemd->subscribed, 1);
        for (int i = 0; i < 30; i++)
                fake_systemd_change(f->systemd, i % 2 ? "a.service" : "b\\x2dc.service", "failed", "failed");
        run(f, NULL, 250);
        assert_int_equal(f->reports, 1);
        assert_int_equal(strv_length(f->names), 2);
        assert_true(strv_contains(f->names, "a.service"));
        assert_true(strv_contains(f->names, "b\\x2dc.service"));
        forget(f);
        fake_systemd_signal(f->systemd, "UnitRemoved", "a.service");
        run(f, NULL, 250);
        assert_int_equal(f->reports, 1);
        forget(f);
        units_listen(f->units, NULL, NULL);
        run(f, NULL, 50);
        assert_int_equal(f->systemd->subscribed, 0);
        fake_systemd_change(f->systemd, "a.service", "active", "running");
        run(f, NULL, 250);
        assert_int_equal(f->reports, 0);
}

static void says_many_when_there_are_many(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 100; i++) {
                char name[64];
                snprintf(name, sizeof name, "u%d.service", i);
                fake_systemd_add(f->systemd, name, "active", "running", "enabled");
        }
        units_listen(f->units, on_changed, f);
        run(f, NULL, 50);
        for (size_t i = 0; i < f->systemd->n; i++)
                fake_systemd_change(f->systemd, f->systemd->units[i]->name, "inactive", "dead");
        run(f, NULL, 250);
        assert_int_equal(f->reports, 1);
        assert_int_equal(f->of_many, 1);
}

/* A reload announces every unit anew: that is one change. */
static void reports_a_reload_once(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 100; i++) {
                char name[64];
                snprintf(name, sizeof name, "u%d.service", i);
                fake_systemd_add(f->systemd, name, "active", "running", "enabled");
        }
        units_listen(f->units, on_changed, f);
        run(f, NULL, 50);
        struct op *op = units_reload(f->units, on_done, f);
        run(f, NULL, 400);
        assert_int_equal(f->reports, 1);
        assert_int_equal(f->of_many, 1);
        op_cancel(op);
}

static void does_not_hear_itself(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "rest.service", "inactive", "dead", "disabled")->loaded = false;
        units_listen(f->units, on_changed, f);
        run(f, NULL, 50);
        f->systemd->echo = true;
        show(f, "rest.service");
        assert_null(f->error);
        run(f, NULL, 250);
        assert_int_equal(f->reports, 0);
}

static int count(sd_event_source *source, void *userdata) {
        ++*(unsigned *) userdata;
        return 0;
}

static void sleeps_while_nothing_changes(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->systemd, "a.service", "active", "running", "enabled");
        units_listen(f->units, on_changed, f);
        list(f, NULL);
        run(f, NULL, 50);
        unsigned wakes = 0;
        sd_event_source *post = NULL;
        assert_int_equal(sd_event_add_post(f->event, &post, count, &wakes), 0);
        assert_int_equal(sd_event_run(f->event, 2 * 1000 * 1000), 0);
        assert_int_equal(wakes, 0);
        sd_event_source_disable_unref(post);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
                T(merges_units_and_files), T(lists_by_pattern), T(lists_without_folders_too), T(says_why_it_cannot_list),
                T(keeps_files_while_it_follows),
                T(reads_the_file_of_a_new_unit),
                T(does_not_wait_for_files_while_it_follows), T(forgets_files_it_waits_for), T(lists_five_thousand), T(forgets_a_dropped_operation), T(shows_a_unit), T(keeps_a_ceiling_of_texts),
                T(shows_the_job_of_a_unit), T(says_that_there_is_no_such_unit), T(starts_and_stops),
                T(waits_for_the_end_of_the_job), T(says_why_a_start_failed), T(notices_a_condition_that_is_not_met), T(says_what_systemd_refuses),
                T(notices_without_the_signal), T(copes_with_an_early_signal), T(looks_again_after_a_reload),
                T(acts_side_by_side), T(answers_when_the_bus_goes), T(enables_and_reloads), T(reloads_when_it_may),
                T(starts_a_transient_unit), T(reports_what_changed), T(says_many_when_there_are_many),
                T(reports_a_reload_once), T(does_not_hear_itself), T(sleeps_while_nothing_changes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
