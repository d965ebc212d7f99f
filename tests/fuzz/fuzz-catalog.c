/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a catalog (first byte even) or as registries.conf: no crash, and what is accepted can be used. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/format/catalogs.h"
#include "backend/format/registries.h"
#include "model/image/image.h"
#include "model/image/source.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void as_catalog(const char *text, size_t n) {
        struct catalog catalog = {};
        struct error *e = NULL;
        int r = catalog_parse("x.json", text, n, &catalog, &e);
        MUST(r >= 0 ? !e : e && e->message && catalog.n == 0);
        catalog_sort(&catalog);
        for (size_t i = 0; i < catalog.n; i++) {
                struct source source = {};
                MUST(catalog.items[i].title && source_parse(catalog.items[i].reference, NULL, &source, NULL) >= 0);
                source_done(&source);
        }
        catalog_done(&catalog);
        error_free(e);
}

static void as_registries(const char *text, size_t n) {
        struct registries r = {};
        registries_parse("x.conf", text, n, &r);
        MUST(strv_length(r.search) <= REGISTRIES_SEARCH_MAX && r.n_aliases <= REGISTRIES_ALIASES_MAX);
        char **names = NULL, *why = NULL;
        struct error *e = NULL;
        int k = registries_resolve(&r, "x:1", &names, &why, &e);
        MUST(k >= 0 ? names && names[0] : e && !names);
        for (char **name = names; name && *name; name++)
                MUST(reference_valid(*name) && reference_split(*name).registry.n);
        strv_free(names);
        free(why);
        error_free(e);
        registries_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n == 0)
                return 0;
        /* a copy of exactly these bytes: a sanitizer sees a look beyond */
        char *text = malloc(n > 1 ? n - 1 : 1);
        MUST(text);
        memcpy(text, bytes + 1, n - 1);
        if (bytes[0] % 2)
                as_registries(text, n - 1);
        else
                as_catalog(text, n - 1);
        free(text);
        return 0;
}
