/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/worker-fixture.h"

static int on_watch(sd_event_source *source, uint64_t usec, void *userdata) {
        struct watcher *w = userdata;
        _cleanup_free_ char *log = read_job_file(w->f, w->id, "log");
        if (!log || !strstr(log, w->wait_for)) {
                sd_event_source_set_time_relative(source, 10000);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        _cleanup_close_ int fd = control_connect(&w->f->paths, w->id, NULL);
        assert_true(fd >= 0);
        if (w->type)
                assert_int_equal(control_send(fd, PACKET_INPUT, w->type, strlen(w->type), NULL), 0);
        if (w->cancel)
                assert_int_equal(control_send(fd, PACKET_CANCEL, "", 0, NULL), 0);
        w->done = true;
        return 0;
}

int run_job(const struct host_fixture *f, const char *id, struct with with) {
        sd_event *event = NULL;
        sd_bus *bus = NULL;
        struct units *units = NULL;
        struct fake_systemd *systemd = NULL;
        assert_int_equal(sd_event_new(&event), 0);
        if (with.prepare) {
                systemd = fake_systemd_new(event, &bus);
                with.prepare(systemd);
                units = units_new(event, systemd->root, bus);
        }
        if (with.watcher) {
                with.watcher->f = f;
                with.watcher->id = id;
                assert_true(sd_event_add_time_relative(event, &with.watcher->timer, CLOCK_MONOTONIC, 0, 0,
                                                       on_watch, with.watcher) >= 0);
        }
        const struct worker_options options = { .event = event,
                                                .paths = &f->paths,
                                                .id = id,
                                                .secrets = with.secrets,
                                                .units = units,
                                                .mode = with.mode };
        int status = worker_carry_out(&options);
        if (with.watcher) {
                sd_event_source_disable_unref(with.watcher->timer);
                assert_true(with.watcher->done);
        }
        if (with.systemd)
                *with.systemd = systemd;
        units_free(units);
        if (!with.systemd)
                fake_systemd_free(systemd);
        sd_bus_unref(bus);
        sd_event_unref(event);
        return status;
}

static void check_end(const struct host_fixture *f, const struct job *job, int status, int expected) {
        _cleanup_free_ char *log = read_job_file(f, job->id, "log");
        if (status != expected || (status == WORKER_DONE && job->state != JOB_DONE))
                fail_msg("status %d, %s: %s\n%s", status, job_state_name(job->state),
                         job->message ? job->message : "", log ? log : "");
}

void expect_done(const struct host_fixture *f, const char *id, int status) {
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        check_end(f, job, status, WORKER_DONE);
}

struct job *run_plan(const struct host_fixture *f, const struct plan *plan, int expected, struct with with) {
        _cleanup_free_ char *id = make_job(f, plan);
        int status = run_job(f, id, with);
        struct job *job = read_job(f, id);
        check_end(f, job, status, expected);
        return job;
}

void print_left(const struct job *job) {
        for (char **left = job->left; left && *left; left++)
                print_error("left: %s\n", *left);
}

bool is_held(const struct host_fixture *f) {
        return access(tree_path(f->engine, "/.name localhost+demo:fairlead-demo-" IMAGE_ID_START), F_OK) == 0;
}

void does_not_start(struct fake_systemd *s) {
        struct fake_unit *u = fake_systemd_find(s, "demo.service");
        u->job_result = "failed";
        u->then_active = "failed";
        u->then_sub = "failed";
        u->then_result = "exit-code";
        u->then_code = 1;
        u->then_status = 3;
}

void ordinary(struct fake_systemd *s) {
        fake_systemd_add(s, "demo.service", "inactive", "dead", "disabled");
        fake_systemd_find(s, "demo.service")->install = true;
}
