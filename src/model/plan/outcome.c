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

/* ---- commands in the service's container ---- */

static void outcome_add_exec(const struct plan *plan, char ***argv) {
        strv_add(argv, plan->run->argv[0]);
        strv_add(argv, "exec");
        strv_add(argv, plan->run->name ? plan->run->name : plan->name);
}

static void outcome_set_health(struct making *m) {
        const struct profile *profile = m->request->profile;
        struct plan *plan = m->plan;
        plan->health_seconds = profile && profile->health_seconds ? profile->health_seconds : 10;
        if (!profile || !profile->health_argv || !str_equal(profile->health_command, "exec") || !plan->run)
                return;
        outcome_add_exec(plan, &plan->health_argv);
        strv_extend(&plan->health_argv, profile->health_argv);
}

/* In the service's container if any, else on the host itself. */
static void outcome_set_renew(struct making *m) {
        struct plan *plan = m->plan;
        if (!plan_sets_up(plan->verb) || !m->mode || !m->mode->renew)
                return;
        if (plan->run)
                outcome_add_exec(plan, &plan->renew_argv);
        strv_extend(&plan->renew_argv, m->mode->renew);
}

void plan_set_exec(struct making *m) {
        outcome_set_health(m);
        outcome_set_renew(m);
}

/* ---- a reconfiguration ---- */

static const char *outcome_value(const struct answers *answers, const char *name) {
        const char *value = answers_get(answers, name);
        return str_empty(value) ? "(none)" : value;
}

static void outcome_add_altered(struct making *m, const char *name, const char *title) {
        const struct answers *was = m->request->service->given.answers, *now = m->plan->given.answers;
        const char *old = outcome_value(was, name), *new = outcome_value(now, name);
        if (!str_equal(old, new))
                strv_addf(&m->plan->altered, "%s: %s -> %s", title ? title : name, old, new);
}

static void outcome_add_mode(struct making *m) {
        const char *old = m->request->service->given.mode, *new = m->plan->given.mode;
        const struct profile *profile = m->request->profile;
        const struct mode *was = old && profile ? profile_mode(profile, old) : NULL;
        if (old && new && !str_equal(old, new))
                strv_addf(&m->plan->altered, "Mode: %s -> %s", was ? was->title : old, m->plan->mode_title);
}

void plan_report_altered(struct making *m) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        if (!plan->from || plan->verb == VERB_UPGRADE)
                return;
        outcome_add_mode(m);
        for (size_t i = 0; plan->given.answers && i < plan->given.answers->n; i++)
                outcome_add_altered(m, plan->given.answers->items[i].name,
                                    plan->given.answers->items[i].title);
        const struct answers *was = q->service->given.answers;
        for (size_t i = 0; was && i < was->n; i++) {
                const char *name = was->items[i].name;
                const struct param *p = q->profile ? profile_param(q->profile, name) : NULL;
                if (!answers_get(plan->given.answers, name))
                        outcome_add_altered(m, name, p ? p->title : name);
        }
        if (!plan->altered && plan->verb == VERB_RECONFIGURE)
                finding_report(&plan->findings, "nothing-altered", "answers",
                               "All answers are those that %s has: it would only be set up again",
                               plan->name);
}
