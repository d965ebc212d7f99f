/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth offering, and what short names mean: small files that people and packages put there. */

#include "backend/format/registries.h"
#include "backend/host/internal.h"

/* A profile that is not there must not be missed only when an install asks too little. */
static void host_catalog_check_profiles(struct backend *b) {
        for (size_t i = 0; i < b->catalog.n; i++) {
                struct catalog_entry *entry = b->catalog.items + i;
                if (!entry->profile || profiles_named(b->profiles, entry->profile))
                        continue;
                struct error *e = NULL;
                error_set(&e, -ENOENT, "%s:%u: There is no profile \"%s\", so \"%s\" is offered without it",
                          entry->file, entry->line, entry->profile, entry->title);
                catalog_keep_error(&b->catalog, e);
                str_replace(&entry->profile, NULL);
        }
}

const struct catalog *backend_read_catalog(struct host *host) {
        struct backend *b = backend_of(host);
        catalog_done(&b->catalog);
        catalogs_read(&b->paths, &b->catalog);
        host_catalog_check_profiles(b);
        b->catalog_read = true;
        return &b->catalog;
}

/* The catalog is read with the first image: whoever shows a list has painted its frame by then. */
int backend_find_profile(struct host *host, const struct image *image, struct profile **ret,
                         struct error **reterr) {
        struct backend *b = backend_of(host);
        if (!b->catalog_read)
                backend_read_catalog(host);
        const char *named = NULL;
        for (char **name = image->names; !named && name && *name; name++)
                named = catalog_profile(&b->catalog, *name);
        return profiles_find(b->profiles, image, named, ret, reterr);
}

int backend_resolve_name(struct host *host, const char *name, char ***ret, char **why,
                         struct error **reterr) {
        _cleanup_(registries_done) struct registries registries = {};
        registries_read(backend_of(host)->paths.root, &registries);
        return registries_resolve(&registries, name, ret, why, reterr);
}
