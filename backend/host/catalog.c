/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth offering, and what short names mean: small files that people and packages put there. They are
 * read again when they changed: every list asks, and so does every key in the finder of images. */

#include "backend/host/internal.h"

void backend_texts_done(struct backend_texts *texts) {
        catalog_done(&texts->catalog);
        registries_done(&texts->registries);
}

/* A profile that is not there must not be missed only when an install asks too little. */
static void host_catalog_check_profiles(struct backend *b) {
        struct catalog *catalog = &b->texts.catalog;
        for (size_t i = 0; i < catalog->n; i++) {
                struct catalog_entry *entry = catalog->items + i;
                if (!entry->profile || profiles_named(b->profiles, entry->profile))
                        continue;
                struct error *e = NULL;
                error_set(&e, -ENOENT, "%s:%u: There is no profile \"%s\", so \"%s\" is offered without it",
                          entry->file, entry->line, entry->profile, entry->title);
                catalog_keep_error(catalog, e);
                str_replace(&entry->profile, NULL);
        }
}

const struct catalog *backend_read_catalog(struct host *host) {
        struct backend *b = backend_of(host);
        uint64_t stamp = catalogs_stamp(&b->paths);
        if (stamp != b->texts.catalog_stamp) {
                catalog_done(&b->texts.catalog);
                catalogs_read(&b->paths, &b->texts.catalog);
                host_catalog_check_profiles(b);
                b->texts.catalog_stamp = stamp;
        }
        return &b->texts.catalog;
}

/* Whoever shows a list has painted its frame by its first image. A list of thousands looks once in each turn
 * of the loop. */
int backend_find_profile(struct host *host, const struct image *image, struct profile **ret,
                         struct error **reterr) {
        struct backend *b = backend_of(host);
        uint64_t turn = 0;
        sd_event_get_iteration(b->event, &turn);
        if (!b->texts.catalog_stamp || turn != b->texts.turn)
                backend_read_catalog(host);
        b->texts.turn = turn;
        const char *named = NULL;
        for (char **name = image->names; !named && name && *name; name++)
                named = catalog_profile(&b->texts.catalog, *name);
        return profiles_find(b->profiles, image, named, ret, reterr);
}

int backend_resolve_name(struct host *host, const char *name, char ***ret, char **why,
                         struct error **reterr) {
        struct backend *b = backend_of(host);
        uint64_t stamp = registries_stamp(b->paths.root);
        if (stamp != b->texts.registries_stamp) {
                registries_done(&b->texts.registries);
                registries_read(b->paths.root, &b->texts.registries);
                b->texts.registries_stamp = stamp;
        }
        return registries_resolve(&b->texts.registries, name, ret, why, reterr);
}
