/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What terminals of every kind can do: the keys that the oldest has, and what its bytes become on a screen. */

#include "ui/internal.h"
#include "ui/widgets/terminal.h"

/* An action of the screen that is shown, or of all, that only keys have which a vt100 lacks (it has letters, Ctrl with a letter,
 * Return, Tab, Esc, Backspace and arrows; Ctrl-S and Ctrl-Q are the line's); NULL: none. The caller frees. */
char *kind_keys_complaint(const struct ui *ui);

/* The output from *shown on goes to the screen, which must then show what the console meant; NULL: it does. The caller frees. */
char *kind_complaint(const struct ui *ui, struct terminal *screen, int output, off_t *shown);
/* Its questions are answered by nobody. */
void kind_answer(const void *bytes, size_t n, void *userdata);

/* The sections of a .screen file that were made on a vt220 in the basic display; the caller frees. */
char *kind_sections(const char *golden);
/* The row, with vt220 where it names the terminal; the caller frees. */
char *kind_unnamed(const char *row, const char *kind);
