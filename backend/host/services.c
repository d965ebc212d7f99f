/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's services: the records, with their present state from systemd and the engine. systemd's answer
 * (or its timeout) is awaited; the engine gets a moment, as a dashboard must come up when the engine
 * hangs. And the port's units: systemd's answers, with the container of a service's record. */

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/store/pins.h"
#include "backend/store/services.h"
#include "base/text.h"
#include "model/service/why.h"

#define ENGINE_USEC 1500000U

struct service_listing {
        struct op op;
        struct backend *backend;
        struct service_list *services;
        struct listed_unit *units; /* one for each service */
        size_t n, waiting;         /* units; those without an answer yet */
        bool pinned;               /* the pinned units, in the form of services */
        struct op *containers, *images;
        sd_event_source *patience;
        services_done_t done;
        void *userdata;
};

struct listed_unit {
        struct service_listing *listing;
        struct service *service;
        struct op *asking;
};

static void services_drop(struct op *op) {
        struct service_listing *l = container_of(op, struct service_listing, op);
        for (size_t i = 0; i < l->n; i++)
                op_cancel(l->units[i].asking);
        free(l->units);
        op_cancel(l->containers);
        op_cancel(l->images);
        sd_event_source_disable_unref(l->patience);
        service_list_free(l->services);
}

static void services_check(struct service_listing *l) {
        if (l->waiting || l->containers || l->images)
                return;
        struct service_list *services = TAKE(l->services);
        service_list_sort(services);
        op_end(&l->op);
        l->done(services, NULL, l->userdata);
}

/* ---- the units of services ---- */

static enum service_state services_state(const struct unit_detail *d) {
        static const struct {
                const char *active;
                enum service_state state;
        } states[] = {
                { "active", SERVICE_RUNNING },      { "reloading", SERVICE_RUNNING },
                { "activating", SERVICE_STARTING }, { "deactivating", SERVICE_STOPPING },
                { "failed", SERVICE_FAILED },       { "inactive", SERVICE_STOPPED },
        };
        if (str_equal(d->unit.load, "not-found"))
                return SERVICE_NO_UNIT;
        for (size_t i = 0; i < ELEMENTS(states); i++)
                if (str_equal(states[i].active, d->unit.active))
                        return states[i].state;
        return SERVICE_UNKNOWN;
}

static void services_take_state(struct service *s, const struct unit_detail *d) {
        s->state = services_state(d);
        s->at_boot = unit_boot(d);
        s->can_reload = d->can_reload;
        s->since = d->since;
        if (s->pinned)
                str_replace(&s->pin.title, d->unit.description);
        s->cpu_nsec = d->cpu_nsec;
        s->memory = d->memory;
        s->memory_max = d->memory_max;
        s->tasks = d->tasks;
        s->restarts = d->restarts;
        if (!str_empty(d->cgroup))
                strv_add(&s->cgroups, d->cgroup);
        if (unit_was_stopped(d)) {
                s->state = SERVICE_STOPPED;
                free(s->reason);
                s->reason = unit_killed_text(d);
        }
        if (s->state == SERVICE_FAILED) {
                _cleanup_free_ char *text = unit_why_text(d), *line = text_cleaned(d->why);
                free(s->reason);
                s->reason = str_printf(line ? "%s: %s" : "%s", text, line);
        } else if (d->why && (s->state == SERVICE_RUNNING || s->state == SERVICE_STARTING)) {
                free(s->reason);
                s->reason = text_cleaned(d->why);
        }
}

static void services_on_unit(struct unit_detail *detail, struct error *e, void *userdata) {
        struct listed_unit *u = userdata;
        struct service_listing *l = u->listing;
        u->asking = op_cancel(u->asking);
        if (detail)
                services_take_state(u->service, detail);
        else if (e->code == -ENOENT)
                u->service->state = SERVICE_NO_UNIT;
        else {
                u->service->state = SERVICE_UNKNOWN;
                free(u->service->reason);
                u->service->reason = error_line(e);
        }
        unit_detail_free(detail);
        error_free(e);
        l->waiting--;
        services_check(l);
}

static void services_ask_units(struct service_listing *l) {
        for (size_t i = 0; i < l->n; i++) {
                struct listed_unit *u = &l->units[i];
                *u = (struct listed_unit){ .listing = l, .service = l->services->items[i] };
                u->service->state = SERVICE_NO_UNIT;
                if (!strv_length(u->service->units))
                        continue;
                u->asking = units_glance(l->backend->units, u->service->units[0], services_on_unit, u);
                l->waiting++;
        }
}

/* ---- the engine ---- */

static void services_take_containers(struct service_listing *l, const struct container_list *containers) {
        for (size_t i = 0; i < l->services->n; i++)
                for (size_t c = 0; c < containers->n; c++) {
                        struct service *s = l->services->items[i];
                        if (!s->container || !str_equal(containers->items[c].name, s->container))
                                continue;
                        /* systemd sees only its monitor, which runs */
                        const char *health = str_equal(containers->items[c].state, "paused")
                                                     ? "paused"
                                                     : containers->items[c].health;
                        if (health)
                                str_replace(&s->health, str_equal(health, "healthy") ? "ok" : health);
                        _cleanup_free_ char *cgroup =
                                usage_container_cgroup(l->backend, containers->items[c].id);
                        if (cgroup)
                                strv_add(&s->cgroups, cgroup);
                }
}

static void services_on_containers(struct container_list *containers, struct error *e, void *userdata) {
        struct service_listing *l = userdata;
        l->containers = op_cancel(l->containers);
        if (containers)
                services_take_containers(l, containers);
        container_list_free(containers);
        error_free(e);
        services_check(l);
}

static void services_on_images(void *userdata) {
        struct service_listing *l = userdata;
        l->images = op_cancel(l->images);
        services_check(l);
}

static int services_on_slow_engine(sd_event_source *source, uint64_t usec, void *userdata) {
        struct service_listing *l = userdata;
        l->containers = op_cancel(l->containers);
        l->images = op_cancel(l->images);
        services_check(l);
        return 0;
}

/* They have no record, and the engine knows nothing of them. */
static struct service_list *services_of_pins(const struct paths *paths) {
        struct service_list *list = new0(struct service_list);
        _cleanup_strv_ char **pins = pins_read(paths);
        for (char **pin = pins; pin && *pin; pin++) {
                struct service *s = service_new();
                s->name = xstrdup(*pin);
                s->pinned = true;
                strv_add(&s->units, *pin);
                service_list_take(list, s);
        }
        return list;
}

static void services_begin(void *state) {
        struct service_listing *l = state;
        struct error *e = NULL;
        if (services_visible(&l->backend->paths, &e) < 0) {
                services_done_t done = l->done;
                void *userdata = l->userdata;
                op_end(&l->op);
                done(NULL, e, userdata);
                return;
        }
        l->services = l->pinned ? services_of_pins(&l->backend->paths)
                                : services_list(&l->backend->paths, NULL);
        l->n = l->services->n;
        l->units = xcalloc(l->n + 1, sizeof *l->units);
        services_ask_units(l);
        if (l->pinned) {
                if (!l->n)
                        services_check(l);      /* nothing answers later */
                return;
        }
        l->containers = engine_list_containers(l->backend->engine, services_on_containers, l);
        l->images = l->n ? backend_image_states(l->backend, l->services, services_on_images, l) : NULL;
        sd_event_add_time_relative(l->backend->event, &l->patience, CLOCK_MONOTONIC, ENGINE_USEC, 100000,
                                   services_on_slow_engine, l);
}

static struct op *services_ask(struct host *host, bool pinned, services_done_t done, void *userdata) {
        struct service_listing *l = new0(struct service_listing);
        *l = (struct service_listing){ .op.drop = services_drop,
                                       .backend = backend_of(host),
                                       .pinned = pinned,
                                       .done = done,
                                       .userdata = userdata };
        return op_answer(&l->op, l->backend->event, services_begin);
}

struct op *backend_list_services(struct host *host, services_done_t done, void *userdata) {
        return services_ask(host, false, done, userdata);
}

struct op *backend_list_pinned(struct host *host, services_done_t done, void *userdata) {
        return services_ask(host, true, done, userdata);
}

int backend_pin_unit(struct host *host, const char *unit, bool *ret, struct error **reterr) {
        struct backend *b = backend_of(host);
        int r = pins_toggle(&b->paths, unit, ret, reterr);
        if (r >= 0)
                backend_changed(b, TOPIC_SERVICES);
        return r;
}

/* ---- units ---- */

struct op *backend_list_units(struct host *host, const char *pattern, units_done_t done, void *userdata) {
        const char *name;
        struct units *units = backend_units(backend_of(host), pattern, &name);
        return units_list(units, str_empty(name) ? NULL : name, done, userdata);
}

struct op *backend_list_triggers(struct host *host, const char *pattern, triggers_done_t done,
                                 void *userdata) {
        const char *name;
        struct units *units = backend_units(backend_of(host), pattern, &name);
        return units_triggers(units, name, done, userdata);
}

/* The container of this unit's service; the caller frees; NULL: not known. */
static char *units_container(struct backend *b, const char *unit) {
        _cleanup_(service_list_freep) struct service_list *services = services_list(&b->paths, NULL);
        for (size_t i = 0; i < services->n; i++)
                if (strv_contains(services->items[i]->units, unit))
                        return TAKE(services->items[i]->container);
        return NULL;
}

static void units_on_shown(struct unit_detail *unit, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (unit && !unit->container && c->flag)
                unit->container = units_container(c->backend, unit->unit.name);
        op_end(&c->op);
        c->done.detail(unit, e, c->userdata);
}

struct op *backend_show_unit(struct host *host, const char *address, detail_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        const char *name;
        struct units *units = backend_units(c->backend, address, &name);
        c->done.detail = done;
        c->flag = units == c->backend->units;
        return op_wait(&c->op, units_show(units, name, units_on_shown, c));
}

/* The query with the container behind its unit; *ret_name, which it may point to, is the caller's. */
static struct log_query query_with_container(struct backend *b, const struct log_query *query,
                                             char **ret_name) {
        struct log_query whole = *query;
        *ret_name = whole.container || !whole.unit ? NULL : units_container(b, whole.unit);
        if (*ret_name)
                whole.container = *ret_name;
        return whole;
}

struct op *backend_read_log(struct host *host, const struct log_query *query,
                            const struct log_reader *reader) {
        struct backend *b = backend_of(host);
        _cleanup_free_ char *container = NULL;
        struct log_query whole = query_with_container(b, query, &container);
        return unitlog_read(b->event, NULL, &whole, reader);
}

struct op *backend_write_log(struct host *host, const struct log_query *query, const char *path,
                             const struct log_writer *writer) {
        struct backend *b = backend_of(host);
        _cleanup_free_ char *container = NULL;
        struct log_query whole = query_with_container(b, query, &container);
        return unitlog_write(b->event, NULL, &whole, path, writer);
}

struct op *backend_list_boots(struct host *host, boots_done_t done, void *userdata) {
        return unitlog_boots(backend_of(host)->event, NULL, done, userdata);
}

struct op *backend_show_entry(struct host *host, const char *cursor, entry_done_t done, void *userdata) {
        return unitlog_entry(backend_of(host)->event, NULL, cursor, done, userdata);
}
