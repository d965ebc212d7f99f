/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client against real workers: this program is the worker, too, when it is given a worker's arguments. */
#include "tests/fake/systemd.h"
#include "tests/unit/job-fixture.h"

#include <dirent.h>
#include <signal.h>
#include <time.h>

#include "backend/jobs/jobs.h"
#include "backend/store/host-lock.h"
#include "backend/systemd/units.h"

struct fixture {
        struct host_fixture *host;
        sd_event *event;
        struct jobs *jobs;
        char *program;
};

static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->host = host_fixture_new();
        f->program = realpath("/proc/self/exe", NULL);
        f->host->paths.worker = f->program;
        assert_int_equal(sd_event_new(&f->event), 0);
        f->jobs = jobs_new(f->event, &f->host->paths, NULL);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        jobs_free(f->jobs);
        sd_event_unref(f->event);
        host_fixture_free(f->host);
        free(f->program);
        free(f);
        return 0;
}

static void run_until(struct fixture *f, const bool *flag) {
        for (time_t end = time(NULL) + 60; time(NULL) < end && !*flag;)
                assert_true(sd_event_run(f->event, 10000) >= 0);
        assert_true(*flag);
}

struct started {
        struct op *op;
        char *id;
        struct error *e;
        bool done;
};

static void on_started(const char *id, struct error *e, void *userdata) {
        struct started *s = userdata;
        s->op = op_cancel(s->op);
        s->id = id ? strdup(id) : NULL;
        s->e = e;
        s->done = true;
}

static struct started start(struct fixture *f, const char *script) {
        struct started s = {};
        _cleanup_plan_ struct plan *plan = script_plan(f->host, script, ENGINE_NONE);
        s.op = jobs_start(f->jobs, plan, NULL, on_started, &s);
        assert_non_null(s.op);
        assert_false(s.done);
        run_until(f, &s.done);
        return s;
}

static char *start_well(struct fixture *f, const char *script) {
        struct started s = start(f, script);
        assert_ok(s.e ? s.e->code : 0, s.e);
        return s.id;
}

struct watched {
        struct op *op;
        struct str output;
        struct fixture *f;
        const char *id, *wait_for;
        bool cancel_then, found, final, keep;
        enum job_state states[32];
        size_t n;
        size_t bytes;
        char *message;
};

static void on_job(const struct job *job, void *userdata) {
        struct watched *w = userdata;
        if (w->n < ELEMENTS(w->states) && (w->n == 0 || w->states[w->n - 1] != job->state))
                w->states[w->n++] = job->state;
        if (job_state_final(job->state) || job->state == JOB_INTERRUPTED) {
                /* all output was given before */
                assert_int_equal(w->bytes, job->log_size);
                w->final = true;
                str_replace(&w->message, job->message);
        }
}

static void on_output(const void *bytes, size_t n, void *userdata) {
        struct watched *w = userdata;
        w->bytes += n;
        if (w->keep)
                str_add_bytes(&w->output, bytes, n);
        if (w->wait_for && !w->found && strstr(w->output.text, w->wait_for)) {
                w->found = true;
                if (w->cancel_then)
                        assert_int_equal(jobs_cancel(w->f->jobs, w->id, NULL), 0);
        }
}

static void on_failed(struct error *e, void *userdata) {
        struct watched *w = userdata;
        w->op = op_cancel(w->op);
        w->message = strdup(e->message);
        error_free(e);
        w->final = true;
}

static void watch(struct fixture *f, const char *id, struct watched *w) {
        const struct job_watcher watcher = { .job = on_job, .output = on_output, .failed = on_failed, .userdata = w };
        w->f = f;
        w->id = id;
        w->keep = true;
        w->op = jobs_watch(f->jobs, id, &watcher);
        assert_non_null(w->op);
}

static void unwatch(struct watched *w) {
        w->op = op_cancel(w->op);
        str_done(&w->output);
        free(w->message);
}

static void starts_watches_and_lists(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *id = start_well(f, "echo one; sleep 0.3; echo two > $ROOT/etc/new; echo two; chmod 600 $ROOT/etc/hosts; echo more >> $ROOT/etc/passwd");
        struct watched w = {};
        watch(f, id, &w);
        run_until(f, &w.final);
        assert_non_null(strstr(w.output.text, "one\r\ntwo\r\n"));
        assert_int_equal(w.states[w.n - 1], JOB_DONE);
        assert_string_equal(w.message, "demo is installed; its unit is demo.service");
        unwatch(&w);

        /* once more from the middle of the log, long after the end */
        struct watched again = {};
        watch(f, id, &again);
        run_until(f, &again.final);
        assert_int_equal(again.n, 1);
        unwatch(&again);

        _cleanup_(job_list_freep) struct job_list *list = NULL;
        assert_int_equal(jobs_list(f->jobs, &list, NULL), 0);
        assert_int_equal(list->n, 1);
        assert_string_equal(list->items[0]->name, "demo");
        assert_string_equal(list->items[0]->image, "localhost/demo");
        assert_int_equal(list->items[0]->state, JOB_DONE);

        _cleanup_(change_report_freep) struct change_report *report = NULL;
        assert_int_equal(jobs_changes(f->jobs, "demo", true, &report, NULL), 0);
        assert_string_equal(report->job, id);
        assert_int_equal(report->changes->n, 4);
        static const struct { const char *path; unsigned what; const char *diff; } expected[] = {
                { "/etc/hosts", CHANGE_MODE, NULL },
                { "/etc/new", CHANGE_ADDED, "--- /dev/null\n+++ /etc/new\n@@ -0,0 +1 @@\n+two\n" },
                { "/etc/passwd", CHANGE_CONTENT, "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1,2 @@\n root:x:0:0::/root:/bin/sh\n+more\n" },
                { "/etc/systemd/system/demo.service", CHANGE_ADDED,
                  "--- /dev/null\n+++ /etc/systemd/system/demo.service\n@@ -0,0 +1,2 @@\n+[Service]\n+ExecStart=/usr/bin/podman run demo\n" },
        };
        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                assert_string_equal(report->changes->items[i].path, expected[i].path);
                assert_int_equal(report->changes->items[i].what, expected[i].what);
                assert_true(str_equal(report->diffs[i], expected[i].diff));
        }
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(change_report_freep) struct change_report *none = NULL;
        assert_int_equal(jobs_changes(f->jobs, "nobody", false, &none, &e), -ENOENT);
        assert_string_equal(e->message, "No service named nobody is installed");
}

static void cancels_and_types(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->host->root);
        _cleanup_free_ char *id = start_well(f, "echo x > $ROOT/etc/half; stty size; printf 'Name? '; read n; stty size; echo \"hello $n\"; sleep 100");
        struct watched w = { .wait_for = "Name? " };
        watch(f, id, &w);
        run_until(f, &w.found);
        assert_int_equal(jobs_size(f->jobs, id, 50, 132), 0);
        assert_int_equal(jobs_input(f->jobs, id, "A", 1, NULL), 0);
        assert_int_equal(jobs_input(f->jobs, id, "da\n", 3, NULL), 0);
        w.wait_for = "hello Ada";
        w.found = false;
        w.cancel_then = true;
        run_until(f, &w.final);
        assert_int_equal(w.states[w.n - 1], JOB_CANCELLED);
        assert_non_null(strstr(w.output.text, "50 132"));
        unwatch(&w);
        assert_tree(f->host->root, before);
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(jobs_cancel(f->jobs, id, &e), -ESRCH);
        assert_string_equal(e->message, "The job is not running");
}

static void a_second_learns_who_holds_the_host(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *id = start_well(f, "echo ready; sleep 100");
        struct started second = start(f, "true");
        assert_null(second.id);
        assert_int_equal(second.e->code, -EBUSY);
        assert_non_null(strstr(second.e->message, id));
        assert_non_null(strstr(second.e->hint, "fairlead attach"));
        error_free(second.e);
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        assert_int_equal(jobs_list(f->jobs, &list, NULL), 0);
        assert_int_equal(list->n, 1);
        assert_int_equal(list->items[0]->state, JOB_RUNNING);
        assert_int_equal(jobs_cancel(f->jobs, id, NULL), 0);
        struct watched w = {};
        watch(f, id, &w);
        run_until(f, &w.final);
        unwatch(&w);
}

/* Two consoles at the same moment: exactly one job begins. */
static void of_two_at_once_one_begins(void **state) {
        struct fixture *f = *state;
        struct started a = {}, b = {};
        _cleanup_plan_ struct plan *plan = script_plan(f->host, "sleep 0.5", ENGINE_NONE);
        a.op = jobs_start(f->jobs, plan, NULL, on_started, &a);
        b.op = jobs_start(f->jobs, plan, NULL, on_started, &b);
        run_until(f, &a.done);
        run_until(f, &b.done);
        assert_int_equal(!a.id, !!b.id);
        struct error *e = a.e ? a.e : b.e;
        assert_int_equal(e->code, -EBUSY);
        error_free(e);
        const char *id = a.id ? a.id : b.id;
        struct watched w = {};
        watch(f, id, &w);
        run_until(f, &w.final);
        unwatch(&w);
        free(a.id);
        free(b.id);
}

static void a_worker_that_dies_is_noticed(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *id = start_well(f, "echo ready; sleep 100");
        struct watched w = { .wait_for = "ready\r" };
        watch(f, id, &w);
        run_until(f, &w.found);
        /* the worker is who holds the control socket: found by its peer's pid */
        _cleanup_free_ char *command = str_printf("--state=%s", f->host->state);
        DIR *d = opendir("/proc");
        int killed = 0;
        for (struct dirent *item; (item = readdir(d));) {
                char path[300], text[4096];
                snprintf(path, sizeof path, "/proc/%s/cmdline", item->d_name);
                _cleanup_close_ int fd = item->d_name[0] >= '1' && item->d_name[0] <= '9' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
                ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
                if (n > 0 && memmem(text, (size_t) n, command, strlen(command)) && kill(atoi(item->d_name), SIGKILL) == 0)
                        killed++;
        }
        closedir(d);
        assert_int_equal(killed, 1);
        run_until(f, &w.final);
        assert_int_equal(w.states[w.n - 1], JOB_INTERRUPTED);
        assert_string_equal(w.message, "Its worker ended before the job did");
        unwatch(&w);
}

static void count(void *userdata) {
        ++*(int *) userdata;
}

static void listeners_hear_and_idle_is_silent(void **state) {
        struct fixture *f = *state;
        int heard = 0;
        jobs_listen(f->jobs, count, &heard);
        _cleanup_free_ char *id = start_well(f, "sleep 0.3");
        struct watched w = {};
        watch(f, id, &w);
        run_until(f, &w.final);
        unwatch(&w);
        for (int i = 0; i < 30; i++)
                sd_event_run(f->event, 10000);
        assert_true(heard >= 2);
        int before = heard;
        uint64_t began = 0, ended = 0;
        sd_event_now(f->event, CLOCK_MONOTONIC, &began);
        assert_int_equal(sd_event_run(f->event, 500000), 0);    /* nothing wakes it */
        sd_event_now(f->event, CLOCK_MONOTONIC, &ended);
        assert_int_equal(heard, before);
        jobs_listen(f->jobs, NULL, NULL);
}

static void a_flood_arrives_whole(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *id = start_well(f, "stty -opost; head -c 20000000 /dev/zero | tr '\\000' 'y'");
        struct watched w = {};
        watch(f, id, &w);
        w.keep = false;
        run_until(f, &w.final);
        assert_true(w.bytes > 20000000);
        assert_int_equal(w.states[w.n - 1], JOB_DONE);
        unwatch(&w);
}

/* Whoever saw a job end may ask for the next one in the same moment: its worker is still on its way out. */
static void the_next_job_need_not_be_asked_for_twice(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 10; i++) {
                _cleanup_free_ char *id = start_well(f, "exit 3");
                struct watched w = {};
                watch(f, id, &w);
                run_until(f, &w.final);
                assert_int_equal(w.states[w.n - 1], JOB_FAILED);
                unwatch(&w);
        }
}

static void unknown_jobs_are_reported(void **state) {
        struct fixture *f = *state;
        struct watched w = {};
        watch(f, "20200101-000000-00000000", &w);
        run_until(f, &w.final);
        assert_string_equal(w.message, "There is no job 20200101-000000-00000000");
        unwatch(&w);
        _cleanup_error_ struct error *e = NULL;
        struct job *job = NULL;
        assert_int_equal(jobs_read(f->jobs, "../../etc", &job, &e), -ENOENT);
        f->host->paths.worker = "/no/such/worker";
        jobs_free(f->jobs);
        f->jobs = jobs_new(f->event, &f->host->paths, NULL);
        struct started s = start(f, "true");
        assert_string_equal(s.e->message, "The worker /no/such/worker could not be started");
        error_free(s.e);
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        assert_int_equal(jobs_list(f->jobs, &list, NULL), 0);
        assert_int_equal(list->n, 0);
}

/* The unit of its last worker is known for a moment longer than that lives. */
static void waits_until_the_last_unit_is_forgotten(void **state) {
        struct fixture *f = *state;
        sd_bus *bus;
        struct fake_systemd *systemd = fake_systemd_new(f->event, &bus);
        struct units *units = units_new(f->event, systemd->root, bus);
        _cleanup_free_ char *id = start_well(f, "true");
        struct watched w = {};
        watch(f, id, &w);
        run_until(f, &w.final);
        unwatch(&w);
        jobs_free(f->jobs);
        f->jobs = jobs_new(f->event, &f->host->paths, units);
        _cleanup_free_ char *name = str_printf("fairlead-job-%s.service", id);
        struct fake_unit *last = fake_systemd_add(systemd, name, "inactive", "dead", NULL);
        struct started s = {};
        s.op = jobs_resume(f->jobs, id, RESUME_ROLL_BACK, NULL, on_started, &s);
        while (!systemd->n_refused_transient && !s.done)
                assert_true(sd_event_run(f->event, 10000) >= 0);
        assert_false(s.done);
        str_replace(&last->name, "other.service");
        while (!systemd->transient[0] && !s.done)
                assert_true(sd_event_run(f->event, 10000) >= 0);
        assert_false(s.done);
        _cleanup_free_ char *end = str_printf("|--roll-back|%s", id);
        assert_non_null(str_ends(systemd->transient, end));
        s.op = op_cancel(s.op);
        units_free(units);
        sd_bus_unref(bus);
        fake_systemd_free(systemd);
}

/* As src/worker-main.c does. */
/* Who made the job died before its worker was started; whoever watches it learns it when it is clear that none comes. */
static void a_job_that_no_worker_begins_is_reported(void **state) {
        struct fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f->host, "echo never", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f->host, plan), *path = str_printf("%s/jobs/%s", f->host->state, id);
        const struct timespec some_time_ago[2] = { { .tv_sec = time(NULL) - 13 }, { .tv_sec = time(NULL) - 13 } };
        assert_int_equal(utimensat(AT_FDCWD, path, some_time_ago, 0), 0);
        struct watched w = {};
        watch(f, id, &w);
        run_until(f, &w.final);
        assert_int_equal(w.states[0], JOB_QUEUED);
        assert_int_equal(w.states[w.n - 1], JOB_INTERRUPTED);
        unwatch(&w);
}

/* The id that a dead worker left in the lock's file is nobody's, also while a new one holds the lock and has not yet said who it is. */
static void a_dead_workers_id_is_not_the_holders(void **state) {
        struct fixture *f = *state;
        const struct paths *paths = &f->host->paths;
        static const char old[] = "20260101-000000-01234567", new[] = "20260102-000000-01234567";
        _cleanup_error_ struct error *e = NULL;
        assert_null(hostlock_holder(paths));
        int dead = hostlock_take(paths, old, NULL, &e);
        assert_ok(dead, e);
        _cleanup_free_ char *holder = hostlock_holder(paths), *other = NULL;
        assert_string_equal(holder, old);
        close(dead);
        assert_null(hostlock_holder(paths));
        _cleanup_close_ int fd = open(tree_path(f->host->run, "/lock"), O_RDWR | O_CLOEXEC);
        struct flock begun = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
        assert_int_equal(fcntl(fd, F_OFD_SETLK, &begun), 0);
        assert_null(hostlock_holder(paths));
        assert_int_equal(hostlock_take(paths, new, &other, &e), -EBUSY);
        assert_null(other);
        assert_null(e->hint);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv) {
        if (argc > 1)
                return be_worker(argc, argv);
        const struct CMUnitTest tests[] = {
                T(starts_watches_and_lists), T(cancels_and_types), T(a_second_learns_who_holds_the_host),
                T(of_two_at_once_one_begins), T(a_worker_that_dies_is_noticed),
                T(listeners_hear_and_idle_is_silent), T(a_flood_arrives_whole),
                T(the_next_job_need_not_be_asked_for_twice), T(a_job_that_no_worker_begins_is_reported),
                T(a_dead_workers_id_is_not_the_holders), T(unknown_jobs_are_reported),
                T(waits_until_the_last_unit_is_forgotten),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
