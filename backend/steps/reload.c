/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "backend/steps/step.h"

static void on_reloaded(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e) {
                error_wrap(&e, e->code, "systemd could not read its units again");
                worker_failed(w, e);
        } else
                worker_ended(w);
}

static int apply(struct worker *w, struct error **reterr) {
        if (!w->units) {
                worker_note(w, "systemd does not run here");
                return STEP_NOTHING;
        }
        if (w->plan->verb != VERB_UNINSTALL && !worker_main_unit(w)) {
                worker_note(w, "there is no new unit");
                return STEP_NOTHING;
        }
        w->op = units_reload(w->units, on_reloaded, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

const struct step reload_step = { .step = STEP_RELOAD, .apply = apply };
