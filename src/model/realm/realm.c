/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/realm.h"

#include <ctype.h>

#include "model/param/param.h"

static const char *const realm_kind_names[] = {
        [REALM_NONE] = "none", [REALM_AD] = "active-directory", [REALM_IPA] = "ipa", [REALM_OTHER] = "other",
};
DEFINE_NAMES(realm_kind, enum realm_kind)

static const char *const realm_outcome_names[] = {
        [REALM_ASKING] = "asking", [REALM_ANSWERED] = "answered", [REALM_EMPTY] = "nothing",
        [REALM_FAILED] = "failed",
};
DEFINE_NAMES(realm_outcome, enum realm_outcome)

const char *realm_kind_title(enum realm_kind kind) {
        static const char *const titles[_REALM_KIND_MAX] = {
                [REALM_NONE] = "no realm",
                [REALM_AD] = "Active Directory",
                [REALM_IPA] = "FreeIPA",
                [REALM_OTHER] = "a directory of another kind",
        };
        return (size_t) kind < _REALM_KIND_MAX ? titles[kind] : titles[REALM_NONE];
}

struct realm *realm_new(const char *asked) {
        struct realm *realm = new0(struct realm);
        realm->asked = xstrdup(asked);
        realm->domain = xstrdup(asked);
        return realm;
}

struct realm *realm_free(struct realm *realm) {
        if (!realm)
                return NULL;
        FREE_ALL(realm->asked, realm->domain, realm->realm, realm->netbios, realm->forest, realm->site,
                 realm->server_site, realm->base, realm->version, realm->best, realm->ca);
        for (size_t i = 0; i < realm->n_servers; i++) {
                free(realm->servers[i].host);
                strv_free(realm->servers[i].addresses);
        }
        free(realm->servers);
        STRV_FREE_ALL(realm->kdcs, realm->kpasswds);
        for (size_t i = 0; i < realm->n_questions; i++)
                FREE_ALL(realm->questions[i].what, realm->questions[i].whom, realm->questions[i].answer);
        free(realm->questions);
        error_free(realm->trouble);
        free(realm);
        return NULL;
}

int realm_add_server(struct realm *realm, const char *host, uint16_t port, uint16_t priority,
                     uint16_t weight) {
        for (size_t i = 0; i < realm->n_servers; i++)
                if (str_equal_nocase(realm->servers[i].host, host))
                        return (int) i;
        if (realm->n_servers >= REALM_SERVERS_MAX)
                return -ENOSPC;
        realm->servers = xreallocarray(realm->servers, realm->n_servers + 1, sizeof *realm->servers);
        realm->servers[realm->n_servers] = (struct realm_server) {
                .host = xstrdup(host), .port = port, .priority = priority, .weight = weight
        };
        return (int) realm->n_servers++;
}

/* Insertion sort: few servers, and the order of equal ones matters (qsort() does not keep it). */
void realm_sort_servers(struct realm *realm) {
        for (size_t i = 1; i < realm->n_servers; i++) {
                struct realm_server moving = realm->servers[i];
                size_t at = i;
                for (; at > 0; at--) {
                        const struct realm_server *before = &realm->servers[at - 1];
                        if (before->priority < moving.priority ||
                            (before->priority == moving.priority && before->weight >= moving.weight))
                                break;
                        realm->servers[at] = *before;
                }
                realm->servers[at] = moving;
        }
}

int realm_asked(struct realm *realm, const char *what, const char *whom) {
        if (realm->n_questions >= REALM_QUESTIONS_MAX)
                return -ENOSPC;
        realm->questions = xreallocarray(realm->questions, realm->n_questions + 1, sizeof *realm->questions);
        realm->questions[realm->n_questions] =
                (struct realm_question) { .what = xstrdup(what), .whom = xstrdup(whom) };
        return (int) realm->n_questions++;
}

void realm_answered(struct realm *realm, int index, enum realm_outcome outcome, unsigned ms, char *answer) {
        if (index < 0 || (size_t) index >= realm->n_questions) {
                free(answer);
                return;
        }
        struct realm_question *q = &realm->questions[index];
        free(q->answer);
        q->answer = answer;
        q->outcome = outcome;
        q->ms = ms;
}

char *realm_domain(const char *typed, struct error **reterr) {
        const struct param type = { .name = (char *) "domain", .title = (char *) "A domain",
                                    .type = PARAM_DOMAIN, .required = true,
                                    .help = (char *) "Type its DNS name, as in user@example.test" };
        size_t n = strlen(typed);
        _cleanup_free_ char *domain = xstrndup(typed, n > 1 && typed[n - 1] == '.' ? n - 1 : n);
        if (param_check(&type, domain, reterr) < 0)
                return NULL;
        for (char *p = domain; *p; p++)
                *p = (char) tolower((unsigned char) *p);
        return TAKE(domain);
}

const char *realm_parent(const char *domain) {
        const char *dot = strchr(domain, '.');
        return dot && strchr(dot + 1, '.') ? dot + 1 : NULL;
}

struct membership *membership_free(struct membership *m) {
        if (!m)
                return NULL;
        FREE_ALL(m->domain, m->realm, m->service, m->server, m->site, m->principal, m->clock_server);
        access_done(&m->access);
        strv_free(m->sockets);
        realm_free(m->realm_found);
        free(m);
        return NULL;
}

char *membership_sockets(const struct membership *m) {
        _cleanup_free_ char *names = m->sockets ? strv_join(m->sockets, " ") : NULL;
        return names ? str_printf("they fail whenever sssd.service starts, as sssd.conf starts their "
                                  "responders itself: systemctl disable %s",
                                  names)
                     : NULL;
}
