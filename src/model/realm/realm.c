/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/realm.h"

#include <ctype.h>

#include "model/param/param.h"

static const char *const realm_kind_names[] = {
        [REALM_NONE] = "none",
        [REALM_AD] = "active-directory",
        [REALM_IPA] = "ipa",
        [REALM_OTHER] = "other",
};
DEFINE_NAMES(realm_kind, enum realm_kind)

static const char *const realm_outcome_names[] = {
        [REALM_ASKING] = "asking",
        [REALM_ANSWERED] = "answered",
        [REALM_EMPTY] = "nothing",
        [REALM_FAILED] = "failed",
};
DEFINE_NAMES(realm_outcome, enum realm_outcome)

const char *realm_kind_title(enum realm_kind kind) {
        switch (kind) {
        case REALM_AD:
                return "Active Directory";
        case REALM_IPA:
                return "FreeIPA";
        case REALM_OTHER:
                return "a directory of another kind";
        default:
                return "no realm";
        }
}

struct realm *realm_new(const char *asked) {
        struct realm *realm = xcalloc(1, sizeof *realm);
        if (realm && (str_replace(&realm->asked, asked) < 0 || str_replace(&realm->domain, asked) < 0))
                return realm_free(realm);
        return realm;
}

struct realm *realm_free(struct realm *realm) {
        if (!realm)
                return NULL;
        char *texts[] = { realm->asked, realm->domain,      realm->realm, realm->netbios, realm->forest,
                          realm->site,  realm->server_site, realm->base,  realm->version, realm->best };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        for (size_t i = 0; i < realm->n_servers; i++) {
                free(realm->servers[i].host);
                strv_free(realm->servers[i].addresses);
        }
        free(realm->servers);
        strv_free(realm->kdcs);
        strv_free(realm->kpasswds);
        for (size_t i = 0; i < realm->n_questions; i++) {
                free(realm->questions[i].what);
                free(realm->questions[i].whom);
                free(realm->questions[i].answer);
        }
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
        struct realm_server *servers = xreallocarray(realm->servers, realm->n_servers + 1, sizeof *servers);
        realm->servers = servers;
        servers[realm->n_servers] = (struct realm_server) {
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
        struct realm_question *questions =
                xreallocarray(realm->questions, realm->n_questions + 1, sizeof *questions);
        realm->questions = questions;
        struct realm_question *q = &questions[realm->n_questions];
        *q = (struct realm_question) { .what = xstrdup(what), .whom = whom ? xstrdup(whom) : NULL };
        if (!q->what || (whom && !q->whom)) {
                free(q->what);
                free(q->whom);
                return -ENOMEM;
        }
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
        const struct param domain_type = { .name = (char *) "domain",
                                           .title = (char *) "A domain",
                                           .type = PARAM_DOMAIN,
                                           .required = true,
                                           .help = (char *) "Type its DNS name, as in user@example.test" };
        _cleanup_free_ char *domain = xstrdup(typed);
        if (!domain) {
                error_set(reterr, -ENOMEM, "Out of memory");
                return NULL;
        }
        size_t n = strlen(domain);
        if (n > 1 && domain[n - 1] == '.')
                domain[n - 1] = '\0';
        if (param_check(&domain_type, domain, reterr) < 0)
                return NULL;
        for (char *p = domain; *p; p++)
                *p = (char) tolower((unsigned char) *p);
        return TAKE(domain);
}

const char *realm_parent(const char *domain) {
        const char *dot = strchr(domain, '.');
        return dot && strchr(dot + 1, '.') ? dot + 1 : NULL;
}
