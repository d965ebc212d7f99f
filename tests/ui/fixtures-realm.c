/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Realms, preflights, and the profile of an image that joins one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ui/fixtures.h"

static void question(struct realm *r, const char *what, const char *whom, enum realm_outcome outcome, unsigned ms, const char *answer) {
        realm_answered(r, realm_asked(r, what, whom), outcome, ms, xstrdup(answer));
}

static struct realm *realm_found(const char *domain, enum realm_kind kind) {
        struct realm *r = realm_new(domain);
        r->kind = kind;
        r->realm = xstrdup(kind == REALM_AD ? "EXAMPLE.TEST" : "IPA.TEST");
        r->best = xstrdup(kind == REALM_AD ? "dc1.example.test" : "ipa.ipa.test");
        realm_add_server(r, r->best, 389, 0, 100);
        if (kind == REALM_AD) {
                realm_add_server(r, "dc2.example.test", 389, 10, 100);
                r->site = xstrdup("Default-First-Site-Name");
                r->netbios = xstrdup("EXAMPLE");
        }
        question(r, "DNS SRV _ldap._tcp.dc._msdcs.example.test", NULL, REALM_ANSWERED, 3,
                 "dc1.example.test:389 (priority 0, weight 100), dc2.example.test:389 (priority 10, weight 100)");
        question(r, "DNS TXT _kerberos.example.test", NULL, REALM_EMPTY, 3, "there is no such name");
        question(r, "LDAP rootDSE (TCP), what kind of directory it is", "dc1.example.test (10.89.7.10 port 389)", REALM_ANSWERED, 7,
                 "Active Directory, base DC=example,DC=test");
        return r;
}

static struct realm *realm_ad(const char *domain) {
        return realm_found(str_equal(domain, "-") ? "example.test" : domain, REALM_AD);
}

static struct realm *realm_ipa(const char *domain) {
        return realm_found(str_equal(domain, "-") ? "example.test" : domain, REALM_IPA);
}

static struct realm *realm_none(const char *domain) {
        struct realm *r = realm_new(domain);
        error_set(&r->trouble, -ENOENT, "The DNS knows no servers of a realm called %s", domain);
        error_hint(&r->trouble, "This host asks 10.0.0.53");
        question(r, "DNS SRV _ldap._tcp.example.test", NULL, REALM_EMPTY, 3, "there is no such name");
        return r;
}

/* ---- membership ---- */

static struct membership *member_none(void) {
        return new0(struct membership);
}

static struct membership *member_of(bool online, int64_t clock_usec) {
        struct membership *m = member_none();
        *m = (struct membership) {
                .kind = REALM_AD, .domain = xstrdup("example.test"), .realm = xstrdup("EXAMPLE.TEST"), .service = xstrdup("sssd"),
                .asked = true, .online = online, .server = online ? xstrdup("dc1.example.test") : NULL,
                .site = xstrdup("Default-First-Site-Name"), .principal = xstrdup("HOST1$@EXAMPLE.TEST"), .kvno = 3,
                .key_time = FIXTURE_NOW - 3 * 86400, .clock_known = online, .clock_usec = clock_usec, .clock_server = xstrdup("dc1.example.test"),
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
        m->access.users = strv_split("alice,bob", ",");
        m->access.groups = strv_split("linux admins", ",");
        m->sockets = strv_split("sssd-nss.socket,sssd-pam.socket", ",");
        return m;
}

static struct membership *member_listed(void) {
        struct membership *m = member_of(true, 0);
        m->access.permit = PERMIT_LISTED;
        m->access.users = strv_split("alice@example.test,bob@example.test", ",");
        m->access.groups = strv_split("linux admins", ",");
        m->access.denied_users = strv_split("carol@example.test", ",");
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
        str_replace(&m->realm, HOSTILE_ESCAPE);
        str_replace(&m->server, HOSTILE_BIDI);
        str_replace(&m->site, HOSTILE_LONG);
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
        struct preflight *p = xcalloc(1, sizeof *p);
        struct check_result *items = p->items = xcalloc(ELEMENTS(results_well), sizeof *items);
        p->n = ELEMENTS(results_well);
        for (size_t i = 0; i < p->n; i++) {
                items[i] = results_well[i];
                items[i].message = xstrdup(results_well[i].message);
                items[i].details = xstrdup(results_well[i].details);
        }
        p->realm = realm_ad("example.test");
        p->clock_known = true;
        p->clock_usec = 20000;
        p->clock_server = xstrdup("dc1.example.test");
        p->ms = 20;
        return p;
}

/* As many rows as a real one has, more than a screen. */
static struct preflight *preflight_long(const char *domain) {
        static const char *const more[] = { "time-service", "libraries", "pam", "daemons", "login", "ids", "room", "names", "static-name" };
        struct preflight *p = preflight_of(domain);
        p->items = xreallocarray(p->items, p->n + ELEMENTS(more), sizeof *p->items);
        for (size_t i = 0; i < ELEMENTS(more); i++)
                p->items[p->n++] = (struct check_result) { more[i], more[i], VERDICT_OK, xstrdup("it is as it should be"), NULL, NULL, FIX_NONE, 1 };
        struct check_result *dns = preflight_find(p, "dns");
        dns->verdict = VERDICT_WARN;
        str_replace(&dns->message, "the DNS knows no servers of example.test; only dc1.example.test is used");
        str_replace(&dns->details,
                    "SRV _ldap._tcp.dc._msdcs.example.test: there is no such name (3 ms)\nSRV _ldap._tcp.example.test: there is no such name (3 ms)\n"
                    "SRV _kerberos._udp.example.test: there is no such name (3 ms)\nSRV _kerberos._tcp.example.test: there is no such name (3 ms)\n"
                    "SRV _kpasswd._udp.example.test: there is no such name (4 ms)\nTXT _kerberos.example.test: there is no such name (5 ms)\n"
                    "A, AAAA dc1.example.test: 10.89.7.10 (2 ms)");
        return p;
}

static struct preflight *preflight_clock(const char *domain) {
        struct preflight *p = preflight_of(domain);
        struct check_result *r = preflight_find(p, "clock");
        r->verdict = VERDICT_FAIL;
        str_replace(&r->message, "10 min 2 s behind dc1.example.test; Kerberos allows 5 min");
        r->hint = xstrdup("Set it from the realm's server now, and let a time service keep it");
        r->details = xstrdup("dc1.example.test UDP port 88: answers (3 ms)");
        r->fix = FIX_CLOCK;
        p->clock_usec = -602000000;
        return p;
}

static struct preflight *preflight_bad(const char *id, const char *message, const char *hint, enum fix fix) {
        struct preflight *p = preflight_of(NULL);
        struct check_result *r = preflight_find(p, id);
        r->verdict = VERDICT_FAIL;
        str_replace(&r->message, message);
        r->hint = xstrdup(hint);
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
                str_replace(&p->items[i].message, i % 2 ? HOSTILE_ESCAPE : HOSTILE_BIDI);
                str_replace(&p->items[i].details, HOSTILE_LONG "\n" HOSTILE_MARKS);
                p->items[i].hint = xstrdup(HOSTILE_WIDE);
                p->items[i].verdict = VERDICT_FAIL;
        }
        return p;
}

/* PAM lets him in by login, and not by sshd. */
static struct account *account_of(const char *user) {
        struct account *a = new0(struct account);
        a->line = str_printf("%s is user 1120800500 of this host, group 1120800513; groups domain users", user);
        a->rules = xstrdup("yes, alice is permitted");
        a->n = 2;
        a->checks = xcalloc(a->n, sizeof *a->checks);
        a->checks[0] = (struct account_check) { .service = xstrdup("login"), .code = xstrdup("PAM_SUCCESS"), .asks_sssd = true };
        a->checks[1] = (struct account_check) { .service = xstrdup("sshd"), .code = xstrdup("PAM_PERM_DENIED"), .asks_sssd = true };
        return a;
}

/* ---- the profile ---- */

static struct param *add(struct profile *profile, const char *mode, const char *name, const char *title, enum param_type type) {
        profile->parameters = xreallocarray(profile->parameters, profile->n_parameters + 1, sizeof(struct param));
        struct param *p = &profile->parameters[profile->n_parameters++];
        *p = (struct param) { .name = xstrdup(name), .title = xstrdup(title), .type = type,
                              .delivery = type == PARAM_SECRET ? DELIVER_STDIN : DELIVER_ARGV, .target = xstrdup("--x") };
        for (size_t m = 0; m < profile->n_modes; m++)
                if (str_equal(profile->modes[m].name, mode))
                        strv_add(&profile->modes[m].parameters, name);
        return p;
}

int fixture_profile_join(const struct image *image, struct profile **ret, struct error **reterr) {
        struct profile *profile = xcalloc(1, sizeof *profile);
        profile->modes = xcalloc(2, sizeof *profile->modes);
        profile->name = xstrdup("sssd");
        profile->title = xstrdup("SSSD: users, groups and logins from a domain");
        profile->source = xstrdup("/usr/share/fairlead/profiles/sssd.json");
        profile->n_modes = 2;
        profile->no_rehearsal = true;
        profile->modes[0] = (struct mode) { .name = xstrdup("ad"), .title = xstrdup("Active Directory"), .joins = REALM_AD,
                                            .help = xstrdup("A computer account is made in the domain.") };
        profile->modes[1] = (struct mode) { .name = xstrdup("ipa"), .title = xstrdup("FreeIPA"), .joins = REALM_IPA };
        struct param *p = add(profile, "ad", "domain", "Domain", PARAM_DOMAIN);
        p->required = true;
        p->suggest = xstrdup("domain");
        p->help = xstrdup("The DNS name of the domain, as in user@example.com.");
        p = add(profile, "ad", "admin-user", "Administrator", PARAM_USER);
        p->initial = xstrdup("Administrator");
        add(profile, "ad", "computer-name", "Computer name", PARAM_TEXT);
        add(profile, "ad", "admin-password", "Password", PARAM_SECRET)->required = true;
        struct mode *leave = profile->modes[0].leave = xcalloc(1, sizeof *leave);
        *leave = (struct mode) { .name = xstrdup("leave"), .title = xstrdup("delete it, by somebody who may") };
        leave->words = strv_split("realm leave --remove", " ");
        leave->parameters = strv_split("admin-user admin-password", " ");
        add(profile, "ipa", "ipa-domain", "Domain", PARAM_DOMAIN)->suggest = xstrdup("domain");
        p = add(profile, "ipa", "ipa-credentials", "Join by", PARAM_CHOICE);
        p->initial = xstrdup("password");
        p->choices = xcalloc(2, sizeof *p->choices);
        p->n_choices = 2;
        p->choices[0] = (struct param_choice) { .value = xstrdup("password"), .title = xstrdup("an administrator and a password") };
        p->choices[1] = (struct param_choice) { .value = xstrdup("otp"), .title = xstrdup("a one-time password") };
        add(profile, "ipa", "ipa-password", "Password", PARAM_SECRET)->required = true;
        *ret = profile;
        return 0;
}

/* The answers of a failed join. */
static void keep_answers(struct fake_host *fake) {
        struct answers *answers = new0(struct answers);
        answers_set(answers, "domain", "example.test", "typed");
        answers_set(answers, "admin-user", "joiner", "typed");
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
        static const struct fixture_row rows[] = {
                { "realm", "ad", offsetof(struct fake_host, realm), (void *) realm_ad },
                { "realm", "ipa", offsetof(struct fake_host, realm), (void *) realm_ipa },
                { "realm", "none", offsetof(struct fake_host, realm), (void *) realm_none },
                { "preflight", "well", offsetof(struct fake_host, preflight), (void *) preflight_of },
                { "preflight", "long", offsetof(struct fake_host, preflight), (void *) preflight_long },
                { "preflight", "clock", offsetof(struct fake_host, preflight), (void *) preflight_clock },
                { "preflight", "joined", offsetof(struct fake_host, preflight), (void *) preflight_joined },
                { "preflight", "unqualified", offsetof(struct fake_host, preflight), (void *) preflight_unqualified },
                { "preflight", "hostile", offsetof(struct fake_host, preflight), (void *) preflight_hostile },
                { "membership", "none", offsetof(struct fake_host, membership), (void *) member_none },
                { "membership", "joined", offsetof(struct fake_host, membership), (void *) member_joined },
                { "membership", "offline", offsetof(struct fake_host, membership), (void *) member_offline },
                { "membership", "listed", offsetof(struct fake_host, membership), (void *) member_listed },
                { "membership", "silent", offsetof(struct fake_host, membership), (void *) member_silent },
                { "membership", "hostile", offsetof(struct fake_host, membership), (void *) member_hostile },
                { "profile", "join", offsetof(struct fake_host, profile), (void *) fixture_profile_join },
        };
        if (!fake->membership)
                fake->membership = member_none;
        fake->account = account_of;
        if (!fake->realm)
                fake->realm = realm_ad;
        if (!fake->preflight)
                fake->preflight = preflight_of;
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
