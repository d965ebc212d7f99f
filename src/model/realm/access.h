/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The users of a domain who may log in, by sssd.conf, and exact changes like realm permit and realm deny. */

#include "base/base.h"
#include "base/names.h"

enum permit {
        PERMIT_UNKNOWN,
        PERMIT_ALL,             /* "all": everybody of the domain */
        PERMIT_DOMAIN,          /* "domain": by the domain's own rules (GPO, HBAC, an expired account) */
        PERMIT_LISTED,          /* "listed": users and groups, except those denied */
        PERMIT_OTHERS,          /* "others": everybody except those denied */
        PERMIT_NOBODY,          /* "nobody" */
        _PERMIT_MAX,
};
DECLARE_NAMES(permit, enum permit);

struct access {
        enum permit permit;
        char **users, **groups;         /* PERMIT_LISTED */
        char **denied_users, **denied_groups;   /* PERMIT_LISTED, PERMIT_OTHERS */
};
void access_done(struct access *a);

/* domain: its section is [domain/DOMAIN]. */
void access_read(const char *text, const char *domain, struct access *ret);

/* "users alice, bob; groups linux admins; not carol": the caller frees. */
char *access_words(const struct access *a);

/* Whether a user of the domain in these groups may log in, as the end of a sentence: "yes, …", "no, …", or
 * that the domain's own rules decide. Names count without their domain and without case. The caller frees. */
char *access_answer(const struct access *a, const char *user, char *const *groups);

/* Whether this text sets who may log in. Such a snippet of sssd.conf overrides sssd.conf itself. */
bool access_listed(const char *text, const char *domain);

enum access_what {
        ACCESS_PERMIT,          /* these, and those permitted by name before; nobody else */
        ACCESS_DENY,            /* not these, even if permitted otherwise */
        ACCESS_PERMIT_ALL,      /* by the domain's own rules */
        ACCESS_DENY_ALL,        /* nobody of the domain; this host's own users are not affected */
        ACCESS_WITHDRAW,        /* these off the lists, permitted or denied; all other names stay */
        _ACCESS_WHAT_MAX,
};
DECLARE_NAMES(access_what, enum access_what);   /* "permit", "deny", "permit-all", "deny-all",
                                                 * "withdraw" */

struct access_change {
        enum access_what what;
        bool groups;            /* the names are groups */
        char *const *names;     /* PERMIT, DENY, WITHDRAW: at least one */
};

/* The text of sssd.conf with the change; every other line stays. *ret_sentence: the new permission. -EINVAL
 * with a sentence: section not found, an invalid name; -ENOENT: a name to withdraw is on no list; -EALREADY:
 * no change. */
int access_change(const char *text, const char *domain, const struct access_change *change, char **ret,
                  char **ret_sentence, struct error **reterr);
