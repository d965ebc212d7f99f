/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A verb of the command line: its row, and the exit statuses of all verbs. Options are in cli/arguments.h.
 * Help, manual page and completions are printed from these rows. */

#include "cli/arguments.h"

enum exit_status {
        EXIT_DONE = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_REFUSED = 3,
        EXIT_NOT_FOUND = 4,
        EXIT_BUSY = 5,
        _EXIT_STATUS_MAX,
};
extern const char *const exit_status_texts[_EXIT_STATUS_MAX];
/* "0 done, 1 failed, …"; the caller frees. */
char *exit_status_text(void);

enum verb_group {
        GROUP_INSTALL,
        GROUP_SERVICES,
        GROUP_UNITS,
        GROUP_JOBS,
        GROUP_REALM,
        _VERB_GROUP_MAX,
};
extern const char *const verb_group_titles[_VERB_GROUP_MAX];

struct session;

/* A verb: one file in src/cli/verbs/ that ends in one of these, or in an array of them. */
struct verb {
        const char *name; /* "install", "realm discover" */
        enum verb_group group;
        /* "IMAGE", "SERVICE|JOB", "[DOMAIN]" (may be left out), "UNIT…" (one or more), "[NAME…]"; NULL: none.
         * The words also choose the completion (src/completion.c). */
        const char *operands;
        const char *rest;         /* words after "--": "[ARG…]", "CMD…"; NULL: none allowed */
        const char *help;         /* one line of 62 characters at most */
        const char *details;      /* paragraphs for `fairlead VERB --help` and the man page, or NULL */
        unsigned long long takes; /* options besides --help and --json */
        bool json;                /* --json prints a shape of data/json.md */
        /* an exit status; or a negative errno with its sentence in session->error, for session_status() */
        int (*run)(struct session *session, const struct verb *verb, const struct arguments *arguments);
};

/* All options of the verb that are shown. */
unsigned long long verb_takes(const struct verb *verb);

/* 0, or -EINVAL with a sentence: an operand is missing, or one is too many. */
int verb_check_words(const struct verb *verb, const struct arguments *a, struct error **reterr);

/* The synopsis in pieces that belong together on a line: "fairlead install", "[--name NAME]", …, "IMAGE". The
 * caller frees. */
char **verb_synopsis(const struct verb *verb);

/* The operand at this place ("IMAGE", "UNIT", without brackets and "…"); the caller frees; NULL: none. */
char *verb_operand(const struct verb *verb, size_t place);

extern const struct verb *const verb_table[]; /* NULL-terminated, in the order of --help */

/* The verb named by the first one or two words; *ret_words: how many. NULL and a sentence: none. */
const struct verb *verb_find(char *const *words, size_t *ret_words, struct error **reterr);
const struct verb *verb_named(const char *name);
