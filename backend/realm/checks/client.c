/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The programs of this host that use SSSD, and an earlier join. */
#include <glob.h>
#include <sys/stat.h>

#include "backend/realm/checks/check.h"
#include "base/ini.h"

/* ---- an earlier join ---- */

static bool check_enrolled_has_keys(const struct preflight_run *run) {
        _cleanup_free_ char *keytab = str_printf("%s/etc/krb5.keytab", run->paths->root);
        struct stat st;
        return stat(keytab, &st) >= 0 && st.st_size > 2;
}

/* Names the service of fairlead that joined, if any. */
static void check_enrolled_hint(const struct preflight_run *run, struct check_result *result, bool ipa) {
        _cleanup_(membership_freep) struct membership *m = membership_read(run->paths);
        result->fix = FIX_LEAVE;
        if (m->service)
                check_hint(result, "Leave it first: fairlead leave %s", m->service);
        else
                check_hint(
                        result,
                        "Leave it first, by what joined it: %s. Or go on with what it has set up: the mode "
                        "that uses this host's configuration",
                        ipa ? "ipa-client-install --uninstall" : "realm leave");
}

/* Files of an ipa-client-install that died: it reports "not configured", and a second run loses the
 * originals. */
static bool check_enrolled_ipa(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *state = check_read(run, "/var/lib/ipa-client/sysrestore/sysrestore.state"),
                            *complete = ini_value(state, "installation", "complete"),
                            *conf = check_read(run, "/etc/ipa/default.conf"),
                            *realm = ini_value(conf, "global", "realm");
        if (complete && str_equal_nocase(complete, "False")) {
                check_say(
                        result, VERDICT_FAIL,
                        "Restore them first (fairlead rollback, or your backup): a second run would take the "
                        "half for the original",
                        "an earlier ipa-client-install stopped half way and left its files");
                result->fix = FIX_LEAVE;
                return true;
        }
        if (!conf)
                return false;
        check_say(result, VERDICT_FAIL, NULL, "this host is joined to FreeIPA already%s%s", realm ? ": " : "",
                  realm ? realm : "");
        check_enrolled_hint(run, result, true);
        return true;
}

void check_enrolled(struct preflight_run *run, struct check_result *result) {
        if (check_enrolled_ipa(run, result))
                return;
        _cleanup_free_ char *sssd = check_read(run, "/etc/sssd/sssd.conf"),
                            *domains = ini_value(sssd, "sssd", "domains"),
                            *samba = check_read(run, "/etc/samba/smb.conf"),
                            *security = ini_value(samba, NULL, "security");
        if (domains || (security && str_equal_nocase(security, "ads"))) {
                check_say(result, VERDICT_FAIL, NULL, "this host is joined already: %s names %s",
                          domains ? "/etc/sssd/sssd.conf" : "/etc/samba/smb.conf",
                          domains ? domains : "Active Directory");
                check_enrolled_hint(run, result, false);
        } else if (check_enrolled_has_keys(run))
                check_say(result, VERDICT_WARN,
                          "They are saved before the join and restored when it is undone",
                          "/etc/krb5.keytab has keys of an earlier join; the join may replace them");
        else
                check_say(result, VERDICT_OK, NULL, "this host is not joined to a realm");
}

/* ---- libraries ---- */

/* Loaded by the programs of the host to query SSSD, wherever that runs. */
static const struct {
        const char *file, *package;
} libraries[] = {
        { "libnss_sss.so.2", "libnss-sss (Debian), sssd-client (Fedora and kin)" },
        { "security/pam_sss.so", "libpam-sss (Debian), sssd-client (Fedora and kin)" },
};

/* In the folders of libraries, or in theirs for one architecture (x86_64-linux-gnu). */
static bool check_libraries_have(const struct preflight_run *run, const char *file) {
        _cleanup_free_ char *pattern =
                str_printf("%s{/usr,}/lib{64,}/{,*-linux-*/}%s", run->paths->root, file);
        glob_t found = {};
        bool have = glob(pattern, GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0;
        globfree(&found);
        return have;
}

void check_libraries(struct preflight_run *run, struct check_result *result) {
        _cleanup_str_ struct str missing = {}, packages = {};
        for (size_t i = 0; i < ELEMENTS(libraries); i++) {
                if (check_libraries_have(run, libraries[i].file))
                        continue;
                str_addf(&missing, "%s%s", missing.length ? " and " : "", libraries[i].file);
                str_addf(&packages, "%s%s", packages.length ? "; " : "", libraries[i].package);
        }
        if (!missing.length) {
                check_say(result, VERDICT_OK, NULL, "libnss_sss and pam_sss are on this host");
                return;
        }
        check_say(result, VERDICT_FAIL, NULL, "this host lacks %s: its programs could not ask SSSD",
                  missing.text);
        check_hint(result, "Install %s", packages.text);
}

/* ---- nsswitch.conf(5) ---- */

/* The words of one database of nsswitch.conf(5), with a blank at each end; NULL: no such line. */
static char *check_nsswitch_words_of(const char *text, const char *database) {
        _cleanup_free_ char *copy = xstrdup(text);
        for (char *rest = copy, *line, *word; (line = strsep(&rest, "\n"));) {
                line[strcspn(line, "#")] = '\0';
                line += strspn(line, " \t");
                char *words = (char *) str_starts(line, database);
                if (!words || *words++ != ':')
                        continue;
                struct str s = {};
                str_add(&s, " ");
                while ((word = strsep(&words, " \t\r")))
                        if (*word)
                                str_addf(&s, "%s ", word);
                return str_take(&s);
        }
        return NULL;
}

void check_nsswitch(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *text = check_read(run, "/etc/nsswitch.conf"),
                            *users = check_nsswitch_words_of(text, "passwd"),
                            *groups = check_nsswitch_words_of(text, "group");
        const char *sss = users ? strstr(users, " sss ") : NULL,
                   *files = users ? strstr(users, " files ") : NULL;
        if (!text)
                check_say(result, VERDICT_WARN, NULL,
                          "there is no /etc/nsswitch.conf: users are looked for as the C library likes");
        else if (sss && files && sss < files)
                check_say(result, VERDICT_WARN,
                          "Put files before sss in the lines passwd and group of /etc/nsswitch.conf",
                          "nsswitch.conf asks sss before files: without SSSD even root is looked up late");
        else if (sss && groups && strstr(groups, " sss "))
                check_say(result, VERDICT_OK, NULL, "nsswitch.conf asks sss, after files");
        else
                check_say(result, VERDICT_WARN, NULL,
                          "nsswitch.conf has no sss; the join adds it after files");
}

/* ---- PAM ---- */

void check_pam(struct preflight_run *run, struct check_result *result) {
        static const char *const files[] = { "/etc/pam.d/common-auth", "/etc/pam.d/system-auth",
                                             "/etc/pam.d/password-auth" };
        bool found = false, has = true;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *text = check_read(run, files[i]);
                found = found || text;
                has = has && (!text || strstr(text, "pam_sss.so"));
        }
        if (!found)
                check_say(result, VERDICT_WARN, "After the join make sure that the services use pam_sss.so",
                          "the PAM configuration is not of a known kind");
        else if (has)
                check_say(result, VERDICT_OK, NULL, "logins ask pam_sss");
        else
                check_say(result, VERDICT_WARN,
                          check_exists(run, "/usr/sbin/pam-auth-update")
                                  ? "pam-auth-update --enable sss adds it"
                          : check_exists(run, "/usr/bin/authselect")
                                  ? "authselect select sssd with-mkhomedir adds it"
                                  : "Add pam_sss.so to the files of /etc/pam.d",
                          "logins do not ask pam_sss yet: domain users could not log in");
}

/* ---- other services ---- */

void check_daemons(struct preflight_run *run, struct check_result *result) {
        static const char *const signs[][2] = { { "/run/nscd/socket", "nscd" },
                                                { "/run/nslcd/socket", "nslcd" },
                                                { "/run/samba/winbindd/pipe", "winbind" } };
        _cleanup_str_ struct str running = {};
        for (size_t i = 0; i < ELEMENTS(signs); i++)
                if (check_exists(run, signs[i][0]))
                        str_addf(&running, "%s%s", running.length ? ", " : "", signs[i][1]);
        if (!running.length)
                check_say(result, VERDICT_OK, NULL,
                          "no other service answers for users (nscd, nslcd, winbind)");
        else
                check_say(result, VERDICT_WARN,
                          "Stop and disable it, or leave users and groups out of what it caches",
                          "%s runs and would answer beside SSSD", running.text);
}
