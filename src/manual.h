/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manual page and the completion of the shell, printed from the tables that the program itself works by:
 * verbs and options (cli.h), screens, keys and actions (ui/). meson.build runs the program to make both. */

/* fairlead(8) as man(7) source, to standard output. */
void manual_print(void);

/* A completion for bash, to standard output. */
void completion_print(void);
