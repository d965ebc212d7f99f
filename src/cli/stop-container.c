/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/stop-container.h"

#include "cli/lookup.h"
#include "cli/out.h"
#include "model/plan/plan.h"

int stop_container(struct session *s, const char *name) {
        const struct plan_order order = { .verb = VERB_STOP, .name = name };
        struct plan *plan = NULL;
        int r = session_make_plan(s, &order, &plan, &s->error);
        if (r < 0 && r != -ENOENT)
                return r;
        if (plan && plan->command && !plan->host_command && plan_permitted(plan, NULL) >= 0)
                /* the plan ends with this process */
                return exec_command(plan->command->argv, plan->environment);
        plan_free(plan);
        if (!service_name_valid(name))
                return error_set(&s->error, -EINVAL, "\"%s\" is not a container's name", name);
        const char *engine = host_engine_path(s->host);
        if (!engine)
                return error_set(&s->error, -ENODEV, "No container engine is on this host");
        return exec_command((char *const[]) { (char *) engine, (char *) "stop", (char *) name, NULL }, NULL);
}
