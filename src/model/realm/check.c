/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/check.h"

#include <ctype.h>

#include "model/param/param.h"

static const char *const verdict_names[] = {
        [VERDICT_WAITING] = "looking", [VERDICT_OK] = "ok", [VERDICT_WARN] = "warn", [VERDICT_FAIL] = "fail",
};
DEFINE_NAMES(verdict, enum verdict)

static const char *const fix_names[] = {
        [FIX_NONE] = "none",           [FIX_PASSWORD] = "password", [FIX_ACCOUNT] = "account",
        [FIX_DOMAIN] = "domain",       [FIX_HOSTNAME] = "hostname", [FIX_COMPUTER_NAME] = "computer-name",
        [FIX_CLOCK] = "clock",         [FIX_FORCE] = "force",       [FIX_LEAVE] = "leave",
        [FIX_OTHER_KIND] = "other-kind", [FIX_CA_FILE] = "ca-file", [FIX_AGAIN] = "again",
};
DEFINE_NAMES(fix, enum fix)

static const struct {
        const char *title, *command;
} fixes[_FIX_MAX] = {
        [FIX_PASSWORD] = { "Type the password again",
                           "the same again, with --secret password=- or otp=- (it is asked for, or read from "
                           "the input)" },
        [FIX_ACCOUNT] = { "Use another account", "the same again with --set user=NAME" },
        [FIX_DOMAIN] = { "Choose another domain or server",
                         "fairlead realm discover DOMAIN; then the same again with that domain, or with "
                         "--set server=NAME" },
        [FIX_HOSTNAME] = { "Give this host its full name",
                           "hostnamectl set-hostname NAME.DOMAIN, then the same again" },
        [FIX_COMPUTER_NAME] = { "Choose another computer name",
                                "the same again with --set computer-name=NAME, or with another --set "
                                "ou=OU=…,DC=…" },
        [FIX_CLOCK] = { "Set the clock from the realm's server, once",
                        "fairlead check: it names the command that sets the clock; then the same again" },
        [FIX_FORCE] = { "Join all the same and take over the host's entry",
                        "the same again with --set force=yes" },
        [FIX_LEAVE] = { "Leave the old realm first",
                        "fairlead leave (where others joined this host: realm leave, ipa-client-install "
                        "--uninstall), then the same again" },
        [FIX_OTHER_KIND] = { "Join it as what it is", "the same again with the other --mode: ad or ipa" },
        [FIX_CA_FILE] = { "Name the file of the realm's CA certificate",
                          "the same again with --set ca=/path/of/ca.crt" },
        [FIX_AGAIN] = { "Try again", "the same again, once it is fixed" },
};

const char *fix_title(enum fix fix) {
        return (size_t) fix < _FIX_MAX ? fixes[fix].title : NULL;
}

const char *fix_command(enum fix fix) {
        return (size_t) fix < _FIX_MAX ? fixes[fix].command : NULL;
}

struct preflight *preflight_free(struct preflight *p) {
        if (!p)
                return NULL;
        for (size_t i = 0; i < p->n; i++)
                FREE_ALL(p->items[i].message, p->items[i].hint, p->items[i].details);
        free(p->items);
        realm_free(p->realm);
        FREE_ALL(p->clock_server, p);
        return NULL;
}

struct check_result *preflight_find(const struct preflight *p, const char *id) {
        for (size_t i = 0; i < p->n; i++)
                if (strcmp(p->items[i].id, id) == 0)
                        return &p->items[i];
        return NULL;
}

bool preflight_final(const struct preflight *p) {
        const struct check_result *clock = preflight_find(p, "clock");
        return p->clock_known && clock && clock->verdict == VERDICT_FAIL;
}

enum verdict preflight_worst(const struct preflight *p) {
        enum verdict worst = VERDICT_OK;
        for (size_t i = 0; i < p->n; i++)
                if (p->items[i].verdict > worst)
                        worst = p->items[i].verdict;
        return worst;
}

const char *clock_words(char buffer[static 48], int64_t usec) {
        const char *side = usec < 0 ? "behind" : "ahead of";
        unsigned long long all = usec < 0 ? -(uint64_t) usec : (uint64_t) usec, s = all / 1000000;
        if (s < 10)
                snprintf(buffer, 48, "%llu.%02llu s %s", s, all / 10000 % 100, side);
        else if (s < 60)
                snprintf(buffer, 48, "%llu s %s", s, side);
        else if (s < 3600)
                snprintf(buffer, 48, "%llu min %llu s %s", s / 60, s % 60, side);
        else if (s < 86400)
                snprintf(buffer, 48, "%llu h %llu min %s", s / 3600, s / 60 % 60, side);
        else
                snprintf(buffer, 48, "%llu days %llu h %s", s / 86400, s / 3600 % 24, side);
        return buffer;
}

const char *computer_name_fault(const char *name) {
        size_t n = strlen(name);
        if (n == 0)
                return "is empty";
        if (n > NETBIOS_MAX)
                return "is longer than 15 characters: Active Directory would cut it, and two hosts could "
                       "then share one account";
        if (strspn(name, "0123456789") == n)
                return "is all digits";
        if (name[0] == '-' || name[n - 1] == '-')
                return "begins or ends with a hyphen";
        if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")])
                return "has characters other than letters, digits and hyphens";
        return NULL;
}

const char *host_name_fault(const char *name) {
        const struct param type = { .name = (char *) "host", .type = PARAM_HOST };
        if (strncmp(name, "localhost", 9) == 0 && (!name[9] || name[9] == '.'))
                return "is that of every host";
        if (!strchr(name, '.'))
                return "is not fully qualified: it has no domain";
        if (strlen(name) > 64)
                return "is longer than 64 characters";
        for (const char *c = name; *c; c++)
                if (isupper((unsigned char) *c))
                        return "has capitals; Kerberos wants it in lower case";
        _cleanup_error_ struct error *e = NULL;
        return param_check(&type, name, &e) < 0 ? "has parts that names of hosts cannot have" : NULL;
}
