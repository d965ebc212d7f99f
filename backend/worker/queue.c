/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sequence of operations: an action on several units, the removal of several containers. A failure is
 * logged and passed over, because an undo and an uninstall have to reach their end. */

#include "backend/worker/step.h"

#define STOP_SECONDS 10

struct queue {
        struct worker *w;
        struct op *op, *call;
        sd_event_source *end;
        char **names;
        size_t next, failed;
        bool containers, must;
        enum unit_action action;
        bool forget; /* the unit before next was stopped: reset its failed state */
};

static void queue_free(void *userdata) {
        struct queue *q = userdata;
        op_cancel(q->call);
        sd_event_source_disable_unref(q->end);
        strv_free(q->names);
        free(q);
}

static int queue_on_end(sd_event_source *source, uint64_t usec, void *userdata) {
        struct queue *q = userdata;
        struct worker *w = q->w;
        size_t failed = q->must ? q->failed : 0;
        op_finish(q->op);
        queue_free(q);
        w->op = op_cancel(w->op);
        if (failed)
                worker_fail(w, -EIO,
                            failed == 1 ? "%zu container could not be removed"
                                        : "%zu containers could not be removed",
                            failed);
        else
                worker_next(w);
        return 0;
}

static void queue_next(struct queue *q);

static void queue_on_done(struct error *e, void *userdata) {
        struct queue *q = userdata;
        _cleanup_error_ struct error *failure = e;
        q->call = op_cancel(q->call);
        /* A generated unit cannot be disabled, and need not be: its links are restored with other files. */
        bool expected =
                !e || e->code == -ENOENT || (!q->containers && q->action == UNIT_DISABLE) || q->forget;
        if (!expected && q->containers) {
                _cleanup_free_ char *line = error_line(e);
                worker_leftover(q->w, "the container %s: %s", q->names[q->next - 1], line);
                q->failed++;
        } else if (!expected)
                worker_log_error(q->w, e);
        queue_next(q);
}

static void queue_next(struct queue *q) {
        struct worker *w = q->w;
        /* A container that had to be killed leaves its unit failed, and a failed unit stays in systemd's
         * memory when its file is gone: the host would be "degraded" by a service that does not exist. */
        q->forget = q->names && !q->containers && q->action == UNIT_STOP && q->next > 0 && !q->forget;
        if (q->forget) {
                q->call = units_act(w->units, q->names[q->next - 1], UNIT_RESET_FAILED, queue_on_done, q);
                return;
        }
        if (q->names && q->names[q->next]) {
                const char *name = q->names[q->next++];
                q->call = q->containers
                                  ? engine_remove_container(w->engine, name, STOP_SECONDS, queue_on_done, q)
                                  : units_act(w->units, name, q->action, queue_on_done, q);
                return;
        }
        /* From the loop, also when the list was empty: the caller is still on the stack. */
        if (sd_event_add_time_relative(w->event, &q->end, CLOCK_MONOTONIC, 0, 1, queue_on_end, q) < 0)
                sd_event_exit(w->event, 1);
}

static int queue_begin(struct worker *w, struct queue queue, step_next_t next) {
        struct queue *q = new0(struct queue);
        *q = queue;
        q->w = w;
        w->next = next;
        w->op = q->op = op_new(queue_free, q);
        queue_next(q);
        return STEP_WAITS;
}

int worker_act_on_units(struct worker *w, char **names, enum unit_action action, step_next_t next) {
        if (!w->units)
                names = strv_free(names);
        return queue_begin(w, (struct queue){ .names = names, .action = action }, next);
}

int worker_remove_containers(struct worker *w, char **names, bool must, step_next_t next) {
        return queue_begin(w, (struct queue){ .names = names, .containers = true, .must = must }, next);
}
