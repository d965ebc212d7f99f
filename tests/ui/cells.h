/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The screen read back from curses, and keys by their names, for golden screens. */

#include "ui/widgets/theme.h"

/* The screen after the next refresh: cell text (UTF-8, "" for the second half of a wide character) and style of row, column. */
void screen_cell(const struct theme *theme, int row, int column, char text[static 32], enum style *ret_style);

/* One letter per style: '.', 't', 'h', … */
char style_letter(enum style style);

/* The key of a name as keys_name() gives it; KEY_NONE: unknown. */
int key_named(const char *name);

/* The bytes that the key of this name sends, in one or constant; NULL: unknown. */
const char *key_bytes(const char *name, char one[static 2]);
