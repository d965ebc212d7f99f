/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Realms, preflights, and the profile of an image that joins one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ui/fixtures.h"

static char *text_copy(const char *text) {
        char *copy = strdup(text);
        if (!copy)
                abort();
        return copy;
}

static void question(struct realm *r, const char *what, const char *whom, enum realm_outcome outcome, unsigned ms, const char *answer) {
        realm_answered(r, realm_asked(r, what, whom), outcome, ms, text_copy(answer));
}

static struct realm *realm_found(const char *domain, enum realm_kind kind) {
        struct realm *r = realm_new(domain);
        if (!r)
                abort();
        r->kind = kind;
        r->realm = text_copy(kind == REALM_AD ? "EXAMPLE.TEST" : "IPA.TEST");
        r->best = text_copy(kind == REALM_AD ? "dc1.example.test" : "ipa.ipa.test");
        realm_add_server(r, r->best, 389, 0, 100);
        if (kind == REALM_AD) {
                realm_add_server(r, "dc2.example.test", 389, 10, 100);
                r->site = text_copy("Default-First-Site-Name");
                r->netbios = text_copy("EXAMPLE");
        }
        question(r, "DNS SRV _ldap._tcp.dc._msdcs.example.test", NULL, REALM_ANSWERED, 3,
                 "dc1.example.test:389 (priority 0, weight 100), dc2.example.test:389 (priority 10, weight 100)");
        question(r, "DNS TXT _kerberos.example.test", NULL, REALM_EMPTY, 3, "there is no such name");
        question(r, "LDAP rootDSE (TCP), what kind of directory it is", "dc1.example.test (10.89.7.10 port 389)", REALM_ANSWERED, 7,
                 "Active Directory, base DC=example,DC=test");
        return r;
}

static struct realm *realm_ad(const char *domain) {
        return realm_found(domain, REALM_AD);
}

static struct realm *realm_ipa(const char *domain) {
        return realm_found(domain, REALM_IPA);
}

static struct realm *realm_none(const char *domain) {
        struct realm *r = realm_new(domain);
        if (!r)
                abort();
        error_set(&r->trouble, -ENOENT, "The DNS knows no servers of a realm called %s", domain);
        error_hint(&r->trouble, "This host asks 10.0.0.53");
        question(r, "DNS SRV _ldap._tcp.example.test", NULL, REALM_EMPTY, 3, "there is no such name");
        return r;
}

/* ---- membership ---- */

static struct membership *member_none(void) {
        struct membership *m = calloc(1, sizeof *m);
        if (!m)
                abort();
        return m;
}

static struct membership *member_of(bool online, int64_t clock_usec) {
        struct membership *m = member_none();
        *m = (struct membership) {
                .kind = REALM_AD, .domain = text_copy("example.test"), .realm = text_copy("EXAMPLE.TEST"), .service = text_copy("sssd"),
                .asked = true, .online = online, .server = online ? text_copy("dc1.example.test") : NULL,
                .site = text_copy("Default-First-Site-Name"), .principal = text_copy("HOST1$@EXAMPLE.TEST"), .kvno = 3,
                .key_time = FIXTURE_NOW - 3 * 86400, .clock_known = online, .clock_usec = clock_usec, .clock_server = text_copy("dc1.example.test"),
                .access = { .permit = PERMIT_DOMAIN }, .full_names = true, .realm_found = realm_ad("example.test"),
        };
        return m;
}

static struct membership *member_joined(void) {
        return member_of(true, 20000);
}

static struct membership *member_offline(void) {
        struct membership *m = member_of(false, 0);
        m->service = (free(m->service), NULL);
        m->principal = (free(m->principal), NULL);
        m->access.permit = PERMIT_LISTED;
        strv_split("alice,bob", ",", &m->access.users);
        strv_split("linux admins", ",", &m->access.groups);
        return m;
}

/* A container that is paused. */
static struct membership *member_silent(void) {
        struct membership *m = member_of(false, 0);
        m->asked = false;
        m->silent = true;
        m->server = (free(m->server), NULL);
        return m;
}

static struct membership *member_hostile(void) {
        struct membership *m = member_of(true, -602000000);
        free(m->realm);
        m->realm = text_copy(HOSTILE_ESCAPE);
        free(m->server);
        m->server = text_copy(HOSTILE_BIDI);
        free(m->site);
        m->site = text_copy(HOSTILE_LONG);
        return m;
}

/* ---- preflights ---- */

static const struct check_result results_well[] = {
        { "root", "Privileges", VERDICT_OK, (char *) "running as root on a host", NULL, NULL, FIX_NONE, 1 },
        { "hostname", "Host name", VERDICT_OK, (char *) "host1.example.test is fully qualified", NULL, NULL, FIX_NONE, 1 },
        { "enrolled", "Enrollment", VERDICT_OK, (char *) "this host is not joined to a realm", NULL, NULL, FIX_NONE, 1 },
        { "dns", "DNS", VERDICT_OK, (char *) "example.test has 2 servers: dc1.example.test, and others", NULL,
          (char *) "SRV _ldap._tcp.example.test: dc1.example.test:389", FIX_NONE, 9 },
        { "kind", "Realm", VERDICT_OK, (char *) "Active Directory, realm EXAMPLE.TEST", NULL, NULL, FIX_NONE, 12 },
        { "ports", "Ports", VERDICT_OK, (char *) "dc1.example.test answers on 88, 389, 445, 464, 636; so do the others", NULL, NULL, FIX_NONE, 15 },
        { "clock", "Clock", VERDICT_OK, (char *) "0.02 s ahead of dc1.example.test", NULL, NULL, FIX_NONE, 20 },
        { "nsswitch", "nsswitch.conf", VERDICT_WARN, (char *) "nsswitch.conf has no sss; the join adds it after files", NULL, NULL, FIX_NONE, 1 },
        { "locks", "Package locks", VERDICT_OK, (char *) "no package manager and no other job changes this host now", NULL, NULL, FIX_NONE, 1 },
};

static struct preflight *preflight_of(const char *domain) {
        struct preflight *p = calloc(1, sizeof *p);
        struct check_result *items = p ? calloc(ELEMENTS(results_well), sizeof *items) : NULL;
        if (!items)
                abort();
        p->items = items;
        p->n = ELEMENTS(results_well);
        for (size_t i = 0; i < p->n; i++) {
                items[i] = results_well[i];
                items[i].message = text_copy(results_well[i].message);
                if (results_well[i].details)
                        items[i].details = text_copy(results_well[i].details);
        }
        p->realm = realm_ad("example.test");
        p->clock_known = true;
        p->clock_usec = 20000;
        p->clock_server = text_copy("dc1.example.test");
        p->ms = 20;
        return p;
}

static struct preflight *preflight_clock(const char *domain) {
        struct preflight *p = preflight_of(domain);
        struct check_result *r = preflight_find(p, "clock");
        r->verdict = VERDICT_FAIL;
        free(r->message);
        r->message = text_copy("10 min 2 s behind dc1.example.test; Kerberos allows 5 min");
        r->hint = text_copy("Set it from the realm's server now, and let a time service keep it");
        r->details = text_copy("dc1.example.test UDP port 88: answers (3 ms)");
        r->fix = FIX_CLOCK;
        p->clock_usec = -602000000;
        return p;
}

static struct preflight *preflight_bad(const char *id, const char *message, const char *hint, enum fix fix) {
        struct preflight *p = preflight_of(NULL);
        struct check_result *r = preflight_find(p, id);
        r->verdict = VERDICT_FAIL;
        free(r->message);
        r->message = text_copy(message);
        r->hint = text_copy(hint);
        r->fix = fix;
        return p;
}

static struct preflight *preflight_joined(const char *domain) {
        return preflight_bad("enrolled", "this host is joined already: /etc/sssd/sssd.conf names old.test", "Leave it first: fairlead leave sssd",
                             FIX_LEAVE);
}

static struct preflight *preflight_unqualified(const char *domain) {
        return preflight_bad("hostname", "the host name host1 is not fully qualified: it has no domain",
                             "Set it: hostnamectl set-hostname host1.example.test", FIX_HOSTNAME);
}

static struct preflight *preflight_hostile(const char *domain) {
        struct preflight *p = preflight_of(domain);
        for (size_t i = 0; i < p->n; i++) {
                free(p->items[i].message);
                p->items[i].message = text_copy(i % 2 ? HOSTILE_ESCAPE : HOSTILE_BIDI);
                free(p->items[i].details);
                p->items[i].details = text_copy(HOSTILE_LONG "\n" HOSTILE_MARKS);
                p->items[i].hint = text_copy(HOSTILE_WIDE);
                p->items[i].verdict = VERDICT_FAIL;
        }
        return p;
}

/* ---- the profile ---- */

static struct param *add(struct profile *profile, const char *mode, const char *name, const char *title, enum param_type type) {
        struct param *all = reallocarray(profile->parameters, profile->n_parameters + 1, sizeof *all);
        if (!all)
                abort();
        profile->parameters = all;
        struct param *p = &all[profile->n_parameters++];
        *p = (struct param) { .name = text_copy(name), .title = text_copy(title), .type = type,
                              .delivery = type == PARAM_SECRET ? DELIVER_STDIN : DELIVER_ARGV, .target = text_copy("--x") };
        for (size_t m = 0; m < profile->n_modes; m++)
                if (strcmp(profile->modes[m].name, mode) == 0 && strv_add(&profile->modes[m].parameters, name) < 0)
                        abort();
        return p;
}

int fixture_profile_join(const struct image *image, struct profile **ret, struct error **reterr) {
        struct profile *profile = calloc(1, sizeof *profile);
        if (!profile || !(profile->modes = calloc(2, sizeof *profile->modes)))
                abort();
        profile->name = text_copy("sssd");
        profile->title = text_copy("SSSD: users, groups and logins from a domain");
        profile->source = text_copy("/usr/share/fairlead/profiles/sssd.json");
        profile->n_modes = 2;
        profile->no_rehearsal = true;
        profile->modes[0] = (struct mode) { .name = text_copy("ad"), .title = text_copy("Active Directory"), .joins = REALM_AD,
                                            .help = text_copy("A computer account is made in the domain.") };
        profile->modes[1] = (struct mode) { .name = text_copy("ipa"), .title = text_copy("FreeIPA"), .joins = REALM_IPA };
        struct param *p = add(profile, "ad", "domain", "Domain", PARAM_DOMAIN);
        p->required = true;
        p->suggest = text_copy("domain");
        p->help = text_copy("The DNS name of the domain, as in user@example.com.");
        p = add(profile, "ad", "admin-user", "Administrator", PARAM_USER);
        p->initial = text_copy("Administrator");
        add(profile, "ad", "computer-name", "Computer name", PARAM_TEXT);
        add(profile, "ad", "admin-password", "Password", PARAM_SECRET)->required = true;
        struct mode *leave = profile->modes[0].leave = calloc(1, sizeof *leave);
        if (!leave)
                abort();
        *leave = (struct mode) { .name = text_copy("leave"), .title = text_copy("delete it, by somebody who may") };
        strv_split("realm leave --remove", " ", &leave->words);
        strv_split("admin-user admin-password", " ", &leave->parameters);
        add(profile, "ipa", "ipa-domain", "Domain", PARAM_DOMAIN)->suggest = text_copy("domain");
        p = add(profile, "ipa", "ipa-credentials", "Join by", PARAM_CHOICE);
        p->initial = text_copy("password");
        p->choices = calloc(2, sizeof *p->choices);
        if (!p->choices)
                abort();
        p->n_choices = 2;
        p->choices[0] = (struct param_choice) { .value = text_copy("password"), .title = text_copy("an administrator and a password") };
        p->choices[1] = (struct param_choice) { .value = text_copy("otp"), .title = text_copy("a one-time password") };
        add(profile, "ipa", "ipa-password", "Password", PARAM_SECRET)->required = true;
        *ret = profile;
        return 0;
}

/* The answers of a failed join. */
static void keep_answers(struct fake_host *fake) {
        struct answers *answers = answers_new();
        if (!answers || answers_set(answers, "domain", "example.test", "typed") < 0 || answers_set(answers, "admin-user", "joiner", "typed") < 0)
                abort();
        fake->kept_answers = answers;
        fake->kept = (struct plan_order) { .verb = VERB_INSTALL, .image = "localhost/rsyslog:latest", .name = "sssd", .mode = "ad", .answers = answers };
}

/* What the backend knows without asking, and after somebody asked. */
static void know_realm(struct fake_host *fake, const char *which) {
        struct host_realm realm = { .name = "EXAMPLE.TEST", .kind = REALM_AD, .kvno = 3 };
        if (!str_equal(which, "files")) {
                realm.seen = FIXTURE_NOW - 600;
                realm.asked = true;
                realm.online = !str_equal(which, "offline");
                realm.server = realm.online ? "dc1.example.test" : NULL;
                realm.clock_known = realm.online;
                realm.clock_usec = str_equal(which, "late") ? -602000000 : str_equal(which, "early") ? 90000000 : 20000;
        }
        if (str_equal(which, "hostile"))
                realm = (struct host_realm) { .name = HOSTILE_ESCAPE, .kind = REALM_IPA, .seen = FIXTURE_NOW, .server = HOSTILE_BIDI };
        fake->status.realm = str_equal(which, "none") ? (struct host_realm) {} : realm;
        fake->status.realm.known = true;
}

bool fixture_use_realm(struct fake_host *fake, const char *what, const char *which) {
        if (str_equal(what, "realm-known")) {
                know_realm(fake, which);
                return true;
        }
        if (str_equal(what, "kept")) {
                keep_answers(fake);
                return true;
        }
        static const struct {
                const char *what, *which;
                void *builder;
                size_t offset;
        } builders[] = {
                { "realm", "ad", (void *) realm_ad, offsetof(struct fake_host, realm) },
                { "realm", "ipa", (void *) realm_ipa, offsetof(struct fake_host, realm) },
                { "realm", "none", (void *) realm_none, offsetof(struct fake_host, realm) },
                { "preflight", "well", (void *) preflight_of, offsetof(struct fake_host, preflight) },
                { "preflight", "clock", (void *) preflight_clock, offsetof(struct fake_host, preflight) },
                { "preflight", "joined", (void *) preflight_joined, offsetof(struct fake_host, preflight) },
                { "preflight", "unqualified", (void *) preflight_unqualified, offsetof(struct fake_host, preflight) },
                { "preflight", "hostile", (void *) preflight_hostile, offsetof(struct fake_host, preflight) },
                { "membership", "none", (void *) member_none, offsetof(struct fake_host, membership) },
                { "membership", "joined", (void *) member_joined, offsetof(struct fake_host, membership) },
                { "membership", "offline", (void *) member_offline, offsetof(struct fake_host, membership) },
                { "membership", "silent", (void *) member_silent, offsetof(struct fake_host, membership) },
                { "membership", "hostile", (void *) member_hostile, offsetof(struct fake_host, membership) },
                { "profile", "join", (void *) fixture_profile_join, offsetof(struct fake_host, profile) },
        };
        if (!fake->membership)
                fake->membership = member_none;
        if (!fake->realm)
                fake->realm = realm_ad;
        if (!fake->preflight)
                fake->preflight = preflight_of;
        for (size_t i = 0; i < ELEMENTS(builders); i++)
                if (str_equal(builders[i].what, what) && str_equal(builders[i].which, which)) {
                        memcpy((char *) fake + builders[i].offset, &builders[i].builder, sizeof(void *));
                        return true;
                }
        return false;
}
