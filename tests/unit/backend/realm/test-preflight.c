/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/realm/realm.h"
#include "backend/store/services.h"
#include "base/str.h"
#include "tests/fake/realm.h"
#include "tests/fake/tls.h"
#include "tests/unit/tree.h"

/* A network, a host's files, and what a preflight of both said. */
struct fixture {
        sd_event *event;
        struct fake_realm network;
        uint16_t https_port;
        char *root;
        struct paths paths;
        struct facts facts;
        struct preflight_order order;
        struct preflight *preflight;
        struct op *op;
        unsigned moves;
        bool done;
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        assert_int_equal(sd_event_new(&f->event), 0);
        fake_realm_init(&f->network, f->event);
        f->root = tree_new();
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.run = f->root;
        f->facts = (struct facts) { .hostname = (char *) "host1.example.test", .fqdn = (char *) "host1.example.test" };
        f->order = (struct preflight_order) { .domain = "example.test" };
        tree_write(f->root, "/etc/hostname", "host1.example.test\n");
        tree_write(f->root, "/etc/nsswitch.conf", "passwd: files sss systemd\ngroup:\t\tfiles sss # domain\n");
        tree_write(f->root, "/etc/pam.d/common-auth", "auth [success=1] pam_sss.so use_first_pass\n");
        tree_write(f->root, "/etc/shadow", "daemon:*:1::::::\nroot:$y$abc:1::::::\n");
        tree_write(f->root, "/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        tree_write(f->root, "/usr/lib/x86_64-linux-gnu/libnss_sss.so.2", "");
        tree_write(f->root, "/usr/lib/x86_64-linux-gnu/security/pam_sss.so", "");
        tree_write(f->root, "/var/x", "");
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        op_cancel(f->op);
        preflight_free(f->preflight);
        fake_realm_done(&f->network);
        sd_event_unref(f->event);
        tree_remove(f->root);
        free(f->root);
        free(f);
        return 0;
}

static void on_moved(const struct preflight *p, void *userdata) {
        struct fixture *f = userdata;
        assert_false(f->done);
        f->moves++;
}

static void on_done(struct preflight *p, void *userdata) {
        struct fixture *f = userdata;
        assert_false(f->done);
        f->op = op_cancel(f->op);
        f->done = true;
        f->preflight = p;
}

static void start(struct fixture *f) {
        f->preflight = preflight_free(f->preflight);
        f->done = false;
        f->moves = 0;
        const struct preflight_options options = { .order = &f->order, .paths = &f->paths, .facts = &f->facts, .servers = f->network.name_server,
                                                    .port = f->network.port, .https_port = f->https_port };
        f->op = preflight_start(f->event, &options, on_moved, on_done, f);
        assert_non_null(f->op);
}

static void look(struct fixture *f) {
        start(f);
        while (!f->done)
                assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
        for (size_t i = 0; i < f->preflight->n; i++) {
                const struct check_result *r = &f->preflight->items[i];
                assert_int_not_equal(r->verdict, VERDICT_WAITING);
                assert_non_null(r->message);
                if (r->verdict == VERDICT_FAIL && strcmp(r->id, "kind") != 0 && strcmp(r->id, "clock") != 0 && strcmp(r->id, "ports") != 0)
                        assert_non_null(r->hint);       /* what fails comes with what to do */
        }
}

/* The check says this, and its text has that. */
static void expect(const struct fixture *f, const char *id, enum verdict verdict, const char *text) {
        const struct check_result *r = preflight_find(f->preflight, id);
        assert_non_null(r);
        if (r->verdict != verdict || !strstr(r->message, text))
                fail_msg("%s is %s: %s", id, verdict_name(r->verdict), r->message);
}

static void all_is_well(void **state) {
        struct fixture *f = *state;
        look(f);
        expect(f, "hostname", VERDICT_OK, "host1.example.test");
        expect(f, "static-name", VERDICT_OK, "stays");
        expect(f, "enrolled", VERDICT_OK, "not joined to a realm");
        expect(f, "dns", VERDICT_OK, "example.test has 1 server: dc1.example.test");
        expect(f, "kind", VERDICT_OK, "Active Directory, realm EXAMPLE.TEST, site Branch");
        expect(f, "libraries", VERDICT_OK, "libnss_sss");
        expect(f, "nsswitch", VERDICT_OK, "after files");
        expect(f, "pam", VERDICT_OK, "pam_sss");
        expect(f, "login", VERDICT_OK, "password");
        expect(f, "daemons", VERDICT_OK, "no other");
        expect(f, "ids", VERDICT_OK, "no local user");
        expect(f, "room", VERDICT_OK, "/etc and /var");
        expect(f, "locks", VERDICT_OK, "no other job");
        expect(f, "ports", VERDICT_OK, "dc1.example.test answers on 88, 389, 464, not on 445, 636, 3268 (not needed)");
        expect(f, "clock", VERDICT_OK, "dc1.example.test");
        assert_true(f->preflight->clock_known);
        assert_in_range(f->preflight->clock_usec + 100000, 0, 200000);
        assert_true(f->moves >= 3);
        assert_int_equal(f->preflight->realm->kind, REALM_AD);
}

static void judges_the_clock(void **state) {
        struct fixture *f = *state;
        static const struct {
                int64_t usec;
                enum verdict verdict;
                const char *text;
        } rows[] = {
                { 602 * 1000000LL, VERDICT_FAIL, "10 min " }, { -602 * 1000000LL, VERDICT_FAIL, "ahead of dc1.example.test; Kerberos allows 5 min" },
                { 90 * 1000000LL, VERDICT_WARN, "1 min " }, { 3 * 86400 * 1000000LL, VERDICT_FAIL, "days" }, { -30 * 1000000LL, VERDICT_OK, "ahead" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                f->network.clock_usec = rows[i].usec;
                look(f);
                expect(f, "clock", rows[i].verdict, rows[i].text);
                if (rows[i].verdict != VERDICT_OK)
                        assert_int_equal(preflight_find(f->preflight, "clock")->fix, FIX_CLOCK);
                int64_t off = f->preflight->clock_usec + rows[i].usec;
                assert_true(off > -200000 && off < 200000);
        }
        f->network.clock_usec = 0;
        f->network.kdc_stream_only = true;
        look(f);
        expect(f, "clock", VERDICT_OK, "dc1");
}

static void names_shut_ports(void **state) {
        struct fixture *f = *state;
        f->network.kdc_shut = true;
        look(f);
        expect(f, "ports", VERDICT_FAIL, "dc1.example.test does not answer on 88");
        expect(f, "clock", VERDICT_FAIL, "no KDC answers");
        assert_non_null(strstr(preflight_find(f->preflight, "ports")->details, "port 88 (Kerberos): Nothing listens there"));
        f->network.kdc_shut = false;
        f->network.kpasswd_shut = true;
        look(f);
        expect(f, "ports", VERDICT_FAIL, "does not answer on 464");
        f->network.kpasswd_shut = false;
        f->network.flavour = FAKE_IPA;          /* a join of FreeIPA needs 443, not 464 */
        look(f);
        expect(f, "ports", VERDICT_FAIL, "does not answer on 443");
        f->network.flavour = FAKE_AD;
        f->network.kdc_garbage = true;
        look(f);
        expect(f, "clock", VERDICT_FAIL, "no KDC answers");
}

static void judges_names(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *fqdn, *computer;
                enum realm_kind wanted;
                enum verdict verdict;
                const char *text;
                enum fix fix;
        } rows[] = {
                { "averylonghostname1.example.test", NULL, REALM_AD, VERDICT_FAIL, "averylonghostname1 is longer than 15", FIX_COMPUTER_NAME },
                { "averylonghostname1.example.test", "SHORT1", REALM_AD, VERDICT_OK, "fully qualified", FIX_NONE },
                { "averylonghostname1.example.test", NULL, REALM_IPA, VERDICT_OK, "fully qualified", FIX_NONE },
                { "host1", NULL, REALM_IPA, VERDICT_FAIL, "not fully qualified", FIX_HOSTNAME },
                { "host1", NULL, REALM_AD, VERDICT_WARN, "not fully qualified", FIX_HOSTNAME },
                { "localhost.localdomain", NULL, REALM_IPA, VERDICT_FAIL, "every host", FIX_HOSTNAME },
                { "Host1.example.test", NULL, REALM_IPA, VERDICT_FAIL, "capitals", FIX_HOSTNAME },
                { "host1.example.test", "no_good", REALM_AD, VERDICT_FAIL, "other than letters", FIX_COMPUTER_NAME },
                { "12345.example.test", NULL, REALM_AD, VERDICT_FAIL, "all digits", FIX_COMPUTER_NAME },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                f->facts.fqdn = (char *) rows[i].fqdn;
                f->order.computer_name = rows[i].computer;
                f->order.wanted = rows[i].wanted;
                look(f);
                expect(f, "hostname", rows[i].verdict, rows[i].text);
                assert_int_equal(preflight_find(f->preflight, "hostname")->fix, rows[i].fix);
        }
        f->facts.fqdn = (char *) "HOST2.example.test";
        f->order.wanted = REALM_IPA;
        look(f);
        assert_non_null(strstr(preflight_find(f->preflight, "hostname")->hint, "set-hostname host2.example.test"));
        /* the tool asks for the present name before it sets the other */
        f->facts = (struct facts) { .hostname = (char *) "host1" };
        f->order.hostname = "host1.example.test";
        look(f);
        expect(f, "hostname", VERDICT_FAIL, "present name host1 is not fully qualified and has no address");
        f->order.wanted = REALM_NONE;
        f->facts = (struct facts) { .hostname = (char *) "host1.example.test" };
        f->facts.fqdn = (char *) "host1";
        f->order.hostname = "host1.example.test";       /* what the join will set it to */
        look(f);
        expect(f, "hostname", VERDICT_OK, "fully qualified");
        tree_write(f->root, "/etc/hostname", "other\n");
        look(f);
        expect(f, "static-name", VERDICT_WARN, "other");
}

static void sees_earlier_joins(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/etc/krb5.keytab", "\005\002xxxx");
        look(f);
        expect(f, "enrolled", VERDICT_WARN, "keys of an earlier join");
        tree_write(f->root, "/etc/sssd/sssd.conf", "[sssd]\ndomains = old.test\n");
        look(f);
        expect(f, "enrolled", VERDICT_FAIL, "/etc/sssd/sssd.conf names old.test");
        assert_int_equal(preflight_find(f->preflight, "enrolled")->fix, FIX_LEAVE);
        tree_write(f->root, "/etc/ipa/default.conf", "[global]\nrealm = OLD.TEST\n");
        look(f);
        expect(f, "enrolled", VERDICT_FAIL, "FreeIPA already: OLD.TEST");
        tree_write(f->root, "/var/lib/ipa-client/sysrestore/sysrestore.state", "[installation]\ncomplete = False\n");
        look(f);
        expect(f, "enrolled", VERDICT_FAIL, "half way");
}

static void judges_the_host(void **state) {
        struct fixture *f = *state;
        tree_write(f->root, "/etc/nsswitch.conf", "passwd: sss files\ngroup: sss files\n");
        tree_write(f->root, "/etc/pam.d/common-auth", "auth required pam_unix.so\n");
        tree_write(f->root, "/etc/shadow", "root:*:1::::::\n");
        tree_write(f->root, "/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:200500:1::/home/alice:/bin/sh\n");
        tree_write(f->root, "/run/nscd/socket", "");
        _cleanup_free_ char *library = str_printf("%s/usr/lib/x86_64-linux-gnu/libnss_sss.so.2", f->root);
        assert_int_equal(unlink(library), 0);
        look(f);
        expect(f, "nsswitch", VERDICT_WARN, "before files");
        expect(f, "pam", VERDICT_WARN, "could not log in");
        expect(f, "login", VERDICT_WARN, "neither a password nor an SSH key");
        expect(f, "ids", VERDICT_WARN, "1 local user has an id of the range of domain users: alice (200500)");
        expect(f, "daemons", VERDICT_WARN, "nscd");
        expect(f, "libraries", VERDICT_FAIL, "lacks libnss_sss.so.2");
        tree_write(f->root, "/etc/krb5.conf", "");
        int flags = FS_IMMUTABLE_FL, none = 0;
        _cleanup_free_ char *conf = str_printf("%s/etc/krb5.conf", f->root);
        _cleanup_close_ int fd = open(conf, O_RDONLY | O_CLOEXEC);
        if (ioctl(fd, FS_IOC_SETFLAGS, &flags) >= 0) {          /* where the file system has such marks, and we may */
                look(f);
                expect(f, "room", VERDICT_FAIL, "/etc/krb5.conf is marked immutable");
                assert_int_equal(ioctl(fd, FS_IOC_SETFLAGS, &none), 0);
        }
        tree_write(f->root, "/root/.ssh/authorized_keys", "ssh-ed25519 AAAA x\n");
        tree_write(f->root, "/etc/nsswitch.conf", "passwd: files\ngroup: files\n");
        look(f);
        expect(f, "login", VERDICT_OK, "SSH key");
        expect(f, "nsswitch", VERDICT_WARN, "adds it after files");
}

/* A server that was named is looked at like any other, also where the DNS has no records. */
static void looks_at_a_named_server(void **state) {
        struct fixture *f = *state;
        f->network.flavour = FAKE_IPA;
        f->order.server = "dc1.example.test";
        f->order.realm = "EXAMPLE.TEST";
        for (int records = 1; records >= 0; records--) {
                f->network.no_srv = !records;
                look(f);
                expect(f, "dns", records ? VERDICT_OK : VERDICT_WARN, records ? "has 1 server" : "the DNS knows no servers of example.test; only dc1.example.test is used");
                expect(f, "kind", VERDICT_OK, "FreeIPA, realm EXAMPLE.TEST");
                expect(f, "ports", VERDICT_FAIL, "dc1.example.test does not answer on");
                assert_null(strstr(preflight_find(f->preflight, "clock")->message, "not compared"));
        }
        f->order.realm = "OTHER.TEST";
        look(f);
        expect(f, "kind", VERDICT_FAIL, "the realm of example.test is EXAMPLE.TEST, not OTHER.TEST");
}

static void looks_into_the_files_of_a_join(void **state) {
        struct fixture *f = *state;
        static const char pem[] = "-----BEGIN CERTIFICATE-----\nUk9P\nVC1DQQ==\n-----END CERTIFICATE-----\n";  /* ROOT-CA */
        static const struct {
                const char *path, *content, *shown;
                enum verdict verdict;
                const char *text;
        } rows[] = {
                { "/ca.crt", pem, "ROOT-CA", VERDICT_OK, "/ca.crt can be used" },
                { "/ca.crt", pem, "OTHER-CA", VERDICT_FAIL, "has not the certificate of the realm's CA: that of dc1.example.test is another" },
                { "/ca.crt", pem, NULL, VERDICT_OK, "can be used" },
                { "/ca.crt", "no certificate", "ROOT-CA", VERDICT_FAIL, "/ca.crt has no certificate in PEM" },
                { "/none.crt", NULL, "ROOT-CA", VERDICT_FAIL, "the CA file /none.crt: " },
                { "/etc", NULL, "ROOT-CA", VERDICT_FAIL, "It is no regular file" },
        };
        f->network.flavour = FAKE_IPA;
        look(f);
        assert_null(preflight_find(f->preflight, "files"));
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                f->network.ca = rows[i].shown;
                f->order.ca_file = rows[i].path;
                if (rows[i].content)
                        tree_write(f->root, rows[i].path, rows[i].content);
                look(f);
                expect(f, "files", rows[i].verdict, rows[i].text);
                assert_int_equal(preflight_find(f->preflight, "files")->fix, rows[i].verdict == VERDICT_FAIL ? FIX_CA_FILE : FIX_NONE);
        }
        f->order.ca_file = NULL;
        f->order.keytab = "/keytab";
        look(f);
        expect(f, "files", VERDICT_FAIL, "the keytab /keytab: ");
        tree_write(f->root, "/keytab", "no keys");
        look(f);
        expect(f, "files", VERDICT_FAIL, "the keytab /keytab has no keys");
}

/* On the server itself, before anybody is asked for a password. */
static void tries_the_ca_file_on_the_server(void **state) {
        struct fixture *f = *state;
        static const struct {
                enum fake_tls_kind kind;
                bool other;
                enum verdict verdict;
                const char *text;
        } rows[] = {
                { FAKE_TLS_GOOD, false, VERDICT_OK, "/ca.crt can be used" },
                { FAKE_TLS_GOOD, true, VERDICT_FAIL, "/ca.crt does not fit the server: the certificate of dc1.example.test is of another CA" },
                { FAKE_TLS_EXPIRED, false, VERDICT_FAIL, "has expired" },
                { FAKE_TLS_OTHER_NAME, false, VERDICT_FAIL, "is for another name" },
                { FAKE_TLS_PLAIN, false, VERDICT_OK, "can be used" },     /* the matter of the ports */
                { FAKE_TLS_SILENT, false, VERDICT_OK, "can be used" },
        };
        f->network.flavour = FAKE_IPA;
        f->order.ca_file = "/ca.crt";
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_tls server;
                fake_tls_start(&server, rows[i].kind);
                f->https_port = server.port;
                tree_write(f->root, "/ca.crt", rows[i].other ? server.other_ca : server.ca);
                look(f);
                expect(f, "files", rows[i].verdict, rows[i].text);
                assert_int_equal(preflight_find(f->preflight, "files")->fix, rows[i].verdict == VERDICT_FAIL ? FIX_CA_FILE : FIX_NONE);
                fake_tls_stop(&server);
        }
}

static void knows_the_wrong_kind(void **state) {
        struct fixture *f = *state;
        f->order.wanted = REALM_IPA;
        look(f);
        expect(f, "kind", VERDICT_FAIL, "example.test is Active Directory, not FreeIPA");
        assert_int_equal(preflight_find(f->preflight, "kind")->fix, FIX_OTHER_KIND);
        f->order.wanted = REALM_NONE;
        f->network.no_domain = true;
        look(f);
        expect(f, "dns", VERDICT_FAIL, "The DNS knows no servers");
        /* one cause, reported once: what hangs on it was not checked */
        expect(f, "kind", VERDICT_WARN, "not checked: no server of example.test is known");
        expect(f, "ports", VERDICT_WARN, "not checked: no server");
        expect(f, "clock", VERDICT_WARN, "not compared: no KDC");
}

/* A name server that is dead, or sends everybody away: the domain itself, tried as a guess, is not "one server". */
static void recognizes_a_dead_name_service(void **state) {
        struct fixture *f = *state;
        for (int refuses = 0; refuses < 2; refuses++) {
                f->network.dns_silent = !refuses;
                f->network.dns_refuses = refuses;
                look(f);
                expect(f, "dns", VERDICT_FAIL,
                       refuses ? "The name servers cannot be reached, or refuse to answer" : "The name server 127.0.0.1 does not answer");
                assert_non_null(strstr(preflight_find(f->preflight, "dns")->hint, "/etc/resolv.conf"));
                expect(f, "names", VERDICT_WARN, "could not be looked up");
                expect(f, "kind", VERDICT_WARN, "not checked");
                assert_in_range(f->preflight->ms, 0, PREFLIGHT_MS);
        }
}

/* What is there to keep the clock is no missing time service, also where the kernel is not synchronized yet. */
static void sees_the_time_service(void **state) {
        struct fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        f->paths.state = f->root;
        static char run[4096];
        snprintf(run, sizeof run, "%s/run-fairlead", f->root);
        f->paths.run = run;
        assert_ok(paths_prepare(&f->paths, &e), e);
        _cleanup_(service_freep) struct service *s = service_new();
        str_replace(&s->name, "time");
        str_replace(&s->pin.reference, "registry.example.test/chrony:4");
        assert_ok(services_write(&f->paths, s, &e), e);
        look(f);
        assert_int_equal(preflight_find(f->preflight, "time-service")->verdict, VERDICT_OK);
        assert_int_equal(services_remove(&f->paths, "time", NULL), 0);
        tree_write(f->root, "/run/chrony/chronyd.pid", "7\n");
        look(f);
        assert_int_equal(preflight_find(f->preflight, "time-service")->verdict, VERDICT_OK);
}

/* The clock that a shell would set, from what was measured. */
static void names_the_command_for_the_clock(void **state) {
        struct fixture *f = *state;
        f->network.clock_usec = 602 * 1000000LL;
        look(f);
        expect(f, "clock", VERDICT_FAIL, "behind dc1.example.test");
        const char *hint = preflight_find(f->preflight, "clock")->hint;
        if (!strstr(hint, "date --set='+602 seconds'") && !strstr(hint, "date --set='+601 seconds'"))
                fail_msg("%s", hint);
}

static void is_over_in_time(void **state) {
        struct fixture *f = *state;
        f->network.kdc_silent = true;
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        look(f);
        clock_gettime(CLOCK_MONOTONIC, &b);
        assert_in_range(b.tv_sec - a.tv_sec, 2, 4);     /* 3 s for a probe that nobody answers */
        expect(f, "clock", VERDICT_FAIL, "no KDC answers");
        expect(f, "ports", VERDICT_OK, "88");
}

static void forgets_when_dropped(void **state) {
        struct fixture *f = *state;
        for (unsigned turns = 0; turns < 40; turns += 2) {
                start(f);
                for (unsigned i = 0; i < turns && !f->done; i++)
                        sd_event_run(f->event, 20000);
                f->op = op_cancel(f->op);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(all_is_well), T(judges_the_clock), T(names_shut_ports), T(judges_names),
                T(sees_earlier_joins), T(judges_the_host), T(looks_at_a_named_server), T(looks_into_the_files_of_a_join), T(knows_the_wrong_kind),
                T(recognizes_a_dead_name_service), T(sees_the_time_service), T(tries_the_ca_file_on_the_server), T(names_the_command_for_the_clock), T(is_over_in_time),
                T(forgets_when_dropped),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
