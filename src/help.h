/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text of --help and --version, from the tables of verbs, options and exit statuses. */

#include "cli/verb.h"

/* The options before a verb. */
#define GLOBAL_OPTIONS                                                                           \
        OPTIONS(OPTION_HELP, OPTION_VERSION, OPTION_PLAIN, OPTION_PROFILE, OPTION_ENGINE_SOCKET, \
                OPTION_MANUAL, OPTION_COMPLETION, OPTION_FINDINGS, OPTION_TROUBLE)

void help_print(void);
void help_print_verb(const struct verb *verb);
/* The verbs of two words that begin with this one; false: none. */
bool help_print_family(const char *first);
void help_print_version(void);
