/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A verb of the command line: its row, and the exit statuses that all of them share. Options are
 * cli/arguments.h. */

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/arguments.h"

/* The exit statuses of DESIGN.md section 10. */
enum exit_status {
        EXIT_DONE = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_REFUSED = 3,       /* by a finding, or consent is missing */
        EXIT_NOT_FOUND = 4,
        EXIT_BUSY = 5,
};

struct session;

/* A verb: one file in src/verbs/ that ends in one of these. */
struct verb {
        const char *name;
        const char *synopsis;   /* operands and options as a person writes them: "IMAGE [--name N] … [--
                                 * ARG…]" */
        const char *help;       /* one line */
        const char *details;    /* paragraphs for `fairlead VERB --help` and the man page, or NULL */
        unsigned long long takes;       /* options besides --help and --json */
        bool json;              /* --json prints a shape of data/json.md */
        unsigned least, most;   /* operands; most UINT_MAX: no limit */
        bool rest;              /* takes words after "--" */
        /* an exit status */
        int (*run)(struct session *session, const struct verb *verb, const struct arguments *arguments);
};

extern const struct verb *const verb_table[];   /* NULL-terminated, in the order of --help */
const struct verb *verb_find(const char *name);
