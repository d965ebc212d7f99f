/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/setup/seed.h"

#include "base/str.h"

static void seed_secret_done(struct seed_secret *secret) {
        FREE_ALL(secret->name, secret->file, secret->credential);
}

void seed_service_done(struct seed_service *service) {
        FREE_ALL(service->image, service->name, service->mode);
        STRV_FREE_ALL(service->set, service->allow);
        for (size_t i = 0; i < service->n_secrets; i++)
                seed_secret_done(&service->secrets[i]);
        free(service->secrets);
        *service = (struct seed_service) {};
}

void seed_done(struct seed *seed) {
        FREE_ALL(seed->host_name, seed->time_zone);
        strv_free(seed->root_keys);
        if (seed->root_password)
                seed_secret_done(seed->root_password);
        free(seed->root_password);
        for (size_t i = 0; i < seed->n_services; i++)
                seed_service_done(&seed->services[i]);
        free(seed->services);
        *seed = (struct seed) {};
}

struct setup_change *seed_changes(const struct seed *seed, size_t *ret_n) {
        size_t n = 0;
        struct setup_change *changes = xcalloc(3 + strv_length(seed->root_keys), sizeof *changes);
        if (seed->host_name)
                changes[n++] = (struct setup_change) { SETUP_HOST_NAME, seed->host_name, NULL };
        if (seed->time_zone)
                changes[n++] = (struct setup_change) { SETUP_TIME, seed->time_zone, NULL };
        if (seed->root_password)
                changes[n++] = (struct setup_change) { SETUP_ROOT_PASSWORD, NULL, NULL };
        for (char **key = seed->root_keys; key && *key; key++)
                changes[n++] = (struct setup_change) { SETUP_ROOT_KEY, *key, NULL };
        *ret_n = n;
        return changes;
}
