/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's realm, from its files. */

#include "backend/realm/realm.h"
#include "backend/realm/realmd.h"
#include "backend/store/services.h"
#include "backend/wire/kerberos.h"
#include "base/ini.h"

static void read_sssd(const struct paths *paths, struct membership *m) {
        _cleanup_free_ char *text = paths_read(paths->root, "/etc/sssd/sssd.conf", NULL);
        _cleanup_free_ char *domains = ini_value(text, "sssd", "domains");
        if (!domains)
                return;
        domains[strcspn(domains, ", ")] = '\0';
        _cleanup_free_ char *section = str_printf("domain/%s", domains);
        _cleanup_free_ char *provider = ini_value(text, section, "id_provider");
        _cleanup_free_ char *full = ini_value(text, section, "use_fully_qualified_names");
        m->kind = str_equal(provider, "ad") ? REALM_AD : str_equal(provider, "ipa") ? REALM_IPA : REALM_OTHER;
        m->domain = TAKE(domains);
        m->realm = ini_value(text, section, "krb5_realm");
        access_read(text, m->domain, &m->access);
        m->full_names = str_equal_nocase(full, "true");
}

static void read_ipa(const struct paths *paths, struct membership *m) {
        _cleanup_free_ char *text = paths_read(paths->root, "/etc/ipa/default.conf", NULL);
        if (!text || m->kind == REALM_AD)
                return;
        m->kind = REALM_IPA;
        if (!m->domain)
                m->domain = ini_value(text, "global", "domain");
        if (!m->realm)
                m->realm = ini_value(text, "global", "realm");
}

static void read_keytab(const struct paths *paths, struct membership *m) {
        size_t n = 0;
        _cleanup_free_ char *bytes = paths_read(paths->root, "/etc/krb5.keytab", &n);
        struct keytab k = {};
        if (!bytes)
                return;
        keytab_read((const uint8_t *) bytes, n, &k, NULL);
        m->principal = k.principal;
        m->kvno = k.kvno;
        m->key_time = k.time;
        explicit_bzero(bytes, n); /* holds the keys themselves */
}

/* A service whose answers name the domain of SSSD's configuration. */
static void find_service(const struct paths *paths, struct membership *m) {
        if (!m->domain)
                return;
        _cleanup_(service_list_freep) struct service_list *services = services_list(paths, NULL);
        for (size_t i = 0; i < services->n && !m->service; i++) {
                const struct service *s = services->items[i];
                bool joined = false;
                for (size_t k = 0; s->given.answers && k < s->given.answers->n; k++)
                        joined = joined || str_equal_nocase(s->given.answers->items[k].value, m->domain);
                if (joined || str_equal(s->name, "sssd"))
                        str_replace(&m->service, s->name);
        }
}

struct membership *membership_read(const struct paths *paths) {
        struct membership *m = new0(struct membership);
        read_sssd(paths, m);
        read_ipa(paths, m);
        read_keytab(paths, m);
        find_service(paths, m);
        m->sockets = logins_sockets(paths->root);
        return m;
}
