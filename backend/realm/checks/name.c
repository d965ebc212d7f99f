/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's name, and names and addresses that must agree: the host's in the DNS, the server's address and
 * name. */
#include <arpa/inet.h>
#include <ctype.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include "backend/realm/checks/check.h"

/* ---- its name ---- */

static void check_hostname_computer(struct preflight_run *run, struct check_result *result,
                                    const char *hostname) {
        /* Active Directory's default is the part before the first dot */
        _cleanup_free_ char *own = xstrndup(hostname, strcspn(hostname, "."));
        const char *name = run->computer_name ? run->computer_name : own, *fault = computer_name_fault(name);
        if (!fault)
                return;
        check_say(result, VERDICT_FAIL,
                  "Choose a computer name of at most 15 letters, digits and hyphens (--set "
                  "computer-name=NAME), or a shorter host name",
                  "the computer name %s %s", name, fault);
        result->fix = FIX_COMPUTER_NAME;
}

/* Neither qualified nor in the host's own list: gethostfqdn() of ipa-client-install fails. */
static bool check_hostname_unresolved(const struct preflight_run *run) {
        return run->facts->hostname && !strchr(run->facts->hostname, '.') && !run->facts->fqdn;
}

void check_hostname(struct preflight_run *run, struct check_result *result) {
        const char *name = run->hostname      ? run->hostname
                           : run->facts->fqdn ? run->facts->fqdn
                                              : run->facts->hostname;
        const char *fault = name ? host_name_fault(name) : "is not known";
        /* Active Directory uses the first part for the account, and accepts a host without a domain */
        bool unqualified = name && !strchr(name, '.') && strcmp(name, "localhost") != 0;
        if (fault) {
                check_say(result, unqualified && run->wanted == REALM_AD ? VERDICT_WARN : VERDICT_FAIL,
                          NULL, "the host name %s %s", name ? name : "", fault);
                const char *now = name ? name : "host";
                _cleanup_free_ char *first = xstrndup(now, strcspn(now, "."));
                for (char *p = first; *p; p++)
                        *p = (char) tolower((unsigned char) *p);
                check_hint(result, "Set it: hostnamectl set-hostname %s.%s", first, run->domain);
                result->fix = FIX_HOSTNAME;
        } else if (run->hostname && run->wanted == REALM_IPA && check_hostname_unresolved(run)) {
                check_say(result, VERDICT_FAIL, NULL,
                          "this host's present name %s is not fully qualified and has no address",
                          run->facts->hostname);
                check_hint(result,
                           "ipa-client-install asks for it before it sets another: hostnamectl "
                           "set-hostname %s",
                           run->hostname);
                result->fix = FIX_HOSTNAME;
        } else
                check_say(result, VERDICT_OK, NULL, "%s is fully qualified", name);
        if (run->wanted != REALM_IPA && name && result->verdict != VERDICT_FAIL)
                check_hostname_computer(run, result, name);
}

/* ---- the static host name ---- */

void check_static_name(struct preflight_run *run, struct check_result *result) {
        _cleanup_free_ char *text = check_read(run, "/etc/hostname");
        if (text)
                text[strcspn(text, " \t\r\n")] = '\0';
        if (str_empty(text))
                check_say(result, VERDICT_WARN, "Set it: hostnamectl set-hostname NAME",
                          "/etc/hostname is empty or missing: the name may change with the next start");
        else if (!str_equal(text, run->facts->hostname))
                check_say(result, VERDICT_WARN, "Make both the same: hostnamectl set-hostname NAME",
                          "after the next start this host is called %s, now %s", text, run->facts->hostname);
        else
                check_say(result, VERDICT_OK, NULL, "the name stays after a restart");
}

/* ---- records ---- */

struct names {
        struct op op;
        struct preflight_run *run;
        struct check_result *result;
        struct op *own, *reverse;
};

static void check_names_drop(struct op *op) {
        struct names *n = container_of(op, struct names, op);
        op_cancel(n->own);
        op_cancel(n->reverse);
}

static bool check_names_is_ours(const char *address) {
        struct ifaddrs *all = NULL;
        bool ours = false;
        if (getifaddrs(&all) < 0)
                return false;
        for (const struct ifaddrs *i = all; i && !ours; i = i->ifa_next)
                ours = i->ifa_addr && i->ifa_addr->sa_family == AF_INET &&
                       ((const struct sockaddr_in *) i->ifa_addr)->sin_addr.s_addr == inet_addr(address);
        freeifaddrs(all);
        return ours;
}

static void check_names_settle(struct names *n) {
        if (n->own || n->reverse)
                return;
        if (n->result->verdict == VERDICT_WAITING)
                check_say(n->result, VERDICT_OK, NULL, "names and addresses agree");
        n->run->settled(n->run, n->result);
}

static void check_names_on_own(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct names *n = userdata;
        const char *name = n->run->facts->fqdn, *stranger = NULL;
        bool found = false;
        n->own = op_cancel(n->own);
        for (size_t i = 0; answer && i < answer->n; i++) {
                const struct dns_record *r = &answer->records[i];
                if (r->type != DNS_A || r->additional)
                        continue;
                check_detail(n->result, "%s is %s in the DNS", name, r->text);
                if (check_names_is_ours(r->text))
                        found = true;
                else if (!stranger)
                        stranger = r->text;
        }
        if (stranger && !found)
                check_say(n->result, VERDICT_WARN,
                          "Another host may have this name, and its account would be taken over; or the "
                          "record is wrong: correct it",
                          "the DNS gives the name %s to %s, which is no address of this host", name,
                          stranger);
        else if (e)
                check_say(n->result, VERDICT_WARN, NULL, "the name %s could not be looked up: %s", name,
                          e->message);
        else if (!stranger && !found)
                check_detail(n->result, "%s has no address in the DNS", name);
        error_free(e);
        check_names_settle(n);
}

static void check_names_on_reverse(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct names *n = userdata;
        const struct place *server = &n->run->ldap.items[0];
        const char *other = NULL;
        bool found = false;
        n->reverse = op_cancel(n->reverse);
        error_free(e);
        for (size_t i = 0; answer && i < answer->n && !found; i++)
                if (answer->records[i].type == DNS_PTR) {
                        other = answer->records[i].text;
                        found = str_equal_nocase(other, server->host);
                }
        check_detail(n->result, "%s (%s) has the PTR record %s", server->host, server->address,
                     found ? server->host : other ? other : "nothing");
        if (other && !found && n->result->verdict == VERDICT_WAITING)
                check_say(n->result, VERDICT_WARN,
                          "Kerberos clients that do reverse lookups (rdns = true) would ask for the wrong "
                          "name: correct the PTR record",
                          "the address of %s has the PTR record %s", server->host, other);
        check_names_settle(n);
}

struct op *check_names(struct preflight_run *run, struct check_result *result) {
        const char *server = run->ldap.n ? run->ldap.items[0].address : NULL;
        struct in_addr address;
        bool reverse = server && inet_pton(AF_INET, server, &address) == 1;
        if (!reverse && !run->facts->fqdn) {
                check_say(result, VERDICT_WARN, NULL, "there is no name to look up");
                return NULL;
        }
        struct names *n = new0(struct names);
        *n = (struct names) { .op.drop = check_names_drop, .run = run, .result = result };
        if (reverse) {
                const unsigned char *b = (const unsigned char *) &address;
                _cleanup_free_ char *name =
                        str_printf("%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
                n->reverse = dns_ask(run->dns, name, DNS_PTR, check_names_on_reverse, n);
        }
        if (run->facts->fqdn)
                n->own = dns_ask(run->dns, run->facts->fqdn, DNS_A, check_names_on_own, n);
        return &n->op;
}
