/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text of --help and --version, from the tables of verbs, options and exit statuses. */

#include "cli/verb.h"

/* The options before a verb. */
#define GLOBAL_OPTIONS                                                                              \
        (TAKES(OPTION_HELP) | TAKES(OPTION_VERSION) | TAKES(OPTION_PLAIN) | TAKES(OPTION_PROFILE) | \
         TAKES(OPTION_ENGINE_SOCKET) | TAKES(OPTION_MANUAL) | TAKES(OPTION_COMPLETION) |            \
         TAKES(OPTION_FINDINGS) | TAKES(OPTION_TROUBLE))

void help_print(void);
void help_print_verb(const struct verb *verb);
/* The verbs of two words that begin with this one; false: none. */
bool help_print_family(const char *first);
void help_print_version(void);
