/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/catalog.h"

#include "base/str.h"
#include "model/image/image.h"
#include "model/image/source.h"

void catalog_entry_done(struct catalog_entry *entry) {
        FREE_ALL(entry->reference, entry->title, entry->group, entry->profile, entry->file);
}

void catalog_done(struct catalog *catalog) {
        for (size_t i = 0; i < catalog->n; i++)
                catalog_entry_done(catalog->items + i);
        for (size_t i = 0; i < catalog->n_errors; i++)
                error_free(catalog->errors[i]);
        FREE_ALL(catalog->items, catalog->errors);
        *catalog = (struct catalog) {};
}

void catalog_keep_error(struct catalog *catalog, struct error *e) {
        room_for_one((void **) &catalog->errors, catalog->n_errors, sizeof e);
        catalog->errors[catalog->n_errors++] = e;
}

/* People sort words without regard to case; the reference makes the order of equals certain. */
static int compare_entries(const void *a, const void *b) {
        const struct catalog_entry *x = a, *y = b;
        if (!x->group != !y->group)
                return x->group ? -1 : 1;
        int r = x->group ? strcasecmp(x->group, y->group) : 0;
        r = r ? r : strcasecmp(x->title, y->title);
        return r ? r : strcmp(x->reference, y->reference);
}

void catalog_sort(struct catalog *catalog) {
        if (catalog->n)
                qsort(catalog->items, catalog->n, sizeof *catalog->items, compare_entries);
}

const char *catalog_profile(const struct catalog *catalog, const char *name) {
        const char *found = NULL;
        struct reference_parts wanted = reference_split(name);
        for (size_t i = 0; i < catalog->n; i++) {
                const struct catalog_entry *entry = catalog->items + i;
                const char *rest = str_starts(entry->reference, "docker://");
                if (!entry->profile || !rest)
                        continue;
                struct reference_parts parts = reference_split(rest);
                if (!span_equal(parts.repository, wanted.repository))
                        continue;
                if (span_equal(parts.tag, wanted.tag))
                        return entry->profile;
                found = found ? found : entry->profile;
        }
        return found;
}
