/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/updates/updates.h"

static int approve_one(struct session *s, const char *name, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_plan_ struct plan *plan = NULL;
        _cleanup_(order_done) struct order order = {};
        int r = find_service(s, name, &service, &s->error);
        if (r < 0)
                return r;
        if (!service) {
                error_set(&s->error, -ENOENT, "No service named %s is installed", name);
                return error_hint(&s->error, "fairlead services lists those that are");
        }
        r = order_read_upgrade(s, a, service, &order, &s->error);
        if (r < 0)
                return r;
        int status = follow_agree(s, &order, a, &plan);
        if (!plan)
                return status;
        r = host_approve_update(s->host, service->name, plan, &s->error);
        if (r == -EPERM) { /* it wants a person at its job */
                out_error(s->error);
                s->error = error_free(s->error);
                return EXIT_REFUSED;
        }
        if (r < 0)
                return r;
        out("\n%s is approved: fairlead updates --apply, or " APPLY_TIMER " when it is enabled, carries out "
            "exactly this plan. A newer image than this one is not approved.\n",
            service->name);
        return EXIT_DONE;
}

/* Those that wait for an approval. */
static int approve_find_open(struct session *s, char ***ret) {
        _cleanup_(update_list_freep) struct update_list *list = NULL;
        int64_t now = (int64_t) time(NULL);
        int r = session_list_updates(s, false, NULL, &list, &s->error);
        for (size_t i = 0; r >= 0 && i < list->n; i++)
                if (update_waits(&list->items[i], now) && !update_approved(&list->items[i]))
                        strv_add(ret, list->items[i].name);
        return r;
}

/* What cannot be compared is said by its plan, too. */
static void approve_print_changes(struct session *s, const char *name) {
        _cleanup_(update_detail_freep) struct update_detail *detail = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (session_show_update(s, name, false, &detail, &e) >= 0)
                detail_print(detail);
        else
                out("\n%s\n", name);
        out("\n");
}

int approve_updates(struct session *s, const struct arguments *a) {
        _cleanup_strv_ char **open = NULL;
        int worst = EXIT_DONE;
        int r = a->given[OPTION_ALL_UPDATES] ? approve_find_open(s, &open) : 0;
        if (r < 0)
                return r;
        char *const *names = a->given[OPTION_ALL_UPDATES] ? open : a->words;
        if (argument_value(a, OPTION_CONSENT) && strv_length(names) > 1)
                return error_set(&s->error, -EINVAL, "--consent is for one service: name only that one");
        if (!names || !*names)
                out("No newer image waits for an approval: nothing was done.\n");
        for (char *const *name = names; name && *name; name++) {
                approve_print_changes(s, *name);
                int status = session_status(s, approve_one(s, *name, a));
                if (worst == EXIT_DONE)
                        worst = status;
        }
        return worst;
}

int approve_withdraw(struct session *s, const struct arguments *a) {
        for (char **name = a->words; *name; name++) {
                int r = host_approve_update(s->host, *name, NULL, &s->error);
                if (r < 0)
                        return r;
                out("%s is not approved.\n", *name);
        }
        return EXIT_DONE;
}
