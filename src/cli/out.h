/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The only way to standard output and standard error: text for people is cleaned here (base/text.h), JSON is
 * written as it is. */

#include "base/base.h"

/* Formats, cleans and writes. Lines end where the format says so: a newline among the arguments, which may be
 * a label, an engine's words or a file's name, becomes a blank. Widths are cells. Of printf(3) it knows
 * "-", "0", widths, precisions of %s, and %s %c %d %i %u %x. */
void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_text(const char *text);        /* several lines of ours, or marked as the lines of a diff are */
int out_json(char *text);       /* as json_write() made it; takes text. Returns EXIT_DONE */
void out_clear(void);                   /* the terminal (ECMA-48: CUP, ED) */
void out_raw(const void *bytes, size_t n);      /* bytes that were cleaned already */

/* To standard error, as "fairlead: MESSAGE", the hint on a line of its own, the causes indented below. */
void out_error(const struct error *e);
void out_note(const char *format, ...) __attribute__((format(printf, 1, 2)));   /* to standard error */

/* A table whose columns are as wide as their widest cell, two blanks between; the last is not padded. On a
 * terminal narrower than the table the widest column is cut; in a pipe a cell of more than 100 sticks out,
 * and is cut at 1000. Cells are copied. */
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

/* Prints the question and reads a line; false at the end of input. */
#define ASK_BYTES 64
bool ask_line(const char *question, char line[static ASK_BYTES]);
bool ask_is_yes(const char *line);

/* Asks on the terminal; true only for the word yes (y). False at the end of input. */
bool ask_yes(const char *question);
