/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "backend/store/job-folder.h"
#include "backend/worker/step.h"
#include "base/str.h"

static void reload_on_started(struct worker *w) {
        worker_ended(w);
}

/* What the install stopped runs again, by the host's own unit of that name: a container gives its service
 * back. */
static void start_former(struct worker *w, struct unit_list *units) {
        _cleanup_strv_ char **before = NULL;
        char **names = NULL;
        struct error *e = NULL;
        _cleanup_close_ int folder =
                w->record && w->record->job ? jobfolder_open(w->paths, w->record->job, NULL) : -1;
        if (folder >= 0)
                (void) worker_load_lines_of(folder, "active-before", &before, NULL);
        for (size_t i = 0; units && i < units->n; i++) {
                const struct unit *u = &units->items[i];
                if (strv_contains(w->record->units, u->name) && strv_contains(before, u->name) &&
                    str_equal(u->load, "loaded"))
                        (void) strv_add(&names, u->name);
        }
        if (worker_act_on_units(w, names, UNIT_START, reload_on_started, &e) < 0)
                worker_failed(w, e);
}

static void reload_on_units(struct unit_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e)
                worker_log_error(w, e);
        error_free(e);
        start_former(w, list);
        unit_list_free(list);
}

static void reload_on_reloaded(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e) {
                error_wrap(&e, e->code, "systemd could not read its units again");
                worker_failed(w, e);
                return;
        }
        if (w->plan->verb == VERB_UNINSTALL)
                w->op = units_list(w->units, "*.service", reload_on_units, w);
        if (!w->op)
                worker_ended(w);
}

static int reload_apply(struct worker *w, struct error **reterr) {
        if (!w->units) {
                worker_note(w, "systemd does not run here");
                return STEP_NOTHING;
        }
        if (w->plan->verb != VERB_UNINSTALL && !worker_main_unit(w)) {
                worker_note(w, "there is no new unit");
                return STEP_NOTHING;
        }
        w->op = units_reload(w->units, reload_on_reloaded, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

const struct step reload_step = { .step = STEP_RELOAD, .apply = reload_apply };
