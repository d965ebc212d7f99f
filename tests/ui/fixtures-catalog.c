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

/* Three tags: at once, then the labels of one, an error of another, and at last the third. */
static bool source_tags(const char *text, unsigned time, source_seen_t seen, void *userdata) {
        static const char *const tags[] = { "8", "9", HOSTILE_LONG };
        static const struct error refused = { .code = -EACCES, .message = (char *) "The registry registry.example.test wants a password" };
        _cleanup_image_ struct image *image = new0(struct image);
        image_add_label(image, "INSTALL", "podman run IMAGE install");
        image_add_label(image, "org.opencontainers.image.version", time == 1 ? "8.2302" : HOSTILE_ESCAPE);
        image_add_label(image, "org.opencontainers.image.description", time == 1 ? "Rsyslog: system logging" : HOSTILE_BIDI);
        image->size = 41000000;
        for (size_t i = 0; i < ELEMENTS(tags); i++) {
                _cleanup_free_ char *reference = str_printf("%s:%.120s", text, tags[i]);
                const struct source_row row = { .at = i, .reference = reference, .image = time && i != 1 ? image : NULL,
                                                .error = time && i == 1 ? &refused : NULL };
                if (time == 0 || (time == 1 && i < 2) || (time == 2 && i == 2))
                        seen(&row, userdata);
        }
        return time < 2;
}

/* A registry that is gone. */
static bool source_none(const char *text, unsigned time, source_seen_t seen, void *userdata) {
        return false;
}

bool fixture_use_catalog(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "catalog", "none", offsetof(struct fake_host, catalog), NULL },
                { "catalog", "few", offsetof(struct fake_host, catalog), (void *) catalog_few },
                { "source", "tags", offsetof(struct fake_host, source), (void *) source_tags },
                { "source", "none", offsetof(struct fake_host, source), (void *) source_none },
                { "registries", "two", offsetof(struct fake_host, resolve), (void *) resolve_two },
                { "registries", "none", offsetof(struct fake_host, resolve), (void *) resolve_none },
        };
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
