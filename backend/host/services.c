/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's services: the records, with their present state from systemd and the engine. systemd's answer
 * (or its timeout) is awaited; the engine gets a moment, as a dashboard must come up when the engine
 * hangs. */

#include "backend/host/internal.h"
#include "backend/store/services.h"
#include "backend/systemd/why.h"

#define ENGINE_USEC 1500000U

struct listing {
        struct backend *backend;
        struct op *op;
        struct service_list *services;
        struct error *error;
        struct listed_unit *units; /* one for each service */
        size_t waiting;            /* units without an answer yet */
        struct op *containers, *images;
        sd_event_source *patience, *start;
        services_done_t done;
        void *userdata;
};

struct listed_unit {
        struct listing *listing;
        struct service *service;
        struct op *asking;
};

static void host_services_listing_free(void *userdata) {
        struct listing *l = userdata;
        for (size_t i = 0; l->units && i < l->services->n; i++)
                op_cancel(l->units[i].asking);
        free(l->units);
        op_cancel(l->containers);
        op_cancel(l->images);
        sd_event_source_disable_unref(l->patience);
        sd_event_source_disable_unref(l->start);
        service_list_free(l->services);
        error_free(l->error);
        free(l);
}

static void listing_end(struct listing *l) {
        services_done_t done = l->done;
        void *userdata = l->userdata;
        struct service_list *services = TAKE(l->services);
        struct error *e = TAKE(l->error);
        /* The units' operations have ended; their handles go with the array. */
        for (size_t i = 0; services && l->units && i < services->n; i++)
                op_cancel(l->units[i].asking);
        free(l->units);
        l->units = NULL;
        op_finish(l->op);
        host_services_listing_free(l);
        if (services)
                service_list_sort(services);
        done(services, e, userdata);
}

static void host_services_check(struct listing *l) {
        if (!l->waiting && !l->containers && !l->images)
                listing_end(l);
}

/* ---- units ---- */

static enum service_state host_services_state(const struct unit_detail *d) {
        static const struct {
                const char *active;
                enum service_state state;
        } states[] = {
                { "active", SERVICE_RUNNING },        { "reloading", SERVICE_RUNNING },
                { "activating", SERVICE_STARTING },   { "deactivating", SERVICE_STOPPING },
                { "failed", SERVICE_FAILED },         { "inactive", SERVICE_STOPPED },
        };
        if (str_equal(d->unit.load, "not-found"))
                return SERVICE_NO_UNIT;
        for (size_t i = 0; i < ELEMENTS(states); i++)
                if (str_equal(states[i].active, d->unit.active))
                        return states[i].state;
        return SERVICE_UNKNOWN;
}

static void take_state(struct service *s, const struct unit_detail *d) {
        s->state = host_services_state(d);
        s->since = d->since;
        s->cpu_nsec = d->cpu_nsec;
        s->memory = d->memory;
        if (s->state == SERVICE_FAILED) {
                free(s->reason);
                s->reason = unit_why_text(d);
        }
}

static void host_services_unit_shown(struct unit_detail *detail, struct error *e, void *userdata) {
        struct listed_unit *u = userdata;
        struct listing *l = u->listing;
        u->asking = op_cancel(u->asking);
        if (detail)
                take_state(u->service, detail);
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
        host_services_check(l);
}

static void ask_units(struct listing *l) {
        for (size_t i = 0; i < l->services->n; i++) {
                struct listed_unit *u = &l->units[i];
                *u = (struct listed_unit) { .listing = l, .service = l->services->items[i] };
                if (!u->service->units || !u->service->units[0]) {
                        u->service->state = SERVICE_NO_UNIT;
                        continue;
                }
                u->asking = units_show(l->backend->units, u->service->units[0], host_services_unit_shown, u);
                if (u->asking)
                        l->waiting++;
        }
}

/* ---- the engine ---- */

static void take_containers(struct listing *l, const struct container_list *containers) {
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
                }
}

static void host_services_containers_came(struct container_list *containers, struct error *e,
                                          void *userdata) {
        struct listing *l = userdata;
        l->containers = op_cancel(l->containers);
        if (containers)
                take_containers(l, containers);
        container_list_free(containers);
        error_free(e);
        host_services_check(l);
}

static void take_images(struct listing *l, const struct image_list *images) {
        for (size_t i = 0; i < l->services->n; i++) {
                struct service *s = l->services->items[i];
                const struct image *own = NULL, *named = NULL;
                for (size_t k = 0; k < images->n; k++) {
                        if (str_equal(images->items[k]->id, s->pin.image_id))
                                own = images->items[k];
                        if (s->pin.reference && image_matches(images->items[k], s->pin.reference))
                                named = images->items[k];
                }
                s->image_gone = !own;
                s->newer = named && !str_equal(named->id, s->pin.image_id);
        }
}

static void images_came(struct image_list *images, struct error *e, void *userdata) {
        struct listing *l = userdata;
        l->images = op_cancel(l->images);
        if (images)
                take_images(l, images);
        image_list_free(images);
        error_free(e);
        host_services_check(l);
}

static int engine_is_slow(sd_event_source *source, uint64_t usec, void *userdata) {
        struct listing *l = userdata;
        l->containers = op_cancel(l->containers);
        l->images = op_cancel(l->images);
        host_services_check(l);
        return 0;
}

/* ---- result ---- */

static int host_services_begin(sd_event_source *source, void *userdata) {
        struct listing *l = userdata;
        l->start = sd_event_source_disable_unref(l->start);
        l->services = services_list(&l->backend->paths, NULL);
        l->units = xcalloc(l->services->n + 1, sizeof *l->units);
        ask_units(l);
        l->containers = engine_list_containers(l->backend->engine, host_services_containers_came, l);
        l->images = l->services->n ? backend_list_images(&l->backend->host, images_came, l) : NULL;
        sd_event_add_time_relative(l->backend->event, &l->patience, CLOCK_MONOTONIC, ENGINE_USEC, 100000,
                                   engine_is_slow, l);
        host_services_check(l);
        return 0;
}

struct op *backend_list_services(struct host *host, services_done_t done, void *userdata) {
        struct listing *l = new0(struct listing);
        *l = (struct listing) { .backend = backend_of(host), .done = done, .userdata = userdata };
        l->op = op_new(host_services_listing_free, l);
        return sd_event_add_defer(l->backend->event, &l->start, host_services_begin, l) >= 0
                       ? l->op
                       : op_cancel(l->op);
}
