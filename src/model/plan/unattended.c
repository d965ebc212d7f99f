/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/plan.h"

/* Whether the job of a plan may run while nobody looks. */

int plan_unattended(const struct plan *plan, struct error **reterr) {
        /* Its keys change in the realm with it, and the logins of everybody may depend on it. */
        if (plan->member) {
                error_set(reterr, -EPERM,
                          "%s joined this host to a realm: such a service is never updated unattended",
                          plan->name);
                return error_hint(reterr, "fairlead upgrade %s, while somebody looks", plan->name);
        }
        for (size_t i = 0; i < plan->findings.n; i++) {
                const struct finding *f = &plan->findings.items[i];
                if (f->severity != SEVERITY_BLOCK)
                        continue;
                error_set(reterr, -EPERM, "%s: %s", f->where ? f->where : f->id, f->message);
                error_wrap(reterr, -EPERM,
                           "The finding %s blocks the update of %s: only a person can allow it", f->id,
                           plan->name);
                return error_hint(reterr, "fairlead upgrade %s --allow %s", plan->name, f->id);
        }
        if (plan->n_secrets) {
                error_set(reterr, -EPERM, "The update of %s asks for a secret (%s), which nobody would type",
                          plan->name, plan->secrets[0].name);
                return error_hint(reterr, "fairlead upgrade %s", plan->name);
        }
        return 0;
}
