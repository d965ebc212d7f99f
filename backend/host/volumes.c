/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes of the engine that an uninstall kept. */
#include "backend/host/internal.h"
#include "backend/store/services.h"

/* Whether an installed service has its state in this volume. */
static bool volumes_is_used(const struct service_list *services, const char *name, size_t n) {
        for (size_t i = 0; i < services->n; i++)
                for (char **v = services->items[i]->volumes; v && *v; v++)
                        if (strncmp(*v, name, n) == 0 && (*v)[n] == ':')
                                return true;
        return false;
}

static void volumes_on_list(char **volumes, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        _cleanup_strv_ char **all = volumes;
        _cleanup_(service_list_freep) struct service_list *services = services_list(&c->backend->paths, NULL);
        char **kept = NULL;
        for (char **v = all; v && *v; v++)
                if (!volumes_is_used(services, *v, strcspn(*v, ":")))
                        strv_add(&kept, *v);
        volumes_done_t done = c->done.volumes;
        void *data = c->userdata;
        op_end(&c->op);
        done(kept, e, data);
}

struct op *backend_list_volumes(struct host *host, volumes_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.volumes = done;
        return op_wait(&c->op, engine_list_volumes(c->backend->engine, volumes_on_list, c));
}

static void volumes_on_removed(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        nothing_done_t done = c->done.nothing;
        void *data = c->userdata;
        op_end(&c->op);
        done(e, data);
}

struct op *backend_remove_volume(struct host *host, const char *name, nothing_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.nothing = done;
        return op_wait(&c->op, engine_remove_volume(c->backend->engine, name, volumes_on_removed, c));
}
