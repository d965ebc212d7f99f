/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps that systemd does: reload, enable the main unit, start it. */
#include "backend/worker/step.h"
#include "model/plan/adopt.h"

/* The reason why there is nothing to do; NULL: there is a unit. */
static const char *units_nothing(const struct worker *w) {
        return !w->units                     ? "systemd does not run here"
               : !worker_main_unit(w)        ? "there is no unit"
               : adopt_records_only(w->plan) ? "it stays as it is"
                                             : NULL;
}

/* ---- reload ---- */

/* Units stopped by the install run again by the host's own unit, which the container had replaced. */
static int units_start_former(struct worker *w, struct error **reterr) {
        const struct unit_list *units = w->got.units_listed;
        _cleanup_close_ int folder = worker_open_install(w, NULL);
        _cleanup_strv_ char **before = folder < 0 ? NULL : worker_load_lines(folder, "active-before", NULL);
        char **names = NULL;
        for (size_t i = 0; units && i < units->n; i++) {
                const struct unit *u = &units->items[i];
                if (strv_contains(w->record->units, u->name) && strv_contains(before, u->name) &&
                    str_equal(u->load, "loaded"))
                        strv_add(&names, u->name);
        }
        return worker_act_on_units(w, names, UNIT_START, NULL, reterr);
}

static int units_reloaded(struct worker *w, struct error **reterr) {
        if (*reterr)
                return error_wrap(reterr, (*reterr)->code, "systemd could not read its units again");
        return w->plan->verb == VERB_UNINSTALL ? worker_list_units(w, "*.service", units_start_former)
                                               : STEP_ENDED;
}

static int units_apply_reload(struct worker *w, struct error **reterr) {
        /* the unit of an uninstall is gone, that of an edited Quadlet is the generator's to name */
        bool always = w->units && (w->plan->verb == VERB_UNINSTALL || w->plan->verb == VERB_EDIT);
        if (units_nothing(w) && !always)
                return worker_nothing(w, units_nothing(w));
        return worker_reload_units(w, units_reloaded);
}

/* ---- enable; the links lie in /etc, which the snapshot restores ---- */

static int units_enabled(struct worker *w, struct error **reterr) {
        worker_note(w, "%s", worker_main_unit(w));
        if (*reterr && (*reterr)->code == -ENOEXEC) {
                /* The image wrote it so: a timer, a socket or another unit starts it. */
                *reterr = error_free(*reterr);
                worker_note(w, "%s has no section [Install]; other units start it", worker_main_unit(w));
        }
        return *reterr ? error_wrap(reterr, -EIO, "%s could not be enabled", worker_main_unit(w))
                       : STEP_ENDED;
}

static int units_apply_enable(struct worker *w, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        if (units_nothing(w))
                return worker_nothing(w, units_nothing(w));
        if (plan_changes_service(w->plan->verb) && w->record && strv_contains(w->record->units, unit))
                return worker_nothing(w, "it is as it was");
        if (w->kept.made.quadlet)
                return worker_nothing(w, "[Install] in the .container file does it");
        return worker_act(w, unit, UNIT_ENABLE, units_enabled);
}

/* ---- start ---- */

static int units_started(struct worker *w, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        worker_note(w, "%s", unit);
        if (!*reterr)
                return STEP_ENDED;
        _cleanup_free_ char *hint = xstrdup((*reterr)->hint);
        if (!str_starts((*reterr)->message, unit)) /* else it says "x.service did not start: ..." itself */
                error_wrap(reterr, (*reterr)->code, "%s could not be started", unit);
        error_hint(reterr, "%s", hint ? hint : "The last lines of its log say why");
        return w->kept.made.quadlet && (*reterr)->code == -ENOENT ? worker_ask_generator(w, reterr)
                                                                  : worker_fail_unit(w, unit, reterr);
}

static int units_start(struct worker *w, struct error **reterr) {
        return worker_act(w, worker_main_unit(w), UNIT_START, units_started);
}

/* A unit of this name that runs already (the distribution's own, which the new one overrides; or the
 * installer started it) has to use the new definition. An install stops and starts it: a restart would also
 * restart the units bound to the former one, and fail where the new one excludes that (the sockets of the
 * host's own SSSD). */
static int units_shown(struct worker *w, struct error **reterr) {
        const char *unit = worker_main_unit(w),
                   *state = w->got.unit_shown ? w->got.unit_shown->unit.active : NULL;
        *reterr = error_free(*reterr); /* the start reports the reason better */
        if (!str_equal(state, "active") && !str_equal(state, "reloading") && !str_equal(state, "activating"))
                return units_start(w, reterr);
        if (str_equal(w->plan->host_unit, unit)) {
                worker_note(w, "%s runs already", unit);
                return STEP_ENDED;
        }
        if (plan_changes_service(w->plan->verb))
                return worker_act(w, unit, UNIT_RESTART, units_started);
        return worker_act(w, unit, UNIT_STOP, units_start);
}

static int units_apply_start(struct worker *w, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        if (units_nothing(w))
                return worker_nothing(w, units_nothing(w));
        if (worker_stays_stopped(w)) {
                worker_note(w, "%s was stopped, and stays so", unit);
                return STEP_NOTHING;
        }
        w->wait.stoppable = "Cancelled while the unit was started";
        return worker_show_unit(w, unit, units_shown);
}

/* First of all: a service whose container is removed under it fails, and systemd would start it again. Units
 * that ran before the job are started when the files are restored. */
static int units_undo_start(struct worker *w, struct error **reterr) {
        const char *unit = w->plan->unit.name;
        char **names = NULL;
        (void) worker_load_changes(w, NULL);
        if (!w->units || adopt_records_only(w->plan))
                return STEP_ENDED;
        strv_extend(&names, w->kept.made.units);
        if (unit && !strv_contains(names, unit))
                strv_add(&names, unit);
        return worker_act_on_units(w, names, UNIT_STOP, NULL, reterr);
}

const struct step units_steps[_JOB_STEP_MAX] = {
        [STEP_RELOAD] = { .apply = units_apply_reload },
        [STEP_ENABLE] = { .apply = units_apply_enable },
        [STEP_START] = { .apply = units_apply_start, .undo = units_undo_start },
};
