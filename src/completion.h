/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Completion of the command line: the scripts of the shells, and what they ask for candidates. */

#include <stdbool.h>

#include "cli/verb.h"

/* The script for this shell ("bash", "zsh", "fish"; NULL: bash) to standard output; false: no such shell. */
bool completion_print(const char *shell);

/* ---- candidates ---- */

/* A command line as far as it is typed. */
struct completing {
        const struct verb *verb;        /* NULL: none was typed yet */
        struct arguments global, given; /* what stands before the word */
        const char *word;               /* the word to complete, possibly empty */
};

/* Adds the names of things of a kind ("IMAGE", "SERVICE", "UNIT", "JOB", "MODE", "NAME=VALUE", "NAME=-") to
 * the list; those that do not begin with the word are dropped later. */
typedef void (*completion_source_t)(const struct completing *c, const char *kind, char ***candidates,
                                    void *userdata);

/* The candidates for the last of the words behind "fairlead", sorted as their tables are, each once. The
 * caller frees. */
char **completion_candidates(char *const *words, completion_source_t source, void *userdata);

/* `fairlead --complete WORD…`: prints them, one a line; the host is asked for two seconds at most, and errors
 * are never shown. */
int completion_main(char *const *words);
