/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Completion of the command line: the scripts of the shells, and the candidates they ask for. */

#include "cli/verb.h"

/* The script for this shell ("bash", "zsh", "fish"; NULL: bash) to standard output; false: no such shell. */
bool completion_print(const char *shell);

/* ---- candidates ---- */

/* A command line as typed so far. */
struct completing {
        const struct verb *verb;        /* NULL: none yet */
        struct arguments global, given; /* from the words before the last */
        const char *word;               /* the word to complete, possibly empty */
};

/* Adds the names of things of a kind ("IMAGE", "SERVICE", "UNIT", "JOB", "MODE", "NAME=VALUE", "NAME=-") to
 * the list; those that do not begin with the word are dropped later. */
typedef void (*completion_source_t)(const struct completing *c, const char *kind, char ***candidates,
                                    void *userdata);

/* The candidates for the last of the words after "fairlead", in the order of their tables, each once. The
 * caller frees. */
char **completion_candidates(char *const *words, completion_source_t source, void *userdata);

/* `fairlead --complete WORD…`: prints them, one a line; asks the host for two seconds at most and never
 * prints errors. */
int completion_main(char *const *words);
