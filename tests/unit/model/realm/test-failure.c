/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>

#include "base/readfile.h"
#include "base/str.h"
#include "model/realm/failure.h"
#include "tests/unit/source.h"

static const char *fixtures(char path[static 4096], const char *folder, const char *name) {
        snprintf(path, 4096, "%s/tests/fixtures/%s/%s", source_root(), folder, name);
        return path;
}

/* A run as it was kept: its text without the line of its command, and its exit status. */
static char *read_run(const char *folder, const char *name, size_t *ret_n, int *ret_status) {
        char path[4096];
        char *text = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(readfile(fixtures(path, folder, name), 1024 * 1024, &text, ret_n, &e), e);
        const char *code = NULL;
        for (const char *at = text; (at = strstr(at, "exit code: ")); at++)
                code = at;
        assert_non_null(code);
        *ret_status = atoi(code + strlen("exit code: "));
        return text;
}

static void expect(enum join_tool tool, const char *folder, const char *name, const char *id, const struct failure_facts *facts) {
        size_t n;
        int status;
        _cleanup_free_ char *text = read_run(folder, name, &n, &status);
        if (!id) {
                assert_int_equal(status, 0);
                return;
        }
        assert_int_not_equal(status, 0);
        struct diagnosis d = failure_find(tool, status, text, n, facts);
        if (strcmp(d.failure->id, id) != 0)
                fail_msg("%s/%s is \"%s\", not \"%s\"", folder, name, d.failure->id, id);
        /* without knowing the tool the same is found: an image's installer may run either */
        assert_string_equal(failure_find(TOOL_ANY, status, text, n, facts).failure->id, id);
}

static const struct row {
        const char *name;       /* begins so, behind the release; or is so */
        const char *id;         /* NULL: it succeeded */
} ipa_runs[] = {
        { "01-", "wrong-password" }, { "02-", "unknown-user" },  { "03-", "not-ipa" },     { "05-", "server-is-ad" },
        { "06-", "no-ipa-server" },  { "07-", "host-name" },     { "08-", "no-credentials" }, { "09-", "no-permission" },
        { "10-", "wrong-otp" },      { "12-", "wrong-otp" },     { "13-otp-ok.", NULL },   { "14-", "already-joined" },
        { "15-", NULL },             { "16-", "not-joined" },    { "17-", "wrong-otp" },   { "20-", NULL },
        { "21-", "host-exists" },    { "22-", NULL },            { "24-", NULL },          { "25-", "host-name" },
        { "27-", "host-name" },      { "28-", "host-name" },      { "clock-1h-ahead-otp", NULL }, { "clock-1h-ahead-password", "no-ca" },
}, ad_runs[] = {
        { "already-joined.txt", "already-joined" }, { "disabled-user.txt", "account-locked" },
        { "expired-user.txt", "password-expired" }, { "failed-to-write.txt", "cannot-write" },
        { "leave-not-joined.txt", "not-joined" },   { "localhost.txt", "host-name" },
        { "no-domain.txt", "no-realm" },            { "no-permission.txt", "no-permission" },
        { "no-permission-outside-ou.txt", "no-permission" }, { "ok.txt", NULL },
        { "otp-wrong.txt", "wrong-otp" },           { "owned-by-another.txt", "account-of-another" },
        { "port-389-shut.txt", "no-ldap" },         { "port-464-shut.txt", "port-464" },
        { "port-88-drop.txt", "no-kdc" },           { "port-88-shut.txt", "no-kdc" },
        { "server-not-found.txt", "server-unknown" }, { "unknown-user.txt", "unknown-user" },
        { "wrong-ou.txt", "no-such-ou" },           { "wrong-password.txt", "wrong-password" },
        { "clock-off.txt", "cannot-write" },        { "packages-missing.txt", "packages" },
        { "packages-unmet.txt", "packages" },       { "controller-gone.txt", "controller-gone" },
        { "lapsed-user.txt", "account-locked" },    { "other-ou.txt", "other-ou" },
        { "quota-composed.txt", "quota" },          { "name-taken.txt", "name-taken" },
};

static const struct row *row_of(const struct row *rows, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (str_starts(name, rows[i].name))
                        return &rows[i];
        return NULL;
}

static unsigned replay(const char *folder, enum join_tool tool, const struct row *rows, size_t n) {
        char path[4096];
        DIR *d = opendir(fixtures(path, folder, ""));
        unsigned count = 0;
        assert_non_null(d);
        for (struct dirent *e; (e = readdir(d));) {
                if (e->d_name[0] == '.')
                        continue;
                const char *name = strchr(e->d_name, '-') && tool == TOOL_IPA ? strchr(e->d_name, '-') + 1 : e->d_name;
                const struct row *row = row_of(rows, n, name);
                /* looks after a join, and a run whose host had no DNS: it joined by luck */
                if (tool == TOOL_IPA && (strstr(name, "check-after-join") || strstr(name, "otp-ok-NO-DNS")))
                        continue;
                if (!row)
                        fail_msg("nothing is expected of %s", e->d_name);
                expect(tool, folder, e->d_name, row->id, NULL);
                count++;
        }
        closedir(d);
        return count;
}

static void reads_every_run_of_ipa(void **state) {
        assert_in_range(replay("ipa-client", TOOL_IPA, ipa_runs, ELEMENTS(ipa_runs)), 45, 60);
}

static void reads_every_run_of_realm(void **state) {
        assert_in_range(replay("adcli", TOOL_REALM, ad_runs, ELEMENTS(ad_runs)), 20, 40);
}

static void names_the_clock(void **state) {
        const struct failure_facts off = { true, 3600LL * 1000000 }, near = { true, 20 * 1000000 }, unknown = { false, 3600LL * 1000000 };
        expect(TOOL_IPA, "ipa-client", "trixie-clock-1h-ahead-password.txt", "clock", &off);
        expect(TOOL_IPA, "ipa-client", "bookworm-clock-1h-ahead-password.txt", "no-ca", &near);
        expect(TOOL_IPA, "ipa-client", "bookworm-clock-1h-ahead-password.txt", "no-ca", &unknown);
        expect(TOOL_REALM, "adcli", "server-not-found.txt", "clock", &(struct failure_facts) { true, -301 * 1000000LL });
        /* what is sure stays, and the clock is named besides */
        static const char wrong[] = "kinit: Password incorrect";
        struct diagnosis d = failure_find(TOOL_IPA, 1, wrong, strlen(wrong), &off);
        assert_string_equal(d.failure->id, "wrong-password");
        assert_true(d.clock_too);
        assert_false(failure_find(TOOL_IPA, 1, wrong, strlen(wrong), &near).clock_too);
        static const char skew[] = "Couldn't authenticate as: A@B: Clock skew too great\n";
        d = failure_find(TOOL_REALM, 1, skew, strlen(skew), &off);
        assert_string_equal(d.failure->id, "clock");
        assert_false(d.clock_too);
}

static void distinguishes_tools(void **state) {
        static const char text[] = "Insufficient permissions to join the domain";
        assert_string_equal(failure_find(TOOL_REALM, 1, text, strlen(text), NULL).failure->id, "no-permission");
        assert_string_equal(failure_find(TOOL_IPA, 1, text, strlen(text), NULL).failure->id, "unknown");
        assert_string_equal(failure_find(TOOL_ANY, 7, "", 0, NULL).failure->id, "unknown");
        static const char binary[] = "\0\0Preauthentication failed\0";
        assert_string_equal(failure_find(TOOL_REALM, 1, binary, sizeof binary, NULL).failure->id, "wrong-password");
        static const char usage[] = "Usage: ipa-client-install [options]";
        assert_string_equal(failure_find(TOOL_IPA, 2, usage, strlen(usage), NULL).failure->id, "usage");
        assert_string_equal(failure_find(TOOL_IPA, 1, usage, strlen(usage), NULL).failure->id, "unknown");
}

/* Words of tools that no run was kept of: as their sources and programs have them. */
static void knows_words_without_a_run(void **state) {
        static const struct {
                enum join_tool tool;
                const char *text, *id;
        } rows[] = {
                { TOOL_REALM, "realm: Couldn't join realm: Already running another action\n", "busy" },
                { TOOL_REALM, "realm: Not authorized to perform this action\n", "not-root" },
                { TOOL_REALM, "realm: Couldn't join realm: Admin name or password is not valid\n", "wrong-password" },
                { TOOL_REALM, " ! Couldn't authenticate as: a@B: KDC policy rejects request\n", "policy" },
                { TOOL_REALM, " ! Couldn't authenticate as: a@B: Realm not local to KDC\n", "other-realm" },
                { TOOL_REALM, " ! Couldn't authenticate as: a@B: Client's entry in database has expired\n", "account-locked" },
                { TOOL_REALM, " ! Couldn't authenticate as: a@B: Cannot resolve servers for KDC in realm \"B\"\n", "no-kdc" },
                { TOOL_REALM, " ! Couldn't authenticate as: a@B: Cannot find KDC for realm \"B\"\n", "no-kdc" },
                { TOOL_REALM, " ! Couldn't authenticate as: a@B: KDC has no support for encryption type\n", "encryption" },
                { TOOL_REALM, " ! Couldn't find usable domain controller to connect to\n", "no-controller" },
                { TOOL_REALM, " ! Couldn't resolve host name: dc9.b: Name or service not known\n", "no-address" },
                { TOOL_REALM, " ! Couldn't connect to LDAP server: Can't contact\n", "controller-gone" },
                { TOOL_REALM, " ! Cannot change computer password: Access denied\n", "account-of-another" },
                { TOOL_REALM, " ! Insufficient permissions to create computer account: CN=H\n", "no-permission" },
                { TOOL_REALM, " ! Couldn't determine the computer account name from host name: -\n", "host-name" },
                { TOOL_REALM, " ! Couldn't add keytab entries: FILE:/etc/krb5.keytab: Permission denied\n", "cannot-write" },
                { TOOL_REALM, "realm: Already joined to another domain: corp.test\n", "already-joined" },
                { TOOL_ANY, "This host is configured for a domain already (/etc/sssd/sssd.conf or /etc/ipa/default.conf).\n", "already-joined" },
                { TOOL_IPA, "Unable to discover domain, not provided on command line\n", "no-ipa-server" },
                { TOOL_IPA, "ipa.b is not an IPA v2 Server.\n", "server-is-ad" },
                { TOOL_IPA, "Skip dc1.b: not an IPA server\n", "server-is-ad" },
                { TOOL_IPA, "Invalid hostname 'Host.B', must be lower-case.\n", "host-name" },
                { TOOL_IPA, "invalid hostname: cannot be longer that 64 characters\n", "host-name" },
                { TOOL_IPA, "kinit: Cannot contact any KDC for realm 'B' while getting initial credentials\n", "no-kdc" },
                { TOOL_IPA, "kinit: Clock skew too great while getting initial credentials\n", "clock" },
                { TOOL_IPA, "kinit: Password has expired while getting initial credentials\n", "password-expired" },
                { TOOL_IPA, "Password expired. You must change it now.\n", "password-expired" },
                { TOOL_IPA, "Joining realm failed: Incorrect password.\n", "wrong-otp" },
                { TOOL_IPA, "Joining realm failed: RPC failed at server.  cannot connect to 'ldapi://%2fvar'\n", "server-trouble" },
                { TOOL_IPA, "JSON-RPC call was unauthorized. Check your credentials.\n", "unauthorized" },
                { TOOL_IPA, "Failed to obtain host TGT: x\n", "no-host-ticket" },
                { TOOL_IPA, "'/etc/openldap/ldap.conf' contains deprecated and unsupported entries: HOST\n", "ldap-conf" },
                { TOOL_IPA, "Some installation state for ntp has not been restored, see /var/lib/ipa-client\n", "half-undone" },
                { TOOL_IPA, "The provided realm name [b] does not match discovered one [B]\n", "realm-differs" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *found = failure_find(rows[i].tool, 1, rows[i].text, strlen(rows[i].text), NULL).failure->id;
                if (!str_equal(found, rows[i].id))
                        fail_msg("\"%s\" is %s, not %s", rows[i].text, found, rows[i].id);
        }
}

/* Each of the tool's own words, with a clock that is off: named first, or besides where the tool cannot mean anything else. */
static void an_off_clock_is_never_passed_over(void **state) {
        static const char *const texts[] = {
                "Cannot obtain CA certificate", "Failed to obtain host TGT", "Can't contact LDAP server", "Cannot contact any KDC",
                "Server not found in Kerberos database", "Insufficient permissions to join the domain", "nothing that is known",
                "Joining realm failed: SASL Bind failed Invalid credentials", "Preauthentication failed", "Couldn't connect to host",
        };
        const struct failure_facts off = { true, -CLOCK_FAIL_USEC };
        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                struct diagnosis d = failure_find(TOOL_ANY, 1, texts[i], strlen(texts[i]), &off);
                if (!str_equal(d.failure->id, "clock") && !(d.failure->sure && d.clock_too))
                        fail_msg("with a clock that is off \"%s\" is only %s", texts[i], d.failure->id);
        }
}

static void finds_warnings(void **state) {
        const struct failure *found[4];
        size_t n;
        int status;
        _cleanup_free_ char *text = read_run("ipa-client", "bookworm-13-otp-ok.txt", &n, &status);
        size_t count = failure_warnings(TOOL_IPA, text, n, found, ELEMENTS(found));
        assert_int_equal(count, 2);
        assert_string_equal(found[0]->id, "dns-update");
        assert_string_equal(found[1]->id, "ca-over-http");
        static const char cut[] = " * Joining using a truncated netbios name: AVERYVERYVERYVE\n";
        assert_int_equal(failure_warnings(TOOL_REALM, cut, strlen(cut), found, ELEMENTS(found)), 1);
        assert_string_equal(found[0]->id, "name-cut");
}

static void every_row_is_whole(void **state) {
        static const char *const ids[] = { "clock", "already-joined", "not-joined", "host-name", "ldap-conf", "half-undone", "no-credentials",
                "server-is-ad", "wrong-otp", "wrong-password", "unknown-user", "account-locked", "password-expired", "host-exists", "no-permission",
                "quota", "no-such-ou", "account-of-another", "port-464", "no-kdc", "encryption", "server-unknown", "no-realm", "no-controller",
                "no-ldap", "no-ipa-server", "not-ipa", "realm-differs", "no-ca", "unauthorized", "server-trouble", "no-host-ticket",
                "cannot-write", "packages", "busy", "not-root", "policy", "other-realm", "other-ou", "name-taken",
                "controller-gone", "no-address", "name-cut", "spn", "dns-update", "ssh-keys", "no-lookup", "ca-over-http", "usage", "unknown" };
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                const struct failure *f = failure_of(ids[i]);
                assert_non_null(f);
                assert_non_null(f->message);
                assert_non_null(f->cause);
                assert_non_null(f->hint);
                assert_true(f->message[strlen(f->message) - 1] != '.');
                assert_true(!f->fix || fix_title(f->fix));
                assert_true(f->fix != FIX_FORCE || f->consequence);
                /* what the console offers for its sentence is what this row has */
                assert_true(f->goes_on || !f->texts[0] || failure_recorded(f->id, f->message)->fix == f->fix);
        }
        assert_null(failure_of("nothing"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_every_run_of_ipa), cmocka_unit_test(reads_every_run_of_realm), cmocka_unit_test(names_the_clock),
                cmocka_unit_test(distinguishes_tools),      cmocka_unit_test(finds_warnings),           cmocka_unit_test(every_row_is_whole),
                cmocka_unit_test(knows_words_without_a_run), cmocka_unit_test(an_off_clock_is_never_passed_over),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
