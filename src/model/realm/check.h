/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight of a join, before a password is asked for: plain data. backend/realm/realm.h runs it. */

#include "base/names.h"
#include "model/realm/realm.h"

enum verdict {
        VERDICT_WAITING,        /* "looking" */
        VERDICT_OK,             /* "ok" */
        VERDICT_WARN,           /* "warn": a join may work all the same */
        VERDICT_FAIL,           /* "fail": a join will not work, or must not be tried */
        _VERDICT_MAX,
};
DECLARE_NAMES(verdict, enum verdict);

/* Fixes that fairlead offers: of a check, or of a failure (model/realm/failure.h). */
enum fix {
        FIX_NONE,
        FIX_PASSWORD,           /* "password": ask for the password again */
        FIX_ACCOUNT,            /* "account": another administrator */
        FIX_DOMAIN,             /* "domain": another domain or server */
        FIX_HOSTNAME,           /* "hostname": set the host's name */
        FIX_COMPUTER_NAME,      /* "computer-name": another, shorter one */
        FIX_CLOCK,              /* "clock": set it from the realm's servers, once */
        FIX_FORCE,              /* "force": take over the host's entry on the server */
        FIX_LEAVE,              /* "leave": leave the old realm first */
        FIX_OTHER_KIND,         /* "other-kind": join as what the domain is */
        FIX_CA_FILE,            /* "ca-file": name the realm's CA certificate */
        FIX_AGAIN,              /* "again": try once more */
        _FIX_MAX,
};
DECLARE_NAMES(fix, enum fix);
/* The fix as a shell command or advice in place of the key; NULL: none. */
const char *fix_command(enum fix fix);
const char *fix_title(enum fix fix);    /* "Set the clock from the domain controller"; NULL for FIX_NONE */

struct check_result {
        const char *id;         /* "clock": constant, stays */
        const char *title;      /* "Clock": constant */
        enum verdict verdict;
        char *message;          /* a sentence without a final stop */
        char *hint;             /* what to do; NULL */
        char *details;          /* lines; NULL */
        enum fix fix;
        unsigned ms;            /* from the start of the preflight */
};

struct preflight {
        struct realm *realm;    /* NULL until it was discovered */
        struct check_result *items;     /* in the order shown */
        size_t n;
        bool clock_known;
        int64_t clock_usec;     /* this host's clock less the KDC's: its lead */
        char *clock_server;     /* the KDC of that clock */
        unsigned ms;            /* in total */
};
struct preflight *preflight_free(struct preflight *p);
DEFINE_CLEANUP(struct preflight, preflight_free)

/* NULL: not found */
struct check_result *preflight_find(const struct preflight *p, const char *id);
/* A failure that the job itself would refuse: the clock. No consent changes that. */
bool preflight_final(const struct preflight *p);
enum verdict preflight_worst(const struct preflight *p);        /* of those settled; else VERDICT_OK */

/* "10 min 2 s behind", "0.02 s ahead of": this host's clock relative to another. Fills and returns buffer. */
const char *clock_words(char buffer[static 48], int64_t usec);

/* The clock skew that Kerberos tolerates, and the one worth a warning. */
#define CLOCK_FAIL_USEC (300LL * 1000000)
#define CLOCK_WARN_USEC (60LL * 1000000)

/* The NetBIOS name of a computer: at most 15 characters. NULL: valid; else the reason as the end of a
 * sentence ("has 17 characters …"). */
#define NETBIOS_MAX 15U
const char *computer_name_fault(const char *name);

/* A host's name as a realm's clients must have it: NULL: valid; else the reason ("is longer than …"). */
const char *host_name_fault(const char *name);
