/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line: finds the verb, reads its options, runs it. */

#include "cli/verb.h"

/* Prints to standard output. */
void cli_help(void);
void cli_help_verb(const struct verb *verb);
void cli_version(void);

/* main() after the locale and the signals: an exit status. */
int cli_main(int argc, char **argv);
