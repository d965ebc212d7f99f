/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of steps, and sequences of them: an action on several units, the removal of several
 * containers. A failure within a sequence is logged and passed over, because an undo and an uninstall have to
 * reach their end. */
#include "backend/worker/internal.h"

#define STOP_SECONDS 10
#define SCAN_TURN_USEC 20000

void worker_on_done(struct error *e, void *userdata) {
        struct worker *w = userdata;
        step_next_t next = TAKE(w->wait.next);
        w->wait.op = op_cancel(w->wait.op);
        int r = next ? next(w, &e) : e ? e->code : STEP_ENDED;
        worker_settle(w, r, e);
}

/* ---- systemd and the engine ---- */

/* The callback of an operation whose result the worker keeps in place of the last one. */
#define KEEPS(linkage, callback, type, member)                                        \
        linkage void callback(struct type *result, struct error *e, void *userdata) { \
                struct worker *w = userdata;                                          \
                type##_free(w->got.member);                                           \
                w->got.member = result;                                               \
                worker_on_done(e, w);                                                 \
        }

KEEPS(static, operations_on_units, unit_list, units_listed)

int worker_list_units(struct worker *w, const char *pattern, step_next_t next) {
        w->wait.next = next;
        w->wait.op = units_list(w->units, pattern, operations_on_units, w);
        return STEP_WAITS;
}

KEEPS(static, operations_on_unit, unit_detail, unit_shown)

int worker_show_unit(struct worker *w, const char *unit, step_next_t next) {
        w->wait.next = next;
        w->wait.op = units_show(w->units, unit, operations_on_unit, w);
        return STEP_WAITS;
}

static void operations_on_acted(char **made, struct error *e, void *userdata) {
        strv_free(made);
        worker_on_done(e, userdata);
}

int worker_act(struct worker *w, const char *unit, enum unit_action action, step_next_t next) {
        w->wait.next = next;
        w->wait.op = units_act(w->units, unit, action, operations_on_acted, w);
        return STEP_WAITS;
}

int worker_reload_units(struct worker *w, step_next_t next) {
        w->wait.next = next;
        w->wait.op = units_reload(w->units, worker_on_done, w);
        return STEP_WAITS;
}

KEEPS(static, operations_on_containers, container_list, containers)

int worker_list_containers(struct worker *w, step_next_t next) {
        w->wait.next = next;
        w->wait.op = engine_list_containers_and_wrecks(w->engine, operations_on_containers, w);
        return STEP_WAITS;
}

KEEPS(, worker_on_image, image, image)

/* ---- several, one after another ---- */

static int operations_queue(struct worker *w, struct error **reterr);

static int operations_queued(struct worker *w, struct error **reterr) {
        struct worker_queue *q = &w->wait.queue;
        _cleanup_error_ struct error *e = TAKE(*reterr);
        /* A generated unit cannot be disabled, and need not be: its links are restored with other files. */
        bool expected =
                !e || e->code == -ENOENT || (!q->containers && q->action == UNIT_DISABLE) || q->forget;
        if (!expected && q->containers) {
                _cleanup_free_ char *line = error_line(e);
                worker_leftover(w, "the container %s: %s", q->names[q->next - 1], line);
                q->failed++;
        } else if (!expected)
                worker_log_error(w, e);
        return operations_queue(w, reterr);
}

static int operations_queue(struct worker *w, struct error **reterr) {
        struct worker_queue *q = &w->wait.queue;
        /* A container that had to be killed leaves its unit failed, and a failed unit stays in systemd's
         * memory when its file is gone: the host would be "degraded" by a service that does not exist. */
        q->forget = !q->containers && q->action == UNIT_STOP && q->next > 0 && !q->forget;
        if (q->forget)
                return worker_act(w, q->names[q->next - 1], UNIT_RESET_FAILED, operations_queued);
        const char *name = q->names ? q->names[q->next] : NULL;
        if (name) {
                q->next++;
                if (!q->containers)
                        return worker_act(w, name, q->action, operations_queued);
                w->wait.next = operations_queued;
                w->wait.op = engine_remove_container(w->engine, name, STOP_SECONDS, worker_on_done, w);
                return STEP_WAITS;
        }
        size_t failed = q->must ? q->failed : 0;
        if (failed)
                return error_set(reterr, -EIO,
                                 failed == 1 ? "%zu container could not be removed"
                                             : "%zu containers could not be removed",
                                 failed);
        return q->then ? q->then(w, reterr) : STEP_ENDED;
}

static int operations_begin_queue(struct worker *w, struct worker_queue queue, struct error **reterr) {
        strv_free(w->wait.queue.names);
        w->wait.queue = queue;
        return operations_queue(w, reterr);
}

int worker_act_on_units(struct worker *w, char **names, enum unit_action action, step_next_t then,
                        struct error **reterr) {
        if (!w->units)
                names = strv_free(names);
        return operations_begin_queue(
                w, (struct worker_queue){ .names = names, .action = action, .then = then }, reterr);
}

int worker_remove_containers(struct worker *w, char **names, bool must, step_next_t then,
                             struct error **reterr) {
        return operations_begin_queue(
                w, (struct worker_queue){ .names = names, .containers = true, .must = must, .then = then },
                reterr);
}

/* ---- programs and pauses ---- */

static void operations_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        joblog_output(w->log, bytes, n);
}

static void operations_on_ended(bool exited, int status, void *userdata) {
        struct worker *w = userdata;
        w->wait.timer = sd_event_source_disable_unref(w->wait.timer);
        w->wait.pty = pty_free(w->wait.pty);
        w->got.exited = exited;
        w->got.status = status;
        worker_on_done(NULL, w);
}

int worker_run_program(struct worker *w, struct pty_options options, step_next_t next,
                       struct error **reterr) {
        static char *const usual[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
        if (!options.environment)
                options.environment = w->plan->environment ? w->plan->environment : usual;
        if (!options.output)
                options.output = operations_on_output;
        options.ended = operations_on_ended;
        options.userdata = w;
        w->wait.next = next;
        int r = pty_new(w->event, &options, &w->wait.pty, reterr);
        return r < 0 ? r : STEP_WAITS;
}

static int operations_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->wait.timer = sd_event_source_disable_unref(w->wait.timer);
        worker_on_done(NULL, w);
        return 0;
}

int worker_wait(struct worker *w, uint64_t usec, step_next_t next, struct error **reterr) {
        w->wait.next = next;
        int r = sd_event_add_time_relative(w->event, &w->wait.timer, CLOCK_MONOTONIC, usec, 10000,
                                           operations_on_time, w);
        return r < 0 ? error_set(reterr, -EIO, "The service cannot be watched") : STEP_WAITS;
}

/* ---- scans ---- */

static void operations_on_scanned(struct snapshot *snapshot, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->wait.stoppable = NULL;
        w->got.tally = *snapshot_tally(snapshot);
        manifest_done(&w->got.now);
        snapshot_take(snapshot, &w->got.now);
        snapshot_free(snapshot);
        if (e)
                worker_failed(w, e);
        else
                worker_on_done(NULL, w);
}

int worker_scan_with(struct worker *w, struct snapshot_options options, step_next_t next,
                     struct error **reterr) {
        options.root = w->root;
        options.paths = w->plan->paths;
        options.excluded = w->excluded;
        w->wait.next = next;
        w->wait.stoppable = "Cancelled while the files were scanned";
        w->wait.op = snapshot_start(w->event, &options, SCAN_TURN_USEC, operations_on_scanned, w, reterr);
        return w->wait.op ? STEP_WAITS : -EIO;
}

int worker_scan(struct worker *w, step_next_t next, struct error **reterr) {
        int r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        /* With the same ceiling as the first scan, additions could push other objects out of sight. */
        const struct snapshot_options options = {
                .blobs = -1, .known = &w->kept.before, .known_blobs = -1, .files_max = 2 * SNAPSHOT_FILES_MAX
        };
        return worker_scan_with(w, options, next, reterr);
}
