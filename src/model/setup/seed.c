/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/setup/seed.h"

#include "base/str.h"
#include "model/image/source.h"

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
        FREE_ALL(seed->host_name, seed->time_zone, seed->locale, seed->keymap, seed->layout);
        strv_free(seed->root_keys);
        if (seed->root_password)
                seed_secret_done(seed->root_password);
        free(seed->root_password);
        for (size_t i = 0; i < seed->n_services; i++)
                seed_service_done(&seed->services[i]);
        free(seed->services);
        *seed = (struct seed) {};
}

bool seed_credential_valid(const char *name) {
        return *name && *name != '.' && strlen(name) <= 255 &&
               name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789._-")] == '\0';
}

/* ---- images ---- */

int seed_image_path(const struct seed_service *service, char **ret, struct error **reterr) {
        _cleanup_(source_done) struct source source = {};
        *ret = NULL;
        /* What is wrong with a reference is said by whoever uses it. */
        if (!source_named(service->image) || source_parse(service->image, ".", &source, NULL) < 0 ||
            source.transport == SOURCE_REGISTRY)
                return 0;
        const char *path = str_starts(source.at, "./");
        if (!path)
                return 0;
        _cleanup_strv_ char **parts = strv_split(path, "/");
        for (char **part = parts; part && *part; part++)
                if (STR_IN_SET(*part, ".", ".."))
                        return error_set(reterr, -EINVAL, "The path %s leads out of the answer file's folder",
                                         path);
        if (!parts || !*parts)
                return error_set(reterr, -EINVAL, "The path %s names nothing", path);
        *ret = strv_join(parts, "/");
        return 0;
}

char *seed_image(const struct seed_service *service, const char *folder) {
        _cleanup_(source_done) struct source source = {};
        _cleanup_free_ char *path = NULL;
        if (seed_image_path(service, &path, NULL) < 0 || !path ||
            source_parse(service->image, folder, &source, NULL) < 0)
                return xstrdup(service->image);
        return source_text(&source);
}

bool seed_wants_network(const struct seed *seed) {
        for (size_t i = 0; i < seed->n_services; i++) {
                const char *image = seed->services[i].image;
                if (str_starts(image, "docker://") ||
                    (!source_named(image) && !str_starts(image, "localhost/")))
                        return true;
        }
        return false;
}

struct setup_change *seed_changes(const struct seed *seed, size_t *ret_n) {
        size_t n = 0;
        struct setup_change *changes = xcalloc(6 + strv_length(seed->root_keys), sizeof *changes);
        const struct setup_change texts[] = { { SETUP_LOCALE, seed->locale, NULL },
                                              { SETUP_KEYMAP, seed->keymap, NULL },
                                              { SETUP_LAYOUT, seed->layout, NULL },
                                              { SETUP_HOST_NAME, seed->host_name, NULL },
                                              { SETUP_TIME, seed->time_zone, NULL } };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (texts[i].value)
                        changes[n++] = texts[i];
        if (seed->root_password)
                changes[n++] = (struct setup_change) { SETUP_ROOT_PASSWORD, NULL, NULL };
        for (char **key = seed->root_keys; key && *key; key++)
                changes[n++] = (struct setup_change) { SETUP_ROOT_KEY, *key, NULL };
        *ret_n = n;
        return changes;
}
