/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's units: systemd's answers, with the container of a service's record. */

#include "backend/host/call.h"
#include "backend/store/services.h"
#include "backend/systemd/log.h"

struct op *backend_list_units(struct host *host, const char *pattern, units_done_t done, void *userdata) {
        return units_list(backend_of(host)->units, pattern, done, userdata);
}

struct op *backend_act_on_unit(struct host *host, const char *name, enum unit_action action,
                               nothing_done_t done, void *userdata) {
        return units_act(backend_of(host)->units, name, action, done, userdata);
}

/* The container of this unit's service; the caller frees; NULL: not known. */
static char *host_units_container(struct backend *b, const char *unit) {
        _cleanup_(service_list_freep) struct service_list *services = services_list(&b->paths, NULL);
        for (size_t i = 0; i < services->n; i++)
                if (strv_contains(services->items[i]->units, unit))
                        return TAKE(services->items[i]->container);
        return NULL;
}

static void host_units_shown(struct unit_detail *unit, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (unit && !unit->container)
                unit->container = host_units_container(c->backend, unit->unit.name);
        detail_done_t done = (detail_done_t) host_call_end(c, &userdata);
        done(unit, e, userdata);
}

struct op *backend_show_unit(struct host *host, const char *name, detail_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, (host_call_done) done, userdata, NULL);
        return host_call_ask(c, units_show(c->backend->units, name, host_units_shown, c));
}

struct op *backend_read_log(struct host *host, const struct log_query *query,
                            const struct log_reader *reader) {
        struct backend *b = backend_of(host);
        struct log_query whole = *query;
        _cleanup_free_ char *container =
                whole.container || !whole.unit ? NULL : host_units_container(b, whole.unit);
        if (container)
                whole.container = container;
        return unitlog_read(b->event, NULL, &whole, reader);
}
