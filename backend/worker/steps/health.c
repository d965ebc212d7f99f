/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does it work? The unit must become active in its time and be so still after a short while, without having
 * been restarted; then the profile's command, where there is one, must end with 0. */
#include <errno.h>
#include <stdio.h>

#include "backend/store/delivery.h"
#include "backend/worker/step.h"
#include "base/str.h"

#define SETTLE_USEC 2000000ULL
#define LOOK_USEC 300000ULL
#define SECONDS_DEFAULT 10U

static int health_look(sd_event_source *source, uint64_t usec, void *userdata);

static void fail_with(struct worker *w, struct error *e) {
        error_hint(&e, "journalctl -u %s says more", worker_main_unit(w));
        worker_failed(w, e);
}

static void health_again(struct worker *w, uint64_t usec) {
        w->timer = sd_event_source_disable_unref(w->timer);
        int r = sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, usec, 10000, health_look, w);
        if (r < 0) {
                struct error *e = NULL;
                error_errno(&e, r, "The service cannot be watched");
                worker_failed(w, e);
        }
}

/* A service that runs is not yet a join that works. */
static void look_behind(struct worker *w) {
        struct error *e = NULL;
        if (w->plan->verb != VERB_INSTALL || w->plan->joins == REALM_NONE)
                worker_ended(w);
        else if (worker_verify_join(w, worker_ended, &e) < 0)
                worker_failed(w, e);
}

/* ---- the profile's command ---- */

static int run_check(struct worker *w, struct error **reterr);

static void on_check_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        joblog_output(w->log, bytes, n);
}

static int check_again(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        struct error *e = NULL;
        w->timer = sd_event_source_disable_unref(w->timer);
        if (run_check(w, &e) < 0)
                worker_failed(w, e);
        return 0;
}

static void on_check_ended(bool exited, int status, void *userdata) {
        struct worker *w = userdata;
        struct error *e = NULL;
        w->pty = pty_free(w->pty);
        joblog_flush(w->log);
        if (exited && status == 0) {
                worker_note(w, "%s runs, its check passed", worker_main_unit(w));
                look_behind(w);
                return;
        }
        if (worker_now() < w->until && !w->cancelled &&
            sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, 1000000, 10000, check_again,
                                       w) >= 0)
                return;
        error_set(&e, -EIO, "%s runs, but its check did not pass: status %d", worker_main_unit(w), status);
        fail_with(w, e);
}

static int run_check(struct worker *w, struct error **reterr) {
        const struct pty_options options = {
                .argv = w->plan->health_argv,
                .environment = w->plan->environment,
                .stdin_fd = -1,
                .output = on_check_output,
                .ended = on_check_ended,
                .userdata = w,
        };
        return pty_new(w->event, &options, &w->pty, reterr);
}

/* ---- the unit ---- */

static void unit_is_well(struct worker *w) {
        struct error *e = NULL;
        if (!strv_length(w->plan->health_argv)) {
                worker_note(w, "%s runs", worker_main_unit(w));
                look_behind(w);
        } else if (run_check(w, &e) < 0)
                worker_failed(w, e);
}

static int not_well(struct worker *w, const struct unit_detail *d, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        if (d->exit_status && str_equal(d->result, "exit-code"))
                return error_set(reterr, -EIO, "%s did not stay up: it ended with status %d", unit,
                                 d->exit_status);
        return error_set(reterr, -EIO, "%s did not stay up: %s (%s)", unit,
                         d->unit.active ? d->unit.active : "?", d->result ? d->result : "?");
}

static void health_on_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        _cleanup_(unit_detail_freep) struct unit_detail *d = detail;
        if (!d) {
                worker_failed(w, e);
                return;
        }
        uint64_t now = worker_now();
        bool active = str_equal(d->unit.active, "active");
        if (w->tries == 0)
                w->restarts = d->restarts;
        w->tries++;
        if (d->restarts > w->restarts || str_equal(d->unit.active, "failed")) {
                struct error *failure = NULL;
                if (d->restarts > w->restarts)
                        error_set(&failure, -EIO, "%s starts again and again", worker_main_unit(w));
                else
                        not_well(w, d, &failure);
                fail_with(w, failure);
        } else if (active && w->settled && now >= w->settled)
                unit_is_well(w);
        else if (str_equal(d->unit.active, "inactive") && str_equal(d->result, "success") && d->exit_code &&
                 !w->settled) {
                /* A oneshot without RemainAfterExit: it ran, and that was all. */
                worker_note(w, "%s ran and ended", worker_main_unit(w));
                worker_ended(w);
        } else if (!active && (w->settled || now >= w->until)) {
                struct error *failure = NULL;
                not_well(w, d, &failure);
                fail_with(w, failure);
        } else {
                if (active && !w->settled)
                        w->settled = now + SETTLE_USEC;
                health_again(w, LOOK_USEC);
        }
}

static int health_look(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->timer = sd_event_source_disable_unref(w->timer);
        w->op = units_show(w->units, worker_main_unit(w), health_on_shown, w);
        if (!w->op) {
                struct error *e = NULL;
                error_set(&e, -ENOMEM, "Out of memory");
                worker_failed(w, e);
        }
        return 0;
}

static int health_apply(struct worker *w, struct error **reterr) {
        if (!w->units || !worker_main_unit(w)) {
                worker_note(w, w->units ? "there is no unit" : "systemd does not run here");
                return STEP_NOTHING;
        }
        if (worker_stays_stopped(w)) {
                worker_note(w, "the service was stopped");
                return STEP_NOTHING;
        }
        unsigned seconds = w->plan->health_seconds ? w->plan->health_seconds : SECONDS_DEFAULT;
        w->until = worker_now() + seconds * 1000000ULL;
        w->settled = 0;
        w->tries = 0;
        health_again(w, 0);
        return STEP_WAITS;
}

static void health_stop(struct worker *w) {
        struct error *e = NULL;
        w->op = op_cancel(w->op);
        w->timer = sd_event_source_disable_unref(w->timer);
        w->pty = pty_free(w->pty);
        error_set(&e, -ECANCELED, "Cancelled while the service was checked");
        worker_failed(w, e);
}

const struct step health_step = { .step = STEP_HEALTH, .apply = health_apply, .stop = health_stop };
