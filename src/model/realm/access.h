/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who of a domain may log in, as sssd.conf says it, and exact changes of that: what realm permit and realm
 * deny do, with words for it. */

#include <stdbool.h>

#include "base/error.h"
#include "base/names.h"

enum permit {
        PERMIT_UNKNOWN,
        PERMIT_ALL,             /* "all": everybody of the domain */
        PERMIT_DOMAIN,          /* "domain": whom the domain's own rules allow (GPO, HBAC, an expired
                                 * account) */
        PERMIT_LISTED,          /* "listed": users and groups, but for those who are denied */
        PERMIT_OTHERS,          /* "others": everybody but those who are denied */
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

/* domain: its section is [domain/DOMAIN]. 0 or -ENOMEM. */
int access_read(const char *text, const char *domain, struct access *ret);

/* "users alice, bob; groups linux admins; not carol": the caller frees. */
char *access_words(const struct access *a);

/* Does this text say anything about who may log in? A snippet of sssd.conf that does counts more than
 * sssd.conf itself. */
bool access_told(const char *text, const char *domain);

enum access_what {
        ACCESS_PERMIT,          /* these, and who was permitted by name before; nobody else any more */
        ACCESS_DENY,            /* not these, whatever permits them */
        ACCESS_PERMIT_ALL,      /* whom the domain's own rules allow */
        ACCESS_DENY_ALL,        /* nobody of the domain; this host's own users are not touched */
        _ACCESS_WHAT_MAX,
};
DECLARE_NAMES(access_what, enum access_what);   /* "permit", "deny", "permit-all", "deny-all" */

struct access_change {
        enum access_what what;
        bool groups;            /* the names are groups */
        char *const *names;     /* PERMIT, DENY: at least one */
};

/* The text of sssd.conf changed so; every other line of it stays. *ret_sentence: who may log in then. -EINVAL
 * with a sentence: no such section, a name that cannot be one; -EALREADY: it is so. */
int access_change(const char *text, const char *domain, const struct access_change *change, char **ret,
                  char **ret_sentence, struct error **reterr);
