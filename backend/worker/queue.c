/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thing after another: an action on several units, the removal of several containers. What fails is
 * logged and passed over, because who uses it (an undo, an uninstall) has to come to its end. */
#include <errno.h>

#include "backend/worker/step.h"
#include "base/str.h"

struct units_queue {
        char **names;
        size_t next;
        bool containers;
        enum unit_action action;
        bool forget;            /* the unit before next was stopped, and systemd shall forget how that went */
};

#define STOP_SECONDS 10

static void worker_queue_next(struct worker *w);

static void worker_queue_on_done(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        /* A generated unit cannot be disabled, and need not be: its links are put back with the other files.
         */
        bool expected =
                e && (e->code == -ENOENT || (!w->queue->containers && w->queue->action == UNIT_DISABLE) ||
                      w->queue->forget);
        if (e && !expected && w->queue->containers) {
                _cleanup_free_ char *line = error_line(e);
                worker_kept(w, "the container %s: %s", w->queue->names[w->queue->next - 1],
                            line ? line : "out of memory");
                w->not_removed++;
        } else if (e && !expected)
                worker_log_error(w, e);
        error_free(e);
        worker_queue_next(w);
}

static int on_empty(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->timer = sd_event_source_disable_unref(w->timer);
        w->then(w);
        return 0;
}

static void worker_queue_drop(struct worker *w) {
        if (!w->queue)
                return;
        strv_free(w->queue->names);
        free(w->queue);
        w->queue = NULL;
}

static void worker_queue_next(struct worker *w) {
        struct units_queue *q = w->queue;
        /* A container that had to be killed leaves its unit failed, and a failed unit stays in systemd's
         * memory when its file is gone: the host would be "degraded" by a service that is not there. */
        q->forget = q->names && !q->containers && q->action == UNIT_STOP && q->next > 0 && !q->forget;
        if (q->forget) {
                w->op = units_act(w->units, q->names[q->next - 1], UNIT_RESET_FAILED, worker_queue_on_done,
                                  w);
                if (w->op)
                        return;
                q->forget = false;
        }
        while (q->names && q->names[q->next]) {
                const char *name = q->names[q->next++];
                w->op = q->containers ? engine_remove_container(w->engine, name, STOP_SECONDS,
                                                                worker_queue_on_done, w)
                                      : units_act(w->units, name, q->action, worker_queue_on_done, w);
                if (w->op)
                        return;
                joblog_note(w->log, "out of memory: %s is passed over", name);
        }
        worker_queue_drop(w);
        w->timer = sd_event_source_disable_unref(w->timer);
        /* From the loop, also when the list was empty: the caller is still on the stack. */
        if (sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, 0, 1, on_empty, w) < 0)
                sd_event_exit(w->event, 1);
}

static int worker_queue_begin(struct worker *w, char **names, bool containers, enum unit_action action,
                              void (*then)(struct worker *w), struct error **reterr) {
        worker_queue_drop(w);
        w->queue = malloc(sizeof *w->queue);
        if (!w->queue) {
                strv_free(names);
                return error_set(reterr, -ENOMEM, "Out of memory");
        }
        *w->queue = (struct units_queue) { .names = names, .containers = containers, .action = action };
        w->then = then;
        worker_queue_next(w);
        return 0;
}

int worker_act_on_units(struct worker *w, char **names, enum unit_action action,
                        void (*then)(struct worker *w), struct error **reterr) {
        if (!w->units)
                names = strv_free(names);
        return worker_queue_begin(w, names, false, action, then, reterr);
}

int worker_remove_containers(struct worker *w, char **names, void (*then)(struct worker *w),
                             struct error **reterr) {
        w->not_removed = 0;
        return worker_queue_begin(w, names, true, 0, then, reterr);
}
