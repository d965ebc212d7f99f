/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "backend/worker/step.h"
#include "base/str.h"

static void start_on_started(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e) {
                error_wrap(&e, e->code, "%s could not be started", worker_main_unit(w));
                if (!e->hint)
                        error_hint(&e, "journalctl -u %s says more", worker_main_unit(w));
                worker_failed(w, e);
                return;
        }
        worker_note(w, "%s", worker_main_unit(w));
        worker_ended(w);
}

static void start_now(struct worker *w) {
        w->op = units_act(w->units, worker_main_unit(w), UNIT_START, start_on_started, w);
        if (!w->op) {
                struct error *e = NULL;
                error_set(&e, -ENOMEM, "Out of memory");
                worker_failed(w, e);
        }
}

static void on_former_stopped(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e)
                worker_log_error(w, e);
        error_free(e);
        start_now(w);
}

/* A unit of this name that runs already (the distribution's own, which the new one overrides; or the
 * installer started it) has to take the new definition up. At an install it is stopped and started: a restart
 * would restart what was bound to the former one, too, and fail where the new one excludes that (the sockets
 * of the host's own SSSD). */
static void start_on_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        bool active = detail && (str_equal(detail->unit.active, "active") ||
                                 str_equal(detail->unit.active, "reloading") ||
                                 str_equal(detail->unit.active, "activating"));
        unit_detail_free(detail);
        error_free(e);  /* what is wrong with the unit, starting it will tell better */
        if (active && str_equal(w->plan->host_unit, worker_main_unit(w))) {
                worker_note(w, "%s runs already", worker_main_unit(w));
                worker_ended(w);
                return;
        }
        if (!active) {
                start_now(w);
                return;
        }
        bool upgrade = w->plan->verb == VERB_UPGRADE;
        w->op = units_act(w->units, worker_main_unit(w), upgrade ? UNIT_RESTART : UNIT_STOP,
                          upgrade ? start_on_started : on_former_stopped, w);
        if (!w->op) {
                e = NULL;
                error_set(&e, -ENOMEM, "Out of memory");
                worker_failed(w, e);
        }
}

static int start_apply(struct worker *w, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        if (!w->units || !unit) {
                worker_note(w, unit ? "systemd does not run here" : "there is no unit");
                return STEP_NOTHING;
        }
        if (worker_stays_stopped(w)) {
                worker_note(w, "%s was stopped, and stays so", unit);
                return STEP_NOTHING;
        }
        w->op = units_show(w->units, unit, start_on_shown, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

static void start_stop(struct worker *w) {
        struct error *e = NULL;
        w->op = op_cancel(w->op);
        error_set(&e, -ECANCELED, "Cancelled while the unit was started");
        worker_failed(w, e);
}

static void start_on_stopped(struct worker *w) {
        worker_ended(w);
}

/* Before anything else is taken back: a service whose container is removed under it fails, and systemd would
 * start it again. What ran before the job is started when the files are back. */
static int start_undo(struct worker *w, struct error **reterr) {
        (void) worker_load_changes(w, NULL);
        char **names = NULL;
        int r = strv_extend(&names, w->made_units);
        if (r >= 0 && w->plan->unit.name && !strv_contains(names, w->plan->unit.name))
                r = strv_add(&names, w->plan->unit.name);
        if (r >= 0 && w->units && names)
                r = worker_act_on_units(w, TAKE(names), UNIT_STOP, start_on_stopped, reterr);
        else if (r >= 0)
                r = STEP_ENDED;
        strv_free(names);
        return r;
}

const struct step start_step = {
        .step = STEP_START,
        .apply = start_apply,
        .undo = start_undo,
        .stop = start_stop,
};
