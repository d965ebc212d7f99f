/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/lookup.h"
#include "cli/stop-container.h"

#include "cli/lookup.h"
#include "cli/out.h"
#include "model/plan/plan.h"

int stop_container(struct session *s, const char *name) {
        struct error *e = NULL;
        const struct plan_order order = { .verb = VERB_STOP, .name = name };
        struct plan *plan = NULL;
        int r = session_make_plan(s, &order, &plan, &e);
        if (r < 0 && r != -ENOENT)
                return session_fail(s, e);
        error_free(e);
        if (plan && plan->command && !plan->host_command && plan_permitted(plan, NULL) >= 0)
                /* the plan ends with this process */
                return exec_command(plan->command->argv, plan->environment);
        plan_free(plan);
        if (!service_name_valid(name)) {
                out_note("fairlead: \"%s\" is not a container's name\n", name);
                return EXIT_USAGE;
        }
        const char *engine = host_engine_path(s->host);
        if (!engine) {
                out_note("fairlead: No container engine is on this host\n");
                return EXIT_FAILED;
        }
        return exec_command((char *const[]) { (char *) engine, (char *) "stop", (char *) name, NULL }, NULL);
}
