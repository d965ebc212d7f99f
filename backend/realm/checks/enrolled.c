/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>

#include "backend/realm/checks/check.h"
#include "backend/realm/membership.h"
#include "base/ini.h"
#include "base/str.h"

static bool has_bytes(const struct preflight_run *run, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", run->paths->root, path);
        struct stat st;
        return whole && stat(whole, &st) >= 0 && st.st_size > 2;
}

/* By what joined it: a service of fairlead, or somebody else. */
static void hint_at_leaving(const struct preflight_run *run, struct check_result *result, bool ipa) {
        _cleanup_(membership_freep) struct membership *m = membership_read(run->paths);
        result->fix = FIX_LEAVE;
        if (m && m->service)
                check_hint(result, "Leave it first: fairlead leave %s", m->service);
        else if (ipa)
                check_hint(result, "Leave it first, by what joined it: ipa-client-install --uninstall. Or "
                                   "go on with what it has set up: the mode "
                                   "that uses this host's configuration");
        else
                check_hint(result, "Leave it first, by what joined it: realm leave. Or go on with what it "
                                   "has set up: the mode that uses this host's "
                                   "configuration");
}

/* What an ipa-client-install that died leaves behind: it calls itself not configured, and a second run loses
 * the originals (reference/enroll.md a.6). */
static bool look_at_ipa(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *state = check_read(run, "/var/lib/ipa-client/sysrestore/sysrestore.state");
        _cleanup_free_ char *conf = check_read(run, "/etc/ipa/default.conf"),
                            *realm = conf ? ini_value(conf, "global", "realm") : NULL;
        _cleanup_free_ char *complete = state ? ini_value(state, "installation", "complete") : NULL;
        if (complete && str_equal_nocase(complete, "False")) {
                check_say(result, VERDICT_FAIL, "an earlier ipa-client-install stopped half way and left "
                                                "its files");
                check_hint(result, "Put them back first (fairlead rollback, or your backup): a second run "
                                   "would take the half for the original");
                result->fix = FIX_LEAVE;
                return true;
        }
        if (!conf)
                return false;
        check_say(result, VERDICT_FAIL, "this host is joined to FreeIPA already%s%s", realm ? ": " : "",
                  realm ? realm : "");
        hint_at_leaving(run, result, true);
        return true;
}

static void check_enrolled_look(struct preflight_run *run, struct check_result *result, void *state) {
        if (look_at_ipa(run, result))
                return;
        _cleanup_free_ char *sssd = check_read(run, "/etc/sssd/sssd.conf"),
                            *domains = sssd ? ini_value(sssd, "sssd", "domains") : NULL;
        _cleanup_free_ char *samba = check_read(run, "/etc/samba/smb.conf"),
                            *security = samba ? ini_value(samba, NULL, "security") : NULL;
        bool keytab = has_bytes(run, "/etc/krb5.keytab");
        if (domains || (security && str_equal_nocase(security, "ads"))) {
                check_say(result, VERDICT_FAIL, "this host is joined already: %s names %s",
                          domains ? "/etc/sssd/sssd.conf" : "/etc/samba/smb.conf",
                          domains ? domains : "Active Directory");
                hint_at_leaving(run, result, false);
        } else if (keytab) {
                check_say(result, VERDICT_WARN, "/etc/krb5.keytab has keys of an earlier join; the join may "
                                                "replace them");
                check_hint(result, "They are saved before the join and put back when it is undone");
        } else
                check_say(result, VERDICT_OK, "this host is in no realm yet");
}

const struct check enrolled_check = {
        .id = "enrolled",
        .title = "Earlier join",
        .look = check_enrolled_look,
};
