/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

/* The part before the first dot: what Active Directory takes where no other name is given. */
static char *short_name(const char *name) {
        return strndup(name, strcspn(name, "."));
}

static void look_at_computer_name(struct preflight_run *run, struct check_result *result,
                                  const char *hostname) {
        _cleanup_free_ char *own = short_name(hostname);
        const char *name = run->computer_name ? run->computer_name : own;
        const char *fault = name ? computer_name_fault(name) : NULL;
        if (!fault)
                return;
        check_say(result, VERDICT_FAIL, "the computer name %s %s", name, fault);
        check_hint(result, "Choose a computer name of at most 15 letters, digits and hyphens (--set "
                           "computer-name=NAME), or a shorter host name");
        result->fix = FIX_COMPUTER_NAME;
}

static void check_hostname_look(struct preflight_run *run, struct check_result *result, void *state) {
        const char *name = run->hostname      ? run->hostname
                           : run->facts->fqdn ? run->facts->fqdn
                                              : run->facts->hostname;
        const char *fault = name ? host_name_fault(name) : "is not known";
        /* Active Directory has the account's name from the first part, and bears a host without a domain */
        bool unqualified = name && !strchr(name, '.') && strcmp(name, "localhost") != 0;
        if (fault) {
                check_say(result, unqualified && run->wanted == REALM_AD ? VERDICT_WARN : VERDICT_FAIL,
                          "the host name %s %s", name ? name : "", fault);
                check_hint(result, "Set it: hostnamectl set-hostname %.*s.%s",
                           name ? (int) strcspn(name, ".") : 4, name ? name : "host", run->domain);
                result->fix = FIX_HOSTNAME;
        } else
                check_say(result, VERDICT_OK, "%s is fully qualified", name);
        if (run->wanted != REALM_IPA && name && result->verdict != VERDICT_FAIL)
                look_at_computer_name(run, result, name);
}

const struct check hostname_check = { .id = "hostname", .title = "Host name", .look = check_hostname_look };
