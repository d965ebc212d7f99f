/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and addresses that must agree: this host's own name in the DNS, and the server's address with its
 * name. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "backend/realm/checks/check.h"
#include "base/str.h"

struct names {
        struct preflight_run *run;
        struct check_result *result;
        struct op *own, *reverse;
        bool begun;
};

static void check_names_drop(void *state) {
        struct names *n = state;
        op_cancel(n->own);
        op_cancel(n->reverse);
}

static bool check_names_is_ours(const char *address) {
        struct ifaddrs *all = NULL;
        bool ours = false;
        if (getifaddrs(&all) < 0)
                return false;
        for (struct ifaddrs *i = all; i && !ours; i = i->ifa_next) {
                char text[INET6_ADDRSTRLEN];
                ours = i->ifa_addr && i->ifa_addr->sa_family == AF_INET &&
                       inet_ntop(AF_INET, &((struct sockaddr_in *) i->ifa_addr)->sin_addr, text,
                                 sizeof text) &&
                       strcmp(text, address) == 0;
        }
        freeifaddrs(all);
        return ours;
}

static void check_names_settle(struct names *n) {
        if (!n->begun || n->own || n->reverse)
                return;
        if (n->result->verdict == VERDICT_WAITING)
                check_say(n->result, VERDICT_OK, "names and addresses agree");
        check_settle(n->run, n->result);
}

static void own_came(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct names *n = userdata;
        const char *name = n->run->facts->fqdn;
        const char *stranger = NULL;
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
        if (stranger && !found) {
                check_say(n->result, VERDICT_WARN,
                          "the DNS gives the name %s to %s, which is no address of this host", name,
                          stranger);
                check_hint(n->result, "Another host may have this name, and its account would be taken "
                                      "over; or fix the record");
        } else if (e)
                check_say(n->result, VERDICT_WARN, "the name %s could not be looked up: %s", name,
                          e->message);
        else if (!stranger && !found)
                check_detail(n->result, "%s has no address in the DNS", name);
        error_free(e);
        check_names_settle(n);
}

static void reverse_came(const struct dns_answer *answer, struct error *e, void *userdata) {
        struct names *n = userdata;
        const struct place *server = &n->run->ldap[0];
        bool found = false;
        const char *other = NULL;
        n->reverse = op_cancel(n->reverse);
        error_free(e);
        for (size_t i = 0; answer && i < answer->n; i++)
                if (answer->records[i].type == DNS_PTR) {
                        found = found || str_equal_nocase(answer->records[i].text, server->host);
                        other = answer->records[i].text;
                }
        check_detail(n->result, "%s (%s) is %s backwards", server->host, server->address,
                     found   ? server->host
                     : other ? other
                             : "nothing");
        if (other && !found && n->result->verdict == VERDICT_WAITING) {
                check_say(n->result, VERDICT_WARN, "the address of %s is %s backwards", server->host, other);
                check_hint(n->result, "Kerberos clients that look backwards (rdns = true) would ask for the "
                                      "wrong name: fix the PTR record");
        }
        check_names_settle(n);
}

static void check_names_look(struct preflight_run *run, struct check_result *result, void *state) {
        struct names *n = state;
        struct in_addr address;
        char name[64];
        *n = (struct names) { .run = run, .result = result };
        if (run->n_ldap && run->ldap[0].address && inet_pton(AF_INET, run->ldap[0].address, &address) == 1) {
                const unsigned char *b = (const unsigned char *) &address;
                snprintf(name, sizeof name, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
                n->reverse = dns_ask(run->dns, name, DNS_PTR, reverse_came, n);
        }
        if (run->facts->fqdn)
                n->own = dns_ask(run->dns, run->facts->fqdn, DNS_A, own_came, n);
        n->begun = true;
        if (!n->own && !n->reverse)
                check_say(result, VERDICT_WARN, "there is no name to look up");
}

const struct check names_check = {
        .id = "names",
        .title = "Names",
        .network = true,
        .size = sizeof(struct names),
        .look = check_names_look,
        .drop = check_names_drop,
};
