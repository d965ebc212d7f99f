/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What will come of a plan that nobody would expect of an install: state that is lost, nothing that runs. */

#include "model/plan/internal.h"

/* What asks for a terminal, or was started by INSTALL in the background, as a unit runs it. */
void plan_make_unit_of(struct making *m) {
        struct plan *plan = m->plan;
        if (!m->as_unit)
                return;
        if (!plan->run && plan->command && plan->command->detached)
                plan->run = TAKE(plan->command);
        if (!plan->run || !plan->run->interactive)
                return;
        _cleanup_strv_ char **argv = offers_without_terminal(plan->run);
        command_free(plan->run);
        plan->run = command_read("RUN", argv, m->engine, m->engine_path, NULL);
        finding_list_drop(&plan->findings, "interactive", "RUN");
}

static void outcome_state(struct making *m) {
        struct plan *plan = m->plan;
        if (plan->unit.kind != UNIT_QUADLET && plan->unit.kind != UNIT_SERVICE)
                return;
        _cleanup_strv_ char **lost = offers_lost(plan->run, m->request->image->volumes);
        if (!lost)
                return;
        _cleanup_free_ char *all = strv_join(lost, ", ");
        finding_report(&plan->findings, "state-lost", "RUN",
                       "Each stop and restart drops what the service writes to %s: the image keeps state "
                       "there, and RUN mounts nothing",
                       all);
}

static void outcome_no_unit(struct making *m) {
        struct plan *plan = m->plan;
        if (plan->verb == VERB_REHEARSE || !plan_sets_up(plan->verb))
                return;
        if (plan->run && plan->run->interactive) {
                finding_list_drop(&plan->findings, "interactive", "RUN");
                finding_report(&plan->findings, "no-unit", "RUN",
                               plan->command ? "RUN asks for a terminal: unless the installer makes a unit, "
                                               "nothing of %s runs by itself"
                                             : "RUN asks for a terminal, so no unit is written: nothing of "
                                               "%s runs by itself",
                               plan->name);
        }
        const struct command *c = plan->command;
        if (c && !plan->run && c->engine != ENGINE_NONE && c->detached && str_equal(c->subcommand, "run"))
                finding_report(&plan->findings, "starts-container", plan->label_key,
                               "The installer starts %s%s in the background: no unit watches it, and it does "
                               "not start at boot",
                               c->name ? "the container " : "a container", c->name ? c->name : "");
}

void plan_report_outcome(struct making *m) {
        outcome_state(m);
        outcome_no_unit(m);
}
