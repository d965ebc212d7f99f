/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Containers that run by somebody's "podman run": no unit starts them again, and they could be adopted. */
#include "backend/host/internal.h"
#include "backend/store/services.h"

static bool loose_is_service(const struct service_list *services, const char *name) {
        for (size_t i = 0; i < services->n; i++)
                if (str_equal(services->items[i]->container, name))
                        return true;
        return false;
}

static void loose_on_list(struct container_list *containers, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        _cleanup_(container_list_freep) struct container_list *all = containers;
        _cleanup_(service_list_freep) struct service_list *services = services_list(&c->backend->paths, NULL);
        char **loose = NULL;
        for (size_t i = 0; all && i < all->n; i++) {
                const struct container *k = &all->items[i];
                if (k->name && !k->unit && str_equal(k->state, "running") &&
                    !loose_is_service(services, k->name))
                        strv_addf(&loose, "%s:%s", k->name, k->image ? k->image : "");
        }
        volumes_done_t done = c->done.volumes;
        void *data = c->userdata;
        op_end(&c->op);
        done(loose, e, data);
}

struct op *backend_list_loose(struct host *host, volumes_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.volumes = done;
        return op_wait(&c->op, engine_list_containers(c->backend->engine, loose_on_list, c));
}
