/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit must become active in its time and still be active after a short while, without a restart; then
 * the profile's command, where there is one, must end with 0. */
#include "backend/worker/step.h"
#include "model/plan/adopt.h"

#define SETTLE_USEC 2000000ULL
#define PROBE_USEC 300000ULL
#define CHECK_USEC 1000000ULL
#define SECONDS_DEFAULT 10U

struct health {
        unsigned tries, restarts;
        uint64_t until, settled; /* worker_now() */
};

static int health_failed(struct worker *w, struct error **reterr) {
        error_hint(reterr, "The last lines of its log say why");
        return worker_fail_unit(w, worker_main_unit(w), reterr);
}

/* A running service is not yet a working join. */
static int health_passed(struct worker *w, struct error **reterr) {
        bool joins = w->plan->verb == VERB_INSTALL && w->plan->joins != REALM_NONE;
        return joins ? worker_verify_join(w, reterr) : STEP_ENDED;
}

/* ---- the profile's command ---- */

static int health_run_check(struct worker *w, struct error **reterr);

static int health_checked(struct worker *w, struct error **reterr) {
        const struct health *h = w->state;
        joblog_flush(w->log);
        if (w->got.exited && w->got.status == 0) {
                worker_note(w, "%s runs, its check passed", worker_main_unit(w));
                return health_passed(w, reterr);
        }
        if (worker_now() < h->until && !w->cancelled)
                return worker_wait(w, CHECK_USEC, health_run_check, reterr);
        error_set(reterr, -EIO, "%s runs, but its check did not pass: status %d", worker_main_unit(w),
                  w->got.status);
        return health_failed(w, reterr);
}

static int health_run_check(struct worker *w, struct error **reterr) {
        const struct pty_options options = { .argv = w->plan->health_argv, .stdin_fd = -1 };
        return worker_run_program(w, options, health_checked, reterr);
}

/* ---- the unit ---- */

static int health_unit_is_well(struct worker *w, struct error **reterr) {
        if (strv_length(w->plan->health_argv))
                return health_run_check(w, reterr);
        worker_note(w, "%s runs", worker_main_unit(w));
        return health_passed(w, reterr);
}

static int health_not_up(struct worker *w, const struct unit_detail *d, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        if (d->exit_status && str_equal(d->result, "exit-code"))
                error_set(reterr, -EIO, "%s did not stay up: it ended with status %d", unit, d->exit_status);
        else
                error_set(reterr, -EIO, "%s did not stay up: %s (%s)", unit,
                          d->unit.active ? d->unit.active : "?", d->result ? d->result : "?");
        return health_failed(w, reterr);
}

static int health_probe(struct worker *w, struct error **reterr);

static int health_shown(struct worker *w, struct error **reterr) {
        struct health *h = w->state;
        const struct unit_detail *d = w->got.unit_shown;
        if (!d)
                return (*reterr)->code;
        uint64_t now = worker_now();
        bool active = str_equal(d->unit.active, "active");
        if (h->tries++ == 0)
                h->restarts = d->restarts;
        if (d->restarts > h->restarts) {
                error_set(reterr, -EIO, "%s restarts again and again", worker_main_unit(w));
                return health_failed(w, reterr);
        }
        if (active && h->settled && now >= h->settled)
                return health_unit_is_well(w, reterr);
        /* A oneshot without RemainAfterExit: it ran, and that was all. */
        if (str_equal(d->unit.active, "inactive") && str_equal(d->result, "success") && d->exit_code &&
            !h->settled) {
                worker_note(w, "%s ran and ended", worker_main_unit(w));
                return STEP_ENDED;
        }
        if (str_equal(d->unit.active, "failed") || (!active && (h->settled || now >= h->until)))
                return health_not_up(w, d, reterr);
        if (active && !h->settled)
                h->settled = now + SETTLE_USEC;
        return worker_wait(w, PROBE_USEC, health_probe, reterr);
}

static int health_probe(struct worker *w, struct error **reterr) {
        return worker_show_unit(w, worker_main_unit(w), health_shown);
}

static int health_apply(struct worker *w, struct error **reterr) {
        struct health *h = w->state;
        unsigned seconds = w->plan->health_seconds ? w->plan->health_seconds : SECONDS_DEFAULT;
        if (!w->units || !worker_main_unit(w))
                return worker_nothing(w, w->units ? "there is no unit" : "systemd does not run here");
        if (adopt_records_only(w->plan))
                return worker_nothing(w, "it stays as it is");
        if (worker_stays_stopped(w))
                return worker_nothing(w, "the service was stopped");
        w->wait.stoppable = "Cancelled while the service was checked";
        h->until = worker_now() + seconds * 1000000ULL;
        return health_probe(w, reterr);
}

const struct step health_step = {
        .size = sizeof(struct health),
        .apply = health_apply,
        .clear = worker_verify_free,
};
