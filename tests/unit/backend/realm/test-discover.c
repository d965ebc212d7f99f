/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/realm/realm.h"
#include "base/clock.h"
#include "base/str.h"
#include "tests/fake/realm.h"

struct fixture {
        sd_event *event;
        struct fake_realm network;
        struct realm *realm;
        struct op *op;
        bool done;
        unsigned ms;
        uint16_t at_itself;     /* where a domain without SRV records is asked */
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        assert_int_equal(sd_event_new(&f->event), 0);
        fake_realm_init(&f->network, f->event);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        op_cancel(f->op);
        realm_free(f->realm);
        fake_realm_done(&f->network);
        sd_event_unref(f->event);
        free(f);
        return 0;
}

static void on_done(struct realm *realm, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        assert_null(e);
        assert_false(f->done);
        f->op = op_cancel(f->op);
        f->done = true;
        f->realm = realm;
}

static struct realm *look(struct fixture *f, const char *domain, bool parents, unsigned ms) {
        int64_t began = usec_now(CLOCK_MONOTONIC);
        f->realm = realm_free(f->realm);
        f->done = false;
        f->op = discover_start(f->event, &(struct discover_options) { .domain = domain, .parents = parents, .servers = f->network.name_server, .ms = ms,
                                                               .port = f->at_itself },
                               on_done, f);
        assert_non_null(f->op);
        while (!f->done)
                assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
        f->ms = (unsigned) ((usec_now(CLOCK_MONOTONIC) - began) / 1000);
        return f->realm;
}

static const struct realm_question *question(const struct realm *realm, const char *what) {
        for (size_t i = 0; i < realm->n_questions; i++)
                if (strstr(realm->questions[i].what, what))
                        return &realm->questions[i];
        fail_msg("nobody asked %s", what);
        return NULL;
}

static void finds_active_directory(void **state) {
        struct fixture *f = *state;
        struct realm *realm = look(f, "example.test", false, 0);
        assert_int_equal(realm->kind, REALM_AD);
        assert_string_equal(realm->domain, "example.test");
        assert_string_equal(realm->realm, "EXAMPLE.TEST");
        assert_string_equal(realm->netbios, "EXAMPLE");
        assert_string_equal(realm->forest, "example.test");
        assert_string_equal(realm->site, "Branch");
        assert_string_equal(realm->server_site, "Default-First-Site-Name");
        assert_string_equal(realm->base, "dc=example,dc=test");
        assert_string_equal(realm->best, "dc1.example.test");
        assert_int_equal(realm->n_servers, 1);
        assert_string_equal(realm->servers[0].addresses[0], "127.0.0.1");
        assert_true(realm->servers[0].answered);
        assert_non_null(str_starts(realm->kdcs[0], "dc1.example.test:"));
        assert_non_null(str_starts(realm->kpasswds[0], "dc1.example.test:"));
        assert_null(realm->trouble);

        const struct realm_question *q = question(realm, "DNS SRV _ldap._tcp.dc._msdcs.example.test");
        assert_int_equal(q->outcome, REALM_ANSWERED);
        assert_non_null(strstr(q->answer, "dc1.example.test:"));
        q = question(realm, "rootDSE");
        assert_non_null(strstr(q->whom, "dc1.example.test (127.0.0.1 port "));
        assert_string_equal(q->answer, "Active Directory, base dc=example,dc=test");
        q = question(realm, "LDAP ping");
        assert_non_null(strstr(q->answer, "this host's site Branch"));
        q = question(realm, "DNS TXT _kerberos.example.test");
        assert_int_equal(q->outcome, REALM_EMPTY);
}

static void finds_freeipa(void **state) {
        struct fixture *f = *state;
        f->network.flavour = FAKE_IPA;
        struct realm *realm = look(f, "example.test", false, 0);
        assert_int_equal(realm->kind, REALM_IPA);
        assert_string_equal(realm->version, "IPA V2.0");
        assert_string_equal(realm->domain, "example.test");
        assert_string_equal(realm->realm, "EXAMPLE.TEST");      /* the servers' own word goes before the TXT record's */
        assert_null(realm->netbios);
        assert_string_equal(question(realm, "TXT")->answer, "REALM.EXAMPLE.TEST");
        assert_string_equal(question(realm, "rootDSE")->answer, "FreeIPA, IPA V2.0, base dc=example,dc=test, realm EXAMPLE.TEST");
}

static void knows_what_is_neither(void **state) {
        struct fixture *f = *state;
        f->network.flavour = FAKE_LDAP;
        struct realm *realm = look(f, "example.test", false, 0);
        assert_int_equal(realm->kind, REALM_OTHER);
        assert_string_equal(realm->trouble->message, "example.test has a directory, but neither Active Directory nor FreeIPA");
}

static void looks_above_for_the_hosts_own(void **state) {
        struct fixture *f = *state;
        f->network.no_domain = false;
        f->network.domain = "example.test";
        f->network.no_srv = false;
        /* nothing is called deep.lab.other.test; the fake answers for names that end in its domain */
        struct realm *realm = look(f, "deep.lab.other.test", true, 0);
        assert_int_equal(realm->kind, REALM_NONE);
        assert_string_equal(realm->domain, "other.test");
        assert_int_equal(realm->trouble->code, -ENOENT);
        question(realm, "DNS SRV _ldap._tcp.lab.other.test");
        question(realm, "DNS SRV _ldap._tcp.other.test");
        realm = look(f, "deep.lab.other.test", false, 0);
        assert_string_equal(realm->domain, "deep.lab.other.test");
}

static void finds_by_the_domains_address(void **state) {
        struct fixture *f = *state;
        f->network.no_srv = true;
        struct realm *realm = look(f, "example.test", false, 0);
        /* the address is ours, but nothing listens at 389 of it, or not a directory */
        assert_int_equal(realm->kind, REALM_NONE);
        assert_int_equal(realm->trouble->code, -EHOSTUNREACH);
        question(realm, "DNS A, AAAA example.test");
        assert_int_equal(question(realm, "rootDSE")->outcome, REALM_FAILED);
}

static void finds_the_domain_of_a_server(void **state) {
        struct fixture *f = *state;
        f->at_itself = f->network.port;
        f->network.ping_unknown = true;         /* dc1.example.test is no domain */
        struct realm *realm = look(f, "dc1.example.test", false, 0);
        assert_int_equal(realm->kind, REALM_AD);
        assert_string_equal(realm->domain, "example.test");
        assert_string_equal(realm->asked, "example.test");
        assert_string_equal(realm->realm, "EXAMPLE.TEST");
        assert_int_equal(realm->n_servers, 1);
        assert_non_null(realm->kdcs);
        f->network.flavour = FAKE_IPA;
        realm = look(f, "dc1.example.test", false, 0);
        assert_int_equal(realm->kind, REALM_IPA);
        assert_string_equal(realm->realm, "EXAMPLE.TEST");
        question(realm, "DNS SRV _ldap._tcp.example.test");
}

static void says_that_there_is_none(void **state) {
        struct fixture *f = *state;
        f->network.no_domain = true;
        struct realm *realm = look(f, "example.test", false, 0);
        assert_int_equal(realm->kind, REALM_NONE);
        assert_int_equal(realm->n_servers, 0);
        assert_string_equal(realm->trouble->message, "The DNS knows no servers of a realm called example.test");
        assert_non_null(strstr(realm->trouble->hint, "This host asks 127.0.0.1."));
        assert_string_equal(question(realm, "_msdcs")->answer, "there is no such name");
}

static void says_that_no_name_server_answers(void **state) {
        struct fixture *f = *state;
        f->network.dns_silent = true;
        struct realm *realm = look(f, "example.test", false, 700);
        assert_int_equal(realm->kind, REALM_NONE);
        assert_true(f->ms < 1000);
        assert_string_equal(realm->trouble->message, "The name server 127.0.0.1 does not answer");
        f->network.dns_silent = false;
        f->network.dns_refuses = true;
        realm = look(f, "example.test", false, 0);
        assert_string_equal(realm->trouble->message, "The name servers cannot be reached, or refuse to answer");
}

static void says_that_servers_are_silent(void **state) {
        struct fixture *f = *state;
        f->network.ldap_shut = true;
        struct realm *realm = look(f, "example.test", false, 0);
        assert_int_equal(realm->kind, REALM_NONE);
        assert_string_equal(realm->trouble->message, "The servers of example.test do not answer");
        assert_string_equal(question(realm, "rootDSE")->answer, "Nothing listens there");
        f->network.ldap_shut = false;
        f->network.no_addresses = true;
        realm = look(f, "example.test", false, 0);
        assert_string_equal(realm->trouble->message, "The servers of example.test have no addresses");
        assert_string_equal(question(realm, "DNS A, AAAA dc1.example.test")->answer, "it has no address");
}

static void is_over_in_time(void **state) {
        struct fixture *f = *state;
        f->network.ldap_silent = f->network.ping_silent = true;
        struct realm *realm = look(f, "example.test", false, 500);
        assert_int_equal(realm->kind, REALM_NONE);
        assert_in_range(f->ms, 450, 1000);
        assert_string_equal(question(realm, "rootDSE")->answer, "not waited for");
        assert_true(f->network.pings >= 3);     /* datagrams get lost: it says them again */
}

static void takes_half_an_answer(void **state) {
        struct fixture *f = *state;
        f->network.ldap_silent = true;          /* UDP only */
        struct realm *realm = look(f, "example.test", false, 500);
        assert_int_equal(realm->kind, REALM_AD);
        assert_string_equal(realm->netbios, "EXAMPLE");
        f->network.ldap_silent = false;
        f->network.ping_silent = true;          /* TCP only */
        realm = look(f, "example.test", false, 500);
        assert_int_equal(realm->kind, REALM_AD);
        assert_null(realm->netbios);
        assert_string_equal(realm->realm, "EXAMPLE.TEST");
        f->network.ping_silent = false;
        f->network.ping_unknown = true;
        realm = look(f, "example.test", false, 500);
        assert_int_equal(realm->kind, REALM_AD);
        assert_string_equal(question(realm, "LDAP ping")->answer, "it does not know this domain");
}

static void survives_bad_answers(void **state) {
        struct fixture *f = *state;
        static const struct {
                enum fake_flavour flavour;
                const char *answer;
        } rows[] = {
                { FAKE_GARBAGE, "The answer is not LDAP" },
                { FAKE_ENDLESS, "The LDAP message would be larger than 131072 bytes" },
                { FAKE_HANGS_UP, "The other side hung up" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                f->network.flavour = rows[i].flavour;
                struct realm *realm = look(f, "example.test", false, 400);
                assert_int_equal(realm->kind, REALM_NONE);
                assert_string_equal(question(realm, "rootDSE")->answer, rows[i].answer);
        }
        f->network.flavour = FAKE_AD;
        f->network.dns_garbage = true;
        struct realm *realm = look(f, "example.test", false, 400);
        assert_int_equal(realm->kind, REALM_NONE);
}

static void asks_a_few_of_many(void **state) {
        struct fixture *f = *state;
        f->network.servers = 12;
        struct realm *realm = look(f, "example.test", false, 0);
        assert_int_equal(realm->kind, REALM_AD);
        assert_int_equal(realm->n_servers, 12);
        assert_string_equal(realm->servers[0].host, "dc1.example.test");
        assert_in_range(f->network.binds, 1, 4);
}

static void forgets_when_dropped(void **state) {
        struct fixture *f = *state;
        /* at every point of its life */
        for (unsigned turns = 0; turns < 25; turns++) {
                f->done = false;
                f->op = discover_start(f->event, &(struct discover_options) { .domain = "example.test", .servers = f->network.name_server }, on_done, f);
                for (unsigned i = 0; i < turns && !f->done; i++)
                        sd_event_run(f->event, 50000);
                f->op = op_cancel(f->op);
                f->realm = realm_free(f->realm);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(finds_active_directory), T(finds_freeipa), T(knows_what_is_neither),
                T(looks_above_for_the_hosts_own), T(finds_by_the_domains_address),
                T(finds_the_domain_of_a_server), T(says_that_there_is_none),
                T(says_that_no_name_server_answers), T(says_that_servers_are_silent), T(is_over_in_time),
                T(takes_half_an_answer), T(survives_bad_answers), T(asks_a_few_of_many),
                T(forgets_when_dropped),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
