/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "backend/worker/step.h"
#include "base/str.h"

static void on_enabled(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e) {
                error_wrap(&e, e->code, "%s could not be enabled", worker_main_unit(w));
                worker_failed(w, e);
                return;
        }
        worker_note(w, "%s", worker_main_unit(w));
        worker_ended(w);
}

static int enable_apply(struct worker *w, struct error **reterr) {
        const char *unit = worker_main_unit(w);
        if (!w->units || !unit) {
                worker_note(w, unit ? "systemd does not run here" : "there is no unit");
                return STEP_NOTHING;
        }
        if (w->plan->verb == VERB_UPGRADE && w->record && strv_contains(w->record->units, unit)) {
                worker_note(w, "it is as it was");
                return STEP_NOTHING;
        }
        if (w->made_quadlet) {
                worker_note(w, "[Install] in the .container file does it");
                return STEP_NOTHING;
        }
        w->op = units_act(w->units, unit, UNIT_ENABLE, on_enabled, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

/* The links lie in /etc, which the snapshot puts back. */
const struct step enable_step = { .step = STEP_ENABLE, .apply = enable_apply };
