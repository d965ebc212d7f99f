/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "backend/io/digest.h"
#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/updates/updates.h"

/* Prints the session's error; an exit status. */
static int apply_refuse(struct session *s) {
        out_error(s->error);
        s->error = error_free(s->error);
        return EXIT_REFUSED;
}

/* Whether it is the plan that a person approved, to the letter. */
static int apply_check(const struct plan *plan, const struct update *u, struct error **reterr) {
        const char *image = plan->pin.digest ? plan->pin.digest : plan->pin.image_id;
        char consent[DIGEST_HEX];
        digest_plan(plan, consent);
        if (str_equal(consent, u->approved.consent))
                return 0;
        if (!str_equal(image, u->approved.image))
                error_set(reterr, -EPERM, "%s has a newer image than the one that was approved", u->name);
        else
                error_set(reterr, -EPERM,
                          "The plan of %s is not the one that was approved: its label, its answers or its "
                          "unit differ",
                          u->name);
        return error_hint(reterr, "fairlead updates %s --approve shows it as it is now", u->name);
}

/* Begins the job and follows it. An approval is for one job: what failed is not tried again by itself. */
static int apply_start(struct session *s, const struct plan *plan, struct order *order) {
        _cleanup_free_ char *id = NULL;
        int r = session_start_job(s, plan, TAKE(order->secrets), &id, &s->error);
        if (r >= 0)
                r = host_approve_update(s->host, plan->name, NULL, &s->error);
        if (r < 0)
                return r;
        out("Job %s\n", id);
        return follow_job(s, id);
}

static int apply_plan(struct session *s, const struct update *u, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_(order_done) struct order order = {};
        _cleanup_plan_ struct plan *plan = NULL;
        int r = find_service(s, u->name, &service, &s->error);
        if (r < 0)
                return r;
        if (!service)
                return error_set(&s->error, -ENOENT, "No service named %s is installed", u->name);
        const struct arguments none = {};
        r = order_read_upgrade(s, &none, service, &order, &s->error);
        if (r >= 0)
                r = session_make_plan(s, &order.port, &plan, &s->error);
        if (r == -EALREADY) {
                out("%s\n", s->error->message);
                return EXIT_DONE;
        }
        if (r < 0)
                return r;
        if (plan_unattended(plan, &s->error) < 0 ||
            (!a->given[OPTION_YES] && apply_check(plan, u, &s->error) < 0))
                return apply_refuse(s);
        if (!a->given[OPTION_YES]) {
                plan->approved = u->approved.given;
                str_replace(&plan->approved_by, u->approved.by);
        }
        report_summary(plan);
        return apply_start(s, plan, &order);
}

static int apply_one(struct session *s, const struct update *u, const struct arguments *a) {
        int64_t now = (int64_t) time(NULL);
        char when[24];
        if (update_state(u) != UPDATE_NEWER) {
                out("No newer image of %s is known: fairlead updates %s --check asks its source now.\n",
                    u->name, u->name);
                return EXIT_DONE;
        }
        if (u->held > now) {
                report_time(when, u->held);
                error_set(&s->error, -EPERM, "The update of %s is held until %s", u->name, when);
                error_hint(&s->error, "fairlead updates %s --unhold", u->name);
                return apply_refuse(s);
        }
        if (!update_approved(u) && !a->given[OPTION_YES]) {
                error_set(&s->error, -EPERM, "The newer image of %s is not approved", u->name);
                error_hint(&s->error,
                           "fairlead updates %s --approve shows its plan; --yes applies it without", u->name);
                return apply_refuse(s);
        }
        return apply_plan(s, u, a);
}

/* With --all what is not ready is passed over: nobody asked for it by its name. */
static bool apply_wanted(const struct update *u, const struct arguments *a) {
        int64_t now = (int64_t) time(NULL);
        if (!a->given[OPTION_ALL_UPDATES])
                return strv_contains(a->words, u->name);
        return a->given[OPTION_YES] ? update_waits(u, now) : update_ready(u, now);
}

int apply_updates(struct session *s, const struct arguments *a) {
        _cleanup_(update_list_freep) struct update_list *list = NULL;
        size_t n = 0, failed = 0;
        int worst = EXIT_DONE;
        int r = session_list_updates(s, false, NULL, &list, &s->error);
        if (r < 0)
                return r;
        for (char **name = a->words; name && *name; name++)
                if (!update_list_find(list, *name)) {
                        error_set(&s->error, -ENOENT, "No service named %s is installed", *name);
                        return error_hint(&s->error, "fairlead services lists those that are");
                }
        for (size_t i = 0; i < list->n; i++) {
                const struct update *u = &list->items[i];
                if (!apply_wanted(u, a))
                        continue;
                out(n++ ? "\n%s\n" : "%s\n", u->name);
                int status = session_status(s, apply_one(s, u, a));
                failed += status != EXIT_DONE;
                if (worst == EXIT_DONE)
                        worst = status;
        }
        if (!n)
                out("No update is approved and ready: nothing was done.\n");
        else if (n > 1)
                out("\nApplied: %zu of %zu\n", n - failed, n);
        return worst;
}
