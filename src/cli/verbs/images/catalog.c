/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/catalogs.h"
#include "base/text.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int catalog_list(struct session *s, const struct verb *verb, const struct arguments *a) {
        const struct catalog *catalog = host_read_catalog(s->host);
        for (size_t i = 0; i < catalog->n_errors; i++)
                out_error(catalog->errors[i]);
        if (s->json)
                return out_json(emit_catalog(catalog));
        if (!catalog->n) {
                out("No catalog offers an image. How one is written: /usr/share/doc/fairlead/catalog.\n");
                return EXIT_DONE;
        }
        struct out_table t = { .columns = 3 };
        out_table_row(&t, "GROUP", "WHAT IT IS", "IMAGE", NULL);
        for (size_t i = 0; i < catalog->n; i++) {
                const struct catalog_entry *entry = catalog->items + i;
                out_table_row(&t, entry->group ? entry->group : "-", entry->title, entry->reference, NULL);
        }
        out_table_print(&t);
        return EXIT_DONE;
}

static void catalog_say(const char *what, size_t images, bool wrong) {
        if (!wrong)
                out(plural(images, "%s: %zu image, nothing is wrong.\n",
                           "%s: %zu images, nothing is wrong.\n"),
                    what, images);
}

static int catalog_check(struct session *s, const struct verb *verb, const struct arguments *a) {
        bool wrong = false;
        if (!a->words || !a->words[0]) {
                const struct catalog *catalog = host_read_catalog(s->host);
                for (size_t i = 0; i < catalog->n_errors; i++)
                        out_error(catalog->errors[i]);
                wrong = catalog->n_errors;
                catalog_say("The catalog of this host", catalog->n, wrong);
        }
        for (char **file = a->words; file && *file; file++) {
                _cleanup_(catalog_done) struct catalog catalog = {};
                _cleanup_error_ struct error *e = NULL;
                bool bad = catalogs_check(*file, &catalog, &e) < 0;
                if (bad)
                        out_error(e);
                catalog_say(*file, catalog.n, bad);
                wrong |= bad;
        }
        return wrong ? EXIT_FAILED : EXIT_DONE;
}

const struct verb catalog_verbs[] = {
        [CATALOG_LIST] = {
                .name = "catalog list",
                .group = GROUP_INSTALL,
                .help = "list the images that the catalogs of this host offer",
                .details = "From /etc/fairlead/catalog.d and /usr/share/fairlead/catalog.d. Nothing is asked "
                           "of a registry: fairlead images --from IMAGE does.",
                .json = true,
                .run = catalog_list,
        },
        [CATALOG_CHECK] = {
                .name = "catalog check",
                .group = GROUP_INSTALL,
                .operands = "[FILE…]",
                .help = "say what is wrong with a catalog, with its line",
                .details = "Without FILE all catalogs of this host, and whether the profiles that they name "
                           "are there. Exit status 1 when something is wrong.",
                .run = catalog_check,
        },
};
