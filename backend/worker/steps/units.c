/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps that systemd does: reload, enable the main unit, start it. */

#include "backend/worker/step.h"

/* Notes why there is nothing to do; false: there is a unit. */
static bool units_nothing(struct worker *w) {
        if (!w->units)
                worker_note(w, "systemd does not run here");
        else if (!worker_main_unit(w))
                worker_note(w, "there is no unit");
        else
                return false;
        return true;
}

/* ---- reload ---- */

/* Units stopped by the install run again by the host's own unit, which the container had replaced. */
static void units_on_listed(struct unit_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        _cleanup_(unit_list_freep) struct unit_list *units = list;
        _cleanup_strv_ char **before = NULL;
        char **names = NULL;
        w->op = op_cancel(w->op);
        worker_pass(w, e);
        _cleanup_close_ int folder = worker_open_install(w, NULL);
        if (folder >= 0)
                (void) worker_load_lines(folder, "active-before", &before, NULL);
        for (size_t i = 0; units && i < units->n; i++) {
                const struct unit *u = &units->items[i];
                if (strv_contains(w->record->units, u->name) && strv_contains(before, u->name) &&
                    str_equal(u->load, "loaded"))
                        strv_add(&names, u->name);
        }
        worker_act_on_units(w, names, UNIT_START, NULL);
}

static void units_on_reloaded(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e) {
                error_wrap(&e, e->code, "systemd could not read its units again");
                worker_failed(w, e);
        } else if (w->plan->verb == VERB_UNINSTALL)
                w->op = units_list(w->units, "*.service", units_on_listed, w);
        else
                worker_settle(w, STEP_ENDED, NULL);
}

static int units_apply_reload(struct worker *w, struct error **reterr) {
        if (!(w->units && w->plan->verb == VERB_UNINSTALL) && units_nothing(w))
                return STEP_NOTHING;
        w->op = units_reload(w->units, units_on_reloaded, w);
        return STEP_WAITS;
}

/* ---- enable; the links lie in /etc, which the snapshot restores ---- */

static void units_on_enabled(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e)
                error_wrap(&e, e->code, "%s could not be enabled", worker_main_unit(w));
        worker_note(w, "%s", worker_main_unit(w));
        worker_settle(w, e ? -EIO : STEP_ENDED, e);
}

static int units_apply_enable(struct worker *w, struct error **reterr) {
        if (units_nothing(w))
                return STEP_NOTHING;
        const char *unit = worker_main_unit(w);
        if (w->plan->verb == VERB_UPGRADE && w->record && strv_contains(w->record->units, unit)) {
                worker_note(w, "it is as it was");
                return STEP_NOTHING;
        }
        if (w->made.quadlet) {
                worker_note(w, "[Install] in the .container file does it");
                return STEP_NOTHING;
        }
        w->op = units_act(w->units, unit, UNIT_ENABLE, units_on_enabled, w);
        return STEP_WAITS;
}

/* ---- start ---- */

static void units_on_started(struct error *e, void *userdata) {
        struct worker *w = userdata;
        const char *unit = worker_main_unit(w);
        w->op = op_cancel(w->op);
        if (e) {
                error_wrap(&e, e->code, "%s could not be started", unit);
                if (!e->hint)
                        error_hint(&e, "journalctl -u %s says more", unit);
        }
        worker_note(w, "%s", unit);
        worker_settle(w, e ? -EIO : STEP_ENDED, e);
}

static void units_start(struct worker *w) {
        w->op = units_act(w->units, worker_main_unit(w), UNIT_START, units_on_started, w);
}

static void units_on_former_stopped(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        worker_pass(w, e);
        units_start(w);
}

/* A unit of this name that runs already (the distribution's own, which the new one overrides; or the
 * installer started it) has to use the new definition. An install stops and starts it: a restart would also
 * restart the units bound to the former one, and fail where the new one excludes that (the sockets of the
 * host's own SSSD). */
static void units_on_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct worker *w = userdata;
        const char *unit = worker_main_unit(w), *state = detail ? detail->unit.active : NULL;
        w->op = op_cancel(w->op);
        bool active =
                str_equal(state, "active") || str_equal(state, "reloading") || str_equal(state, "activating");
        unit_detail_free(detail);
        error_free(e); /* the start reports the reason better */
        if (!active)
                units_start(w);
        else if (str_equal(w->plan->host_unit, unit)) {
                worker_note(w, "%s runs already", unit);
                worker_settle(w, STEP_ENDED, NULL);
        } else if (w->plan->verb == VERB_UPGRADE)
                w->op = units_act(w->units, unit, UNIT_RESTART, units_on_started, w);
        else
                w->op = units_act(w->units, unit, UNIT_STOP, units_on_former_stopped, w);
}

static int units_apply_start(struct worker *w, struct error **reterr) {
        if (units_nothing(w))
                return STEP_NOTHING;
        const char *unit = worker_main_unit(w);
        if (worker_stays_stopped(w)) {
                worker_note(w, "%s was stopped, and stays so", unit);
                return STEP_NOTHING;
        }
        w->op = units_show(w->units, unit, units_on_shown, w);
        return STEP_WAITS;
}

static void units_stop_start(struct worker *w) {
        worker_fail(w, -ECANCELED, "Cancelled while the unit was started");
}

/* First of all: a service whose container is removed under it fails, and systemd would start it again. Units
 * that ran before the job are started when the files are restored. */
static int units_undo_start(struct worker *w, struct error **reterr) {
        const char *unit = w->plan->unit.name;
        char **names = NULL;
        (void) worker_load_changes(w, NULL);
        if (!w->units)
                return STEP_ENDED;
        strv_extend(&names, w->made.units);
        if (unit && !strv_contains(names, unit))
                strv_add(&names, unit);
        return worker_act_on_units(w, names, UNIT_STOP, NULL);
}

const struct step units_steps[_JOB_STEP_MAX] = {
        [STEP_RELOAD] = { .apply = units_apply_reload },
        [STEP_ENABLE] = { .apply = units_apply_enable },
        [STEP_START] = { .apply = units_apply_start, .undo = units_undo_start, .stop = units_stop_start },
};
