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

static const char *found(enum join_tool tool, bool leaves, int status, const char *output, size_t n, const struct failure_facts *facts, bool *ret_clock) {
        struct diagnosis d = failure_find(&(struct failure_run) { tool, leaves, status, output, n, facts });
        if (ret_clock)
                *ret_clock = d.clock_too;
        free(d.quote);
        return d.failure->id;
}

static const char *found_in(enum join_tool tool, const char *output) {
        return found(tool, false, 1, output, strlen(output), NULL, NULL);
}

static void expect(enum join_tool tool, bool leaves, const char *folder, const char *name, const char *id, const struct failure_facts *facts) {
        size_t n;
        int status;
        _cleanup_free_ char *text = read_run(folder, name, &n, &status);
        if (!id) {
                assert_int_equal(status, 0);
                return;
        }
        assert_int_not_equal(status, 0);
        const char *is = found(tool, leaves, status, text, n, facts, NULL);
        if (strcmp(is, id) != 0)
                fail_msg("%s/%s is \"%s\", not \"%s\"", folder, name, is, id);
        /* without knowing the tool the same is found: an image's installer may run either */
        assert_string_equal(found(TOOL_ANY, leaves, status, text, n, facts, NULL), id);
}

static const struct row {
        const char *name;       /* begins so, behind the release; or is so */
        const char *id;         /* NULL: it succeeded */
        bool leaves;
} ipa_runs[] = {
        { "01-", "wrong-password" }, { "02-", "unknown-user" },  { "03-", "not-ipa" },     { "05-", "server-is-ad" },
        { "06-", "no-ipa-server" },  { "07-", "host-name" },     { "08-", "no-credentials" }, { "09-", "no-permission" },
        { "10-", "wrong-otp" },      { "12-", "wrong-otp" },     { "13-otp-ok.", NULL },   { "14-", "already-joined" },
        { "15-", NULL },             { "16-", "not-joined", true },    { "17-", "wrong-otp" },   { "20-", NULL },
        { "21-", "host-exists" },    { "22-", NULL },            { "24-", NULL },          { "25-", "host-name" },
        { "27-", "host-name" },      { "28-", "host-name" },      { "clock-1h-ahead-otp", NULL }, { "clock-1h-ahead-password", "no-ca" },
}, ad_runs[] = {
        { "already-joined.txt", "already-joined" }, { "disabled-user.txt", "account-locked" },
        { "expired-user.txt", "password-expired" }, { "failed-to-write.txt", "cannot-write" },
        { "leave-not-joined.txt", "not-joined", true },   { "localhost.txt", "host-name" },
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
                expect(tool, row->leaves, folder, e->d_name, row->id, NULL);
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
        expect(TOOL_IPA, false, "ipa-client", "trixie-clock-1h-ahead-password.txt", "clock", &off);
        expect(TOOL_IPA, false, "ipa-client", "bookworm-clock-1h-ahead-password.txt", "no-ca", &near);
        expect(TOOL_IPA, false, "ipa-client", "bookworm-clock-1h-ahead-password.txt", "no-ca", &unknown);
        expect(TOOL_REALM, false, "adcli", "server-not-found.txt", "clock", &(struct failure_facts) { true, -301 * 1000000LL });
        /* what is sure stays, and the clock is named besides */
        static const char wrong[] = "kinit: Password incorrect";
        bool clock;
        assert_string_equal(found(TOOL_IPA, false, 1, wrong, strlen(wrong), &off, &clock), "wrong-password");
        assert_true(clock);
        assert_string_equal(found(TOOL_IPA, false, 1, wrong, strlen(wrong), &near, &clock), "wrong-password");
        assert_false(clock);
        static const char skew[] = "Couldn't authenticate as: A@B: Clock skew too great\n";
        assert_string_equal(found(TOOL_REALM, false, 1, skew, strlen(skew), &off, &clock), "clock");
        assert_false(clock);
}

static void distinguishes_tools(void **state) {
        static const char text[] = "Insufficient permissions to join the domain", usage[] = "Usage: ipa-client-install [options]";
        assert_string_equal(found_in(TOOL_REALM, text), "no-permission");
        assert_string_equal(found_in(TOOL_IPA, text), "unknown");
        assert_string_equal(found_in(TOOL_ANY, ""), "unknown");
        static const char binary[] = "\0\0Preauthentication failed\0";
        assert_string_equal(found(TOOL_REALM, false, 1, binary, sizeof binary, NULL, NULL), "wrong-password");
        assert_string_equal(found(TOOL_IPA, false, 2, usage, strlen(usage), NULL, NULL), "usage");
        assert_string_equal(found_in(TOOL_IPA, usage), "unknown");
}

#define ROLLED_BACK "Installation failed. Rolling back changes.\nIPA client is not configured on this system.\n" \
        "Some installation state for ntp has not been restored, see /var/lib/ipa/sysrestore\nSome installation state has not been restored.\n" \
        "Client uninstall complete.\n"
#define FAILED "The ipa-client-install command failed. See /var/log/ipaclient-install.log for more information\n"

/* What a failed join prints while it rolls itself back is not its reason; behind that it may be. */
static void passes_over_the_rollback(void **state) {
        static const char before[] = "Joining realm failed: Host is already joined.\n" ROLLED_BACK FAILED,
                          behind[] = ROLLED_BACK "Kerberos authentication failed: kinit: Password incorrect while getting initial credentials\n" FAILED,
                          dead[] = "Installation failed. Rolling back changes.\nIPA client is not configured on this system.\n",
                          leave[] = "Some installation state for ntp has not been restored, see /var/lib\n" FAILED,
                          noted[] = "fairlead: note: This host is configured for a domain already (/etc/sssd/sssd.conf)\r\n";
        assert_string_equal(found_in(TOOL_IPA, before), "host-exists");
        assert_string_equal(found_in(TOOL_IPA, behind), "wrong-password");
        assert_string_equal(found_in(TOOL_IPA, dead), "unknown");
        assert_string_equal(found_in(TOOL_IPA, leave), "unknown");
        assert_string_equal(found(TOOL_IPA, true, 1, leave, strlen(leave), NULL, NULL), "half-undone");
        assert_string_equal(found_in(TOOL_ANY, noted), "unknown");
}

/* A reason without a row is the tool's own last words, and an unsure row has them besides. */
static void quotes_the_tool(void **state) {
        static const struct {
                const char *output, *id, *quote;
        } rows[] = {
                { " * Using domain name: b\n ! Couldn't fathom the domain: odd\nadcli: joining domain b failed: Couldn't fathom the domain: odd\n"
                  " ! Failed to join the domain\nrealm: Couldn't join realm: Failed to join the domain\n",
                  "unknown", "joining domain b failed: Couldn't fathom the domain: odd" },
                { " ! Couldn't fathom \033[31mthe\033[m domain\r\n ! Insufficient permissions to join the domain\r\n", "unknown", "Couldn't fathom the domain" },
                { " ! Insufficient permissions to join the domain\n", "no-permission", "Insufficient permissions to join the domain" },
                { "Failed to join domain: the moon is full.\n ! Joining the domain b failed\n", "unknown", "Failed to join domain: the moon is full" },
                { "Joining realm failed: Odd.\n\n" ROLLED_BACK FAILED, "unknown", "Joining realm failed: Odd" },
                { "Synchronizing time\nCannot fathom the server\n\n" ROLLED_BACK "\n" FAILED, "unknown", "Cannot fathom the server" },
                { "realm: Couldn't join realm: Odd\n", "unknown", "Couldn't join realm: Odd" },
                { "Failed to obtain host TGT: x\n" FAILED, "no-host-ticket", "Failed to obtain host TGT: x" },
                { "Preauthentication failed\n" FAILED, "wrong-password", NULL },
                { "nothing at all\n", "unknown", NULL },
                { "", "unknown", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct diagnosis d = failure_find(&(struct failure_run) { .status = 1, .output = rows[i].output, .n = strlen(rows[i].output) });
                _cleanup_free_ char *quote = d.quote;
                assert_string_equal(d.failure->id, rows[i].id);
                if (!str_equal(quote, rows[i].quote))
                        fail_msg("\"%s\" is quoted as \"%s\", not \"%s\"", rows[i].output, quote ? quote : "-", rows[i].quote ? rows[i].quote : "-");
        }
}

#define BIND " * Authenticated as user: A@B\n ! Couldn't authenticate to active directory: 8009030C: LdapErr: DSID-0C0904DC, comment: AcceptSecurityContext error, data "
#define RPC "Joining realm failed: JSON-RPC call failed: "
#define KINIT "Kerberos authentication failed: "
#define END "\n ! Insufficient permissions to join the domain\nrealm: Couldn't join realm: Insufficient permissions to join the domain\n"
#define OPTION "ipa-client-install: error: option --ca-cert-file: '/x' "

/* Words of tools that no run was kept of: as their sources and programs have them. */
static const struct {
        enum join_tool tool;
        const char *text, *id;
} words[] = {
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
        { TOOL_IPA, "The provided realm name [b] does not match discovered one [B]\n", "realm-differs" },
        { TOOL_REALM, BIND "525, v1db1" END, "unknown-user" },
        { TOOL_REALM, BIND "52e, v1db1" END, "wrong-password" },
        { TOOL_REALM, BIND "530, v1db1" END, "policy" },
        { TOOL_REALM, BIND "531, v1db1" END, "policy" },
        { TOOL_REALM, BIND "532, v1db1" END, "password-expired" },
        { TOOL_REALM, BIND "533, v1db1" END, "account-locked" },
        { TOOL_REALM, BIND "701, v1db1" END, "account-locked" },
        { TOOL_REALM, BIND "773, v1db1" END, "password-expired" },
        { TOOL_REALM, BIND "775, v1db1" END, "account-locked" },
        { TOOL_REALM, BIND "57, v1db1" END, "unknown" },
        { TOOL_REALM, " ! Couldn't authenticate to active directory: SASL(-1): generic failure: GSSAPI Error: An invalid name was supplied (Success)" END, "reverse-dns" },
        { TOOL_REALM, " ! Couldn't authenticate to active directory: SASL(-1): generic failure: GSSAPI Error: odd" END, "unknown" },
        { TOOL_REALM, " ! Cannot set computer password: Authentication error" END, "password-not-set" },
        { TOOL_REALM, " ! Couldn't get kerberos ticket for: a@b: KDC reply did not match expectations" END, "realm-case" },
        { TOOL_REALM, " ! Couldn't set password for computer account: H$: Message stream modified" END, "stream-modified" },
        { TOOL_REALM, " ! Couldn't authenticate as: a@b: Message stream modified" END, "realm-case" },
        { TOOL_REALM, "realm: Couldn't join realm: Extracting host keytab failed\n", "no-keytab" },
        { TOOL_REALM, " ! Failed to enroll machine in realm: Failed to execute child process \"/usr/sbin/adcli\" (No such file or directory)\n", "packages" },
        { TOOL_REALM, "Failed to join domain: failed to lookup DC info for domain 'B' over rpc: The requested operation was unsuccessful.\n", "no-controller" },
        { TOOL_REALM, "Failed to join domain: failed to set machine spn: Constraint violation\n", "spn-refused" },
        { TOOL_REALM, "Failed to join domain: failed to connect to AD: Strong(er) authentication required\n", "strong-auth" },
        { TOOL_IPA, RPC "Timeout was reached\n" ROLLED_BACK FAILED, "no-https" },
        { TOOL_IPA, RPC "Couldn't connect to server\n" ROLLED_BACK FAILED, "no-https" },
        { TOOL_IPA, RPC "Could not connect to server\n" ROLLED_BACK FAILED, "no-https" },
        { TOOL_IPA, RPC "Couldn't resolve host name\n" ROLLED_BACK FAILED, "no-https" },
        { TOOL_IPA, RPC "Could not resolve hostname\n" ROLLED_BACK FAILED, "no-https" },
        { TOOL_IPA, RPC "Couldn't resolve proxy name\n" ROLLED_BACK FAILED, "proxy" },
        { TOOL_IPA, RPC "proxy handshake error\n" ROLLED_BACK FAILED, "proxy" },
        { TOOL_IPA, RPC "SSL connect error\n" ROLLED_BACK FAILED, "tls" },
        { TOOL_IPA, RPC "Couldn't use specified SSL cipher\n" ROLLED_BACK FAILED, "tls" },
        { TOOL_IPA, RPC "Problem with the local SSL certificate\n" ROLLED_BACK FAILED, "tls" },
        { TOOL_IPA, RPC "SSL peer certificate or SSH remote key was not OK\n" ROLLED_BACK FAILED, "untrusted" },
        { TOOL_IPA, RPC "Issuer check against peer certificate failed\n" ROLLED_BACK FAILED, "untrusted" },
        { TOOL_IPA, RPC "SSL server certificate status verification FAILED\n" ROLLED_BACK FAILED, "untrusted" },
        { TOOL_IPA, RPC "Problem with the SSL CA cert (path? access rights?)\n" ROLLED_BACK FAILED, "ca-file" },
        { TOOL_IPA, RPC "Failed to load CRL file (path? access rights?, format?)\n" ROLLED_BACK FAILED, "ca-file" },
        { TOOL_IPA, RPC "Server returned nothing (no headers, no data)\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "Failure when receiving data from the peer\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "Failed sending data to the peer\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "Weird server reply\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "HTTP response code said error\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "Error in the HTTP2 framing layer\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "Number of redirects hit maximum amount\n" ROLLED_BACK FAILED, "server-trouble" },
        { TOOL_IPA, RPC "Out of memory\n" ROLLED_BACK FAILED, "unknown" },
        { TOOL_IPA, "Joining realm failed: JSON-RPC call failed with status code: 503\n", "server-trouble" },
        { TOOL_IPA, "Joining realm failed: JSON-RPC call failed with status code: 404\n", "server-trouble" },
        { TOOL_IPA, "Cannot connect to the IPA server RPC interface: cannot connect to 'https://i.b/ipa/json': [Errno 111] Connection refused\n" FAILED, "no-https" },
        { TOOL_IPA, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: EE certificate key too weak (_ssl.c:1131)\n", "weak-certificate" },
        { TOOL_IPA, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain\n", "untrusted" },
        { TOOL_IPA, "Joining realm failed: Operations error: Error checking for attribute uniqueness.\n", "server-trouble" },
        { TOOL_IPA, KINIT "kinit: Cannot read password while getting initial credentials\n" ROLLED_BACK FAILED, "password-expired" },
        { TOOL_IPA, "Configured /etc/sssd/sssd.conf\nNo valid Negotiate header in server response\n" FAILED, "unauthorized" },
        { TOOL_IPA, "Cannot obtain CA certificate\n'ldap://i.b' doesn't have a certificate.\n" ROLLED_BACK, "no-ca" },
        { TOOL_IPA, ROLLED_BACK "Keytab file could not be found: /x\n", "keytab" },
        { TOOL_IPA, ROLLED_BACK KINIT "Major (851968): Unspecified GSS failure, Minor (2529638936): Preauthentication failed\n", "keytab" },
        { TOOL_IPA, ROLLED_BACK KINIT "Major (851968): Unspecified GSS failure, Minor (2529639107): Unsupported key table format version number\n", "keytab" },
        { TOOL_IPA, ROLLED_BACK KINIT "Major (851968): Unspecified, Minor (2529638918): Client 'host/h.b@B' not found in Kerberos database\n", "keytab" },
        { TOOL_IPA, OPTION "does not exist\n", "ca-file" },
        { TOOL_IPA, OPTION "is not a valid certificate file\n", "ca-file" },
        { TOOL_IPA, "CalledProcessError(Command ['/bin/systemctl', 'restart', 'chrony.service'] returned 5: 'Failed to restart chrony.service: Unit chrony.service not found.\\n')\n", "no-chrony" },
};

static void knows_words_without_a_run(void **state) {
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                const char *id = found_in(words[i].tool, words[i].text);
                if (!str_equal(id, words[i].id))
                        fail_msg("\"%s\" is %s, not %s", words[i].text, id, words[i].id);
                assert_string_equal(found_in(TOOL_ANY, words[i].text), words[i].id);
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
                bool clock;
                const char *id = found(TOOL_ANY, false, 1, texts[i], strlen(texts[i]), &off, &clock);
                if (!str_equal(id, "clock") && !clock)
                        fail_msg("with a clock that is off \"%s\" is only %s", texts[i], id);
        }
}

static void finds_warnings(void **state) {
        const struct failure *warned[4];
        size_t n;
        int status;
        _cleanup_free_ char *text = read_run("ipa-client", "bookworm-13-otp-ok.txt", &n, &status);
        size_t count = failure_warnings(&(struct failure_run) { .tool = TOOL_IPA, .output = text, .n = n }, warned, ELEMENTS(warned));
        assert_int_equal(count, 2);
        assert_string_equal(warned[0]->id, "dns-update");
        assert_string_equal(warned[1]->id, "ca-over-http");
        static const char cut[] = " * Joining using a truncated netbios name: AVERYVERYVERYVE\n";
        assert_int_equal(failure_warnings(&(struct failure_run) { .tool = TOOL_REALM, .output = cut, .n = strlen(cut) }, warned, ELEMENTS(warned)), 1);
        assert_string_equal(warned[0]->id, "name-cut");
}

static void every_row_is_whole(void **state) {
        static const char *const ids[] = { "clock", "already-joined", "not-joined", "host-name", "ldap-conf", "half-undone", "no-credentials",
                "server-is-ad", "wrong-otp", "wrong-password", "unknown-user", "account-locked", "password-expired", "host-exists", "no-permission",
                "quota", "no-such-ou", "account-of-another", "port-464", "no-kdc", "encryption", "server-unknown", "no-realm", "no-controller",
                "no-ldap", "no-ipa-server", "not-ipa", "realm-differs", "no-ca", "unauthorized", "server-trouble", "no-host-ticket",
                "cannot-write", "packages", "busy", "not-root", "policy", "other-realm", "other-ou", "name-taken",
                "controller-gone", "no-address", "name-cut", "spn", "dns-update", "ssh-keys", "no-lookup", "ca-over-http", "usage",
                "no-chrony", "ca-file", "keytab", "realm-case", "stream-modified", "password-not-set", "spn-refused", "no-keytab", "no-https", "proxy",
                "weak-certificate", "untrusted", "tls", "reverse-dns", "strong-auth", "unknown" };
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
                cmocka_unit_test(passes_over_the_rollback), cmocka_unit_test(quotes_the_tool),
                cmocka_unit_test(knows_words_without_a_run), cmocka_unit_test(an_off_clock_is_never_passed_over),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
