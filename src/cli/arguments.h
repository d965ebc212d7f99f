/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options of all verbs, in one table from which --help, the manual and the completion are printed, too;
 * and their parser. */

#include "base/base.h"

/* What --allow takes beside the ids of findings: a failed check of a join. */
#define ALLOW_PREFLIGHT "preflight"

enum option_id {
        OPTION_ALL,
        OPTION_ALL_JOBS,
        OPTION_ALL_TROUBLE,
        OPTION_ALL_USERS,
        OPTION_ALLOW,
        OPTION_ANSWERS,
        OPTION_BOOT,
        OPTION_COMPLETION,
        OPTION_CONSENT,
        OPTION_CONTAINER,
        OPTION_DETACH,
        OPTION_DIFF,
        OPTION_DISPLAY,
        OPTION_ENGINE,
        OPTION_ENGINE_SOCKET,
        OPTION_FINDINGS,
        OPTION_FOLLOW,
        OPTION_FROM,
        OPTION_GREP,
        OPTION_GROUPS,
        OPTION_HELP,
        OPTION_IF_INTERRUPTED,
        OPTION_IMAGE,
        OPTION_JSON,
        OPTION_KERNEL,
        OPTION_LABELS,
        OPTION_LINES,
        OPTION_MANUAL,
        OPTION_MODE,
        OPTION_NAME,
        OPTION_OPT1,
        OPTION_OPT2,
        OPTION_OPT3,
        OPTION_PAGER,
        OPTION_PLAIN,
        OPTION_PRIORITY,
        OPTION_PROFILE,
        OPTION_PROMETHEUS,
        OPTION_REALM_KIND,
        OPTION_REMOVE,
        OPTION_REMOVE_UNIT,
        OPTION_REMOVE_VOLUMES,
        OPTION_REPLACE,
        OPTION_SECRET,
        OPTION_SET,
        OPTION_SIGNAL,
        OPTION_SLEEP,
        OPTION_SINCE,
        OPTION_TROUBLE,
        OPTION_UNTIL,
        OPTION_UNTIL_DATE,
        OPTION_USER,
        OPTION_VERSION,
        OPTION_VOLUMES,
        OPTION_WAKE,
        OPTION_WATCH,
        OPTION_WITHDRAW,
        OPTION_WRITE,
        OPTION_YES,
        _OPTION_MAX,
};

struct argument_row {
        const char *name; /* without "--" */
        char letter;      /* 'f' for -f; 0: none */
        const char
                *argument; /* "NAME", "ask|resume" (one of these); NULL: a flag; "[SHELL]": may be left out */
        bool several;      /* may be given more than once: all are kept */
        const char *help;
};
extern const struct argument_row option_table[_OPTION_MAX];

struct arguments {
        bool given[_OPTION_MAX];
        char **values[_OPTION_MAX]; /* lists; NULL: not given */
        char **words;               /* operands before "--" */
        char **rest;                /* after "--" */
        bool divided;               /* there was a "--" */
};
/* "--name NAME", as a person writes it; the caller frees. */
char *option_words(const struct argument_row *row);

void arguments_done(struct arguments *a);
/* the last one given, or NULL */
const char *argument_value(const struct arguments *a, enum option_id id);

/* A bit for each option a verb takes, from a list. */
#define TAKES(id) (1ULL << (id))

/* The option named by a word with a leading "-", or a negative number; *ret_value: the value in the same
 * word, or NULL. */
int argument_option(const char *word, unsigned long long takes, const char **ret_value);

/* Reads argv[from…] with the options of the bit set. stop_at_word: reading ends at the first operand (its
 * index is *ret_next), for the options before a verb. -EINVAL with a sentence that names the word. */
int arguments_read(int argc, char **argv, int from, unsigned long long takes, bool stop_at_word,
                   struct arguments *ret, int *ret_next, struct error **reterr);
