/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The only way to standard output and standard error: text for people is cleaned here (base/text.h), JSON is
 * written as it is. */

#include "base/base.h"

/* Formats, cleans (newlines stay, those of the arguments too) and writes. */
void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
int out_json(char *text);       /* as json_write() made it; takes text. Returns EXIT_DONE */
void out_raw(const void *bytes, size_t n);      /* bytes that were cleaned already */

/* To standard error, as "fairlead: MESSAGE", the hint on a line of its own, the causes indented below. */
void out_error(const struct error *e);
void out_note(const char *format, ...) __attribute__((format(printf, 1, 2)));   /* to standard error */

/* A table whose columns are as wide as their widest cell, two blanks between; the last is not padded. On a
 * terminal narrower than the table the widest column is cut. Cells are copied. */
struct out_table {
        size_t columns;
        char **cells;           /* rows * columns */
        size_t n;
};
/* `columns` strings, then NULL; a NULL cell must be passed as "". */
void out_table_row(struct out_table *t, ...) __attribute__((sentinel));
void out_table_print(struct out_table *t);      /* and frees */

/* Whether standard output (standard input) is a terminal. */
bool out_is_terminal(void);
bool in_is_terminal(void);

/* Asks on the terminal; true only for the word yes (y). False at the end of input. */
bool ask_yes(const char *question);
