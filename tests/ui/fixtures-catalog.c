/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A catalog, and what short names mean on a host with two registries for them. */
#include "model/image/catalog.h"
#include "tests/ui/fixtures.h"

static const struct catalog *catalog_few(void) {
        static struct catalog_entry entries[] = {
                { (char *) "oci-archive:/media/stick/sssd.tar:sssd", (char *) "SSSD: users of a domain", (char *) "Identity", NULL, (char *) "/etc/x.json", 3 },
                { (char *) "docker://registry.example.test/services/rsyslog:8", (char *) "Rsyslog: system logging", (char *) "Logging", NULL,
                  (char *) "/etc/x.json", 2 },
                { (char *) "docker://registry.example.test/services/evil", (char *) HOSTILE_BIDI, NULL, NULL, (char *) "/etc/x.json", 4 },
        };
        static const struct catalog catalog = { .items = entries, .n = ELEMENTS(entries) };
        return &catalog;
}

static int resolve_two(const char *name, char ***ret, char **why, struct error **reterr) {
        *ret = NULL;
        *why = NULL;
        if (!reference_valid(name)) {
                error_set(reterr, -EINVAL, "\"%s\" is not the name of an image", name);
                error_hint(reterr, "Names are written HOST/NAME:TAG");
                return -EINVAL;
        }
        if (reference_split(name).registry.n) {
                strv_add(ret, name);
                return 0;
        }
        strv_addf(ret, "first.example.test/%s", name);
        strv_addf(ret, "second.example.test/%s", name);
        *why = xstrdup("/etc/containers/registries.conf names these registries");
        return 0;
}

static int resolve_none(const char *name, char ***ret, char **why, struct error **reterr) {
        *ret = NULL;
        *why = NULL;
        error_set(reterr, -ENOENT, "\"%s\" names no registry, and this host has none for such names", name);
        error_hint(reterr, "Type it as HOST/NAME");
        return -ENOENT;
}

bool fixture_use_catalog(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "catalog", "none", offsetof(struct fake_host, catalog), NULL },
                { "catalog", "few", offsetof(struct fake_host, catalog), (void *) catalog_few },
                { "registries", "two", offsetof(struct fake_host, resolve), (void *) resolve_two },
                { "registries", "none", offsetof(struct fake_host, resolve), (void *) resolve_none },
        };
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
