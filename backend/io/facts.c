/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/facts.h"

#include <ctype.h>

#include "backend/io/paths.h"

/* hosts(5): address, canonical name, aliases. `hostname --fqdn` finds the same one first. */
static char *name_of_hosts(const char *root, const char *hostname) {
        _cleanup_free_ char *text = paths_read(root, "/etc/hosts", NULL);
        char *word_state = NULL;
        for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
                line[strcspn(line, "#")] = '\0';
                if (!strtok_r(line, " \t\r", &word_state))
                        continue;
                const char *canonical = strtok_r(NULL, " \t\r", &word_state);
                for (const char *name = canonical; name; name = strtok_r(NULL, " \t\r", &word_state))
                        if (strcasecmp(name, hostname) == 0 && strchr(canonical, '.'))
                                return xstrdup(canonical);
        }
        return NULL;
}

/* resolv.conf(5): of several `search` and `domain` lines the last one counts. */
static char *search_domain(const char *root) {
        _cleanup_free_ char *text = paths_read(root, "/etc/resolv.conf", NULL);
        char key[256], value[256], *found = NULL;
        for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
                if (sscanf(line, "%255s %255s", key, value) == 2 && strchr(value, '.') && value[1] &&
                    (strcmp(key, "search") == 0 || strcmp(key, "domain") == 0))
                        str_replace(&found, value);
        return found;
}

/* krb5.conf(5), [libdefaults]: default_realm = NAME */
static char *default_realm(const char *root) {
        _cleanup_free_ char *text = paths_read(root, "/etc/krb5.conf", NULL);
        char name[256];
        for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
                if (sscanf(line, " default_realm = %255[^ \t\r#;]", name) == 1)
                        return xstrdup(name);
        return NULL;
}

void facts_read(const char *root, struct facts *ret) {
        char name[256] = "";
        *ret = (struct facts) {};
        if (gethostname(name, sizeof name - 1) < 0 || !name[0])
                strcpy(name, "localhost");
        ret->hostname = xstrdup(name);
        ret->fqdn = strchr(name, '.') ? xstrdup(name) : name_of_hosts(root, name);
        const char *dot = ret->fqdn ? strchr(ret->fqdn, '.') : NULL;
        ret->domain = dot && strchr(dot + 1, '.') ? xstrdup(dot + 1) : search_domain(root);
        ret->realm = default_realm(root);
        if (ret->realm)
                return;
        ret->realm = xstrdup(ret->domain);
        for (char *c = ret->realm; c && *c; c++)
                *c = (char) toupper((unsigned char) *c);
}

void facts_done(struct facts *facts) {
        FREE_ALL(facts->hostname, facts->fqdn, facts->domain, facts->realm);
        *facts = (struct facts) {};
}

const char *facts_suggest(const struct facts *facts, const char *what) {
        return strcmp(what, "hostname") == 0 ? facts->hostname
               : strcmp(what, "fqdn") == 0   ? facts->fqdn
               : strcmp(what, "domain") == 0 ? facts->domain
               : strcmp(what, "realm") == 0  ? facts->realm
                                             : NULL;
}

const char *facts_engine_program(const char *root, enum engine_kind kind) {
        static const struct {
                enum engine_kind kind;
                const char *path;
        } programs[] = {
                { ENGINE_PODMAN, "/usr/bin/podman" }, { ENGINE_PODMAN, "/usr/local/bin/podman" },
                { ENGINE_DOCKER, "/usr/bin/docker" }, { ENGINE_DOCKER, "/usr/local/bin/docker" },
        };
        for (size_t i = 0; i < ELEMENTS(programs); i++)
                if ((kind == ENGINE_NONE || kind == programs[i].kind) &&
                    paths_access(root, programs[i].path, X_OK))
                        return programs[i].path;
        return NULL;
}

#define GENERATOR "/system-generators/podman-system-generator"

bool facts_quadlet(const char *root) {
        static const char *const paths[] = { "/run/systemd" GENERATOR, "/etc/systemd" GENERATOR,
                                             "/usr/local/lib/systemd" GENERATOR,
                                             "/usr/lib/systemd" GENERATOR, "/lib/systemd" GENERATOR };
        for (size_t i = 0; i < ELEMENTS(paths); i++)
                if (paths_access(root, paths[i], X_OK))
                        return true;
        return false;
}
