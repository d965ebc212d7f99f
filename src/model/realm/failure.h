/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why a join or a leave failed, read from what the tool printed and how it ended: a table (failure.c), so
 * that better words never touch logic. ipa-client-install maps most of its reasons to status 1, and realm
 * calls a wrong password, a missing right and a broken server all "Failed to join the domain" or
 * "Insufficient permissions": the lines before tell. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/realm/check.h"

enum join_tool {
        TOOL_ANY,               /* an image's installer: it may run either */
        TOOL_IPA,               /* ipa-client-install */
        TOOL_REALM,             /* realm, realmd, adcli */
};

struct failure {
        const char *id;         /* "wrong-password": stays */
        enum join_tool tool;    /* TOOL_ANY: both say it */
        int status;             /* how the tool ended; 0: however */
        const char *texts[4];   /* its output has one of these */
        const char *also;       /* … and this, too; NULL */
        const char *message;    /* what is wrong, a sentence without a final stop */
        const char *former;     /* the same as version 0.1.0 worded it, whose records have only that; NULL */
        const char *cause;      /* why that is so mostly */
        const char *hint;       /* what to do */
        enum fix fix;
        const char *consequence;        /* of the fix, where it has one that must be known before; NULL */
        bool sure;              /* the tool cannot mean anything else, whatever the clock says */
        bool goes_on;           /* the join went on all the same: a warning */
};

/* What is known besides. */
struct failure_facts {
        bool clock_known;
        int64_t clock_usec;     /* as in struct preflight */
};

struct diagnosis {
        const struct failure *failure;  /* constant; never NULL: the last row says that the reason is not
                                         * known */
        bool clock_too;         /* the clock is off besides */
};

/* output: all that the tool printed (n bytes, as they came), or its end. facts may be NULL. Status 0 is no
 * failure: ask failure_warnings() only. */
struct diagnosis failure_find(enum join_tool tool, int status, const char *output, size_t n,
                              const struct failure_facts *facts);

/* Rows that the output has although the join went on; how many of them were stored in ret. */
size_t failure_warnings(enum join_tool tool, const char *output, size_t n, const struct failure **ret,
                        size_t room);

/* Does the output of a leave that ended with 0 tell that the host's account in the realm was not deleted?
 * realm goes on without that. */
bool failure_kept_account(const char *output, size_t n);

/* The row of a job's record: by its id, and among several of this id (one for each tool) by the sentence.
 * Records of version 0.1.0 have the sentence alone: id NULL. NULL: none. */
const struct failure *failure_recorded(const char *id, const char *message);

const struct failure *failure_of(const char *id);      /* NULL: there is none */
