/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A whole worker run in the test's own process: on a small host (job-fixture.h), with a systemd and an engine
 * that do as the test wants. */

#include "backend/store/control.h"
#include "tests/fake/systemd.h"
#include "tests/unit/job-fixture.h"

/* A watcher of a job that runs: waits for text in the log, then types or cancels. */
struct watcher {
        const char *wait_for, *type;
        bool cancel;

        const struct host_fixture *f; /* run_job() fills these */
        const char *id;
        bool done;
        sd_event_source *timer;
};

struct with {
        struct secret_list *secrets;
        struct watcher *watcher;
        struct fake_systemd **systemd; /* made by run_job(), freed by it */
        void (*prepare)(struct fake_systemd *f);
        enum worker_mode mode;
};

/* The job's status. With a watcher, which must have come to act. */
int run_job(const struct host_fixture *f, const char *id, struct with with);

/* A new job for the plan is run and must end so (done; or failed, cancelled, rolled back); its record, the
 * caller frees. Members of struct with may follow. */
struct job *run_plan(const struct host_fixture *f, const struct plan *plan, int expected, struct with with);
#define run_done(f, plan, ...) run_plan(f, plan, WORKER_DONE, (struct with){ __VA_ARGS__ })
#define run_failed(f, plan, ...) run_plan(f, plan, WORKER_FAILED, (struct with){ __VA_ARGS__ })

/* Fails with the log unless the job is done; prints what a job could not roll back. */
void expect_done(const struct host_fixture *f, const char *id, int status);
void print_left(const struct job *job);

#define INSTALL_SCRIPT                                                                            \
        "echo installing; mkdir $ROOT/etc/demo; echo x > $ROOT/etc/demo/demo.conf; echo more >> " \
        "$ROOT/etc/hosts;"                                                                        \
        " rm $ROOT/etc/passwd; chmod 700 $ROOT/usr/local"

/* The name is there that keeps the image findable while the service is installed. */
bool is_held(const struct host_fixture *f);

/* The unit of the service, to prepare with: there, not running; and such as ends with status 3 whenever it is
 * started. */
void ordinary(struct fake_systemd *s);
void does_not_start(struct fake_systemd *s);
