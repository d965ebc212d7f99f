/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reason of a failed join or leave, read from the output and exit status of the tool: a table of words
 * (failure-rows.c), apart from the logic. ipa-client-install maps most of its reasons to status 1, and realm
 * reports a wrong password, a missing right and a broken server all as "Failed to join the domain" or
 * "Insufficient permissions": the lines before have the reason. */

#include "model/realm/check.h"

enum join_tool {
        TOOL_ANY,               /* an image's installer: it may run either */
        TOOL_IPA,               /* ipa-client-install */
        TOOL_REALM,             /* realm, realmd, adcli */
};

struct failure {
        const char *id;         /* "wrong-password": never renamed */
        enum join_tool tool;    /* TOOL_ANY: both say it */
        int status;             /* exit status; 0: any */
        const char *texts[6];   /* the output has one of these */
        const char *also;       /* … and this, too; NULL */
        const char *message;    /* the failure, a sentence without a final stop */
        const char *former;     /* the wording of version 0.1.0, whose records have only that; NULL */
        const char *cause;      /* the usual cause */
        const char *hint;       /* the remedy */
        enum fix fix;
        const char *consequence;        /* of the remedy, where it must be known before; NULL */
        bool leaving;           /* only of a leave: a join that rolls itself back says the same */
        bool vague;             /* only if the tool gives no reason of its own */
        bool sure;              /* the tool cannot mean anything else, whatever the clock is */
        bool goes_on;           /* the join continued nevertheless: a warning */
};

/* Other known facts. */
struct failure_facts {
        bool clock_known;
        int64_t clock_usec;     /* as in struct preflight */
};

/* A run of a tool that failed, or that went on with warnings. */
struct failure_run {
        enum join_tool tool;
        bool leaves;
        int status;             /* 0 is not a failure: only failure_warnings() */
        const char *output;     /* raw bytes of it, or of its end */
        size_t n;
        const struct failure_facts *facts;      /* NULL: none */
};

struct diagnosis {
        const struct failure *failure;  /* constant; never NULL: the last row is "reason unknown" */
        bool clock_too;         /* the clock is off, too */
        char *quote;            /* the tool's own last words, where the row alone does not say why; NULL */
};

/* What counts of the output: neither lines of Fairlead's own in the log, nor what a join prints while it
 * rolls itself back. The caller frees diagnosis.quote. */
struct diagnosis failure_find(const struct failure_run *run);

/* Rows that match the output of a join that continued; their number in ret. */
size_t failure_warnings(const struct failure_run *run, const struct failure **ret, size_t room);

/* Whether the output of a leave with status 0 says that the host's account in the realm was not deleted:
 * realm ignores that failure. */
bool failure_kept_account(const char *output, size_t n);

/* In which kind of realm the output of a join, or of a leave, says that the host has an entry now whose keys
 * are valid; REALM_NONE: it does not say so, or that it was taken back. */
enum realm_kind failure_enrolled(const char *output, size_t n);

/* The row of a job's record: by its id, and among several of this id (one for each tool) by the sentence.
 * Records of version 0.1.0 have only the sentence: id NULL. NULL: none. */
const struct failure *failure_recorded(const char *id, const char *message);

const struct failure *failure_of(const char *id);      /* NULL: not found */
