/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/facts.h"

#include <ctype.h>
#include <unistd.h>

#include "base/readfile.h"

#define SMALL_FILE_MAX (256U * 1024)
#define HOSTS_LINES_MAX 10000

static char *facts_read_small(const char *root, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", root, path);
        char *text = NULL;
        if (!whole || readfile(whole, SMALL_FILE_MAX, &text, NULL, NULL) < 0)
                return NULL;
        return text;
}

/* hosts(5): address, canonical name, aliases. `hostname --fqdn` finds the same one first. */
static char *name_of_hosts(const char *root, const char *hostname) {
        _cleanup_free_ char *text = facts_read_small(root, "/etc/hosts");
        char *line_state = NULL, *word_state = NULL;
        int n = 0;
        for (char *line = text ? strtok_r(text, "\n", &line_state) : NULL; line && n++ < HOSTS_LINES_MAX;
             line = strtok_r(NULL, "\n", &line_state)) {
                line[strcspn(line, "#")] = '\0';
                if (!strtok_r(line, " \t\r", &word_state))
                        continue;
                const char *canonical = strtok_r(NULL, " \t\r", &word_state);
                for (const char *name = canonical; name; name = strtok_r(NULL, " \t\r", &word_state))
                        if (strcasecmp(name, hostname) == 0 && strchr(canonical, '.'))
                                return strdup(canonical);
        }
        return NULL;
}

/* resolv.conf(5): of several `search` and `domain` lines the last one counts. */
static char *search_domain(const char *root) {
        _cleanup_free_ char *text = facts_read_small(root, "/etc/resolv.conf");
        char *line_state = NULL, *word_state = NULL, *found = NULL;
        for (char *line = text ? strtok_r(text, "\n", &line_state) : NULL; line;
             line = strtok_r(NULL, "\n", &line_state)) {
                const char *key = strtok_r(line, " \t\r", &word_state),
                           *value = key ? strtok_r(NULL, " \t\r", &word_state) : NULL;
                if (value && strchr(value, '.') && value[1] &&
                    (strcmp(key, "search") == 0 || strcmp(key, "domain") == 0))
                        (void) str_replace(&found, value);
        }
        return found;
}

/* krb5.conf(5), [libdefaults]: default_realm = NAME */
static char *default_realm(const char *root) {
        _cleanup_free_ char *text = facts_read_small(root, "/etc/krb5.conf");
        char *line_state = NULL;
        for (char *line = text ? strtok_r(text, "\n", &line_state) : NULL; line;
             line = strtok_r(NULL, "\n", &line_state)) {
                line += strspn(line, " \t");
                const char *rest = str_starts(line, "default_realm");
                if (!rest)
                        continue;
                rest += strspn(rest, " \t");
                if (*rest++ != '=')
                        continue;
                rest += strspn(rest, " \t");
                size_t n = strcspn(rest, " \t\r#;");
                if (n)
                        return strndup(rest, n);
        }
        return NULL;
}

static char *in_capitals(const char *text) {
        char *capitals = strdup(text);
        for (char *c = capitals; c && *c; c++)
                *c = (char) toupper((unsigned char) *c);
        return capitals;
}

void facts_read(const char *root, struct facts *ret) {
        char name[256] = "";
        *ret = (struct facts) {};
        if (gethostname(name, sizeof name - 1) < 0 || !name[0])
                strcpy(name, "localhost");
        ret->hostname = strdup(name);
        ret->fqdn = strchr(name, '.') ? strdup(name) : name_of_hosts(root, name);
        const char *dot = ret->fqdn ? strchr(ret->fqdn, '.') : NULL;
        ret->domain = dot && strchr(dot + 1, '.') ? strdup(dot + 1) : search_domain(root);
        ret->realm = default_realm(root);
        if (!ret->realm && ret->domain)
                ret->realm = in_capitals(ret->domain);
}

void facts_done(struct facts *facts) {
        free(facts->hostname);
        free(facts->fqdn);
        free(facts->domain);
        free(facts->realm);
        *facts = (struct facts) {};
}

const char *facts_suggest(const struct facts *facts, const char *what) {
        const struct {
                const char *what, *value;
        } known[] = {
                { "hostname", facts->hostname },
                { "fqdn", facts->fqdn },
                { "domain", facts->domain },
                { "realm", facts->realm },
        };
        for (size_t i = 0; i < ELEMENTS(known); i++)
                if (strcmp(known[i].what, what) == 0)
                        return known[i].value;
        return NULL;
}

static bool is_program(const char *root, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", root, path);
        return whole && access(whole, X_OK) == 0;
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
                if ((kind == ENGINE_NONE || kind == programs[i].kind) && is_program(root, programs[i].path))
                        return programs[i].path;
        return NULL;
}

bool facts_quadlet(const char *root) {
        static const char *const folders[] = { "/run/systemd/system-generators",
                                               "/etc/systemd/system-generators",
                                               "/usr/local/lib/systemd/system-generators",
                                               "/usr/lib/systemd/system-generators",
                                               "/lib/systemd/system-generators" };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s/podman-system-generator", folders[i]);
                if (path && is_program(root, path))
                        return true;
        }
        return false;
}
