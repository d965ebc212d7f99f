/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit must become active in its time and still be active after a short while, without a restart; then
 * the profile's command, where there is one, must end with 0. */

#include "backend/worker/step.h"

#define SETTLE_USEC 2000000ULL
#define PROBE_USEC 300000ULL
#define CHECK_USEC 1000000ULL
#define SECONDS_DEFAULT 10U

struct health {
        unsigned tries, restarts;
        uint64_t until, settled; /* worker_now() */
};

static void health_fail(struct worker *w, struct error *e) {
        error_hint(&e, "journalctl -u %s says more", worker_main_unit(w));
        worker_failed(w, e);
}

static void health_again(struct worker *w, uint64_t usec, sd_event_time_handler_t handler) {
        w->timer = sd_event_source_disable_unref(w->timer);
        if (sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, usec, 10000, handler, w) < 0)
                worker_fail(w, -EIO, "The service cannot be watched");
}

/* A running service is not yet a working join. */
static int health_passed(struct worker *w) {
        bool joins = w->plan->verb == VERB_INSTALL && w->plan->joins != REALM_NONE;
        return joins ? worker_verify_join(w) : STEP_ENDED;
}

/* ---- the profile's command ---- */

static int health_run_check(struct worker *w, struct error **reterr);

static void health_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        joblog_output(w->log, bytes, n);
}

static int health_check_again(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        struct error *e = NULL;
        w->timer = sd_event_source_disable_unref(w->timer);
        int r = health_run_check(w, &e);
        worker_settle(w, r, e);
        return 0;
}

static void health_on_check(bool exited, int status, void *userdata) {
        struct worker *w = userdata;
        const struct health *h = w->state;
        struct error *e = NULL;
        w->pty = pty_free(w->pty);
        joblog_flush(w->log);
        if (exited && status == 0) {
                worker_note(w, "%s runs, its check passed", worker_main_unit(w));
                worker_settle(w, health_passed(w), NULL);
        } else if (worker_now() < h->until && !w->cancelled)
                health_again(w, CHECK_USEC, health_check_again);
        else {
                error_set(&e, -EIO, "%s runs, but its check did not pass: status %d", worker_main_unit(w),
                          status);
                health_fail(w, e);
        }
}

static int health_run_check(struct worker *w, struct error **reterr) {
        const struct pty_options options = {
                .argv = w->plan->health_argv,
                .environment = w->plan->environment,
                .stdin_fd = -1,
                .output = health_on_output,
                .ended = health_on_check,
                .userdata = w,
        };
        int r = pty_new(w->event, &options, &w->pty, reterr);
        return r < 0 ? r : STEP_WAITS;
}

/* ---- the unit ---- */

static void health_unit_is_well(struct worker *w) {
        struct error *e = NULL;
        int r;
        if (strv_length(w->plan->health_argv))
                r = health_run_check(w, &e);
        else {
                worker_note(w, "%s runs", worker_main_unit(w));
                r = health_passed(w);
        }
        worker_settle(w, r, e);
}

static void health_not_up(struct worker *w, const struct unit_detail *d) {
        const char *unit = worker_main_unit(w);
        struct error *e = NULL;
        if (d->exit_status && str_equal(d->result, "exit-code"))
                error_set(&e, -EIO, "%s did not stay up: it ended with status %d", unit, d->exit_status);
        else
                error_set(&e, -EIO, "%s did not stay up: %s (%s)", unit,
                          d->unit.active ? d->unit.active : "?", d->result ? d->result : "?");
        health_fail(w, e);
}

static int health_probe(sd_event_source *source, uint64_t usec, void *userdata);

static void health_on_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct worker *w = userdata;
        struct health *h = w->state;
        _cleanup_(unit_detail_freep) struct unit_detail *d = detail;
        w->op = op_cancel(w->op);
        if (!d) {
                worker_failed(w, e);
                return;
        }
        uint64_t now = worker_now();
        bool active = str_equal(d->unit.active, "active");
        if (h->tries++ == 0)
                h->restarts = d->restarts;
        if (d->restarts > h->restarts) {
                error_set(&e, -EIO, "%s restarts again and again", worker_main_unit(w));
                health_fail(w, e);
        } else if (str_equal(d->unit.active, "failed"))
                health_not_up(w, d);
        else if (active && h->settled && now >= h->settled)
                health_unit_is_well(w);
        else if (str_equal(d->unit.active, "inactive") && str_equal(d->result, "success") && d->exit_code &&
                 !h->settled) {
                /* A oneshot without RemainAfterExit: it ran, and that was all. */
                worker_note(w, "%s ran and ended", worker_main_unit(w));
                worker_settle(w, STEP_ENDED, NULL);
        } else if (!active && (h->settled || now >= h->until))
                health_not_up(w, d);
        else {
                if (active && !h->settled)
                        h->settled = now + SETTLE_USEC;
                health_again(w, PROBE_USEC, health_probe);
        }
}

static int health_probe(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->timer = sd_event_source_disable_unref(w->timer);
        w->op = units_show(w->units, worker_main_unit(w), health_on_shown, w);
        return 0;
}

static int health_apply(struct worker *w, struct error **reterr) {
        struct health *h = w->state;
        unsigned seconds = w->plan->health_seconds ? w->plan->health_seconds : SECONDS_DEFAULT;
        if (!w->units || !worker_main_unit(w)) {
                worker_note(w, w->units ? "there is no unit" : "systemd does not run here");
                return STEP_NOTHING;
        }
        if (worker_stays_stopped(w)) {
                worker_note(w, "the service was stopped");
                return STEP_NOTHING;
        }
        h->until = worker_now() + seconds * 1000000ULL;
        w->op = units_show(w->units, worker_main_unit(w), health_on_shown, w);
        return STEP_WAITS;
}

static void health_stop(struct worker *w) {
        worker_fail(w, -ECANCELED, "Cancelled while the service was checked");
}

const struct step health_step = { .size = sizeof(struct health), .apply = health_apply, .stop = health_stop };
