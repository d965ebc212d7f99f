/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The terminal: taken over, restored, its keys and its size. cbreak, never raw: XON/XOFF stays as it was
 * found, so Ctrl-S and Ctrl-Q are the line's. */

#include "base/base.h"

struct term;

/* term NULL: $TERM. rows and columns 0: ask. */
int term_new(FILE *input, FILE *output, const char *name, unsigned rows, unsigned columns,
             struct term **ret, struct error **reterr);
struct term *term_free(struct term *term);      /* the terminal is as it was found; NULL-safe */

/* The next key that is there, or KEY_NONE (ui/widgets/keys.h). Never waits, but up to the escape delay for
 * what follows an ESC. *ret_resized is set when an answer to term_probe() changed the size. */
int term_read_key(struct term *term, bool *ret_resized);

/* The size as the kernel knows it; a fixed one stays. Returns whether it changed. */
bool term_resize(struct term *term);
void term_set_size(struct term *term, unsigned rows, unsigned columns);         /* tests */
int term_rows(const struct term *term);
int term_columns(const struct term *term);

/* Asks the terminal itself for its size (cursor position report), for lines whose kernel side does not know
 * it; the answer comes with the keys. Only after a person pressed a key: a line that nobody answers must not
 * be asked. No-op where the kernel knows the size. */
void term_probe(struct term *term);

/* The next refresh draws every cell. */
void term_redraw(struct term *term);
/* The terminal as it was found, until term_resume(). */
void term_suspend(struct term *term);
void term_resume(struct term *term);
/* Between the two: clears it; writes a line; throws away what was typed. */
void term_clear(struct term *term);
void term_write_line(struct term *term, const char *line);
void term_drop_keys(struct term *term);

const char *term_name(const struct term *term);
/* The name, where terminfo does not know it and one of its likeliest kin is drawn; NULL. */
const char *term_unknown(const struct term *term);
bool term_attributes(const struct term *term); /* it has reverse and bold */
int term_colours(const struct term *term);
bool term_slow(const struct term *term);        /* a serial line of 38400 baud or less */
long term_speed(const struct term *term);       /* baud of a serial line; 0: not one */
bool term_utf8(const struct term *term);        /* the locale's charset, and a terminal that can show it */
