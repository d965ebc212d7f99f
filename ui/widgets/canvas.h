/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A clipped rectangle to draw in: the only writer of text. All of it is foreign and passes base/text.h on its
 * way (bidi controls and zero-width characters pass ncurses untouched). Rows and columns count from 0 inside
 * the canvas; text outside is cut silently. */

#include "ui/widgets/theme.h"

struct canvas {
        int top, left;          /* on the screen */
        int rows, columns;
        const struct theme *theme;
        int *cursor;            /* of canvas_cursor(): two ints, row and column on the screen */
};

/* A part of a canvas; negative rows or columns mean "to the edge". */
struct canvas canvas_part(const struct canvas *c, int row, int column, int rows, int columns);

/* Writes text at (row, column) in at most width cells (0: to the edge); longer text ends in "…" or "~".
 * Returns the cells written. NULL writes nothing. */
int canvas_text(const struct canvas *c, int row, int column, int width, enum style style, const char *text);
int canvas_textf(const struct canvas *c, int row, int column, int width, enum style style, const char *format,
                 ...) __attribute__((format(printf, 6, 7)));
/* The same, with its end at the right edge of width cells. */
int canvas_text_right(const struct canvas *c, int row, int column, int width, enum style style,
                      const char *text);

/* Clean text of base/feed.h with its marks: cells skip … of the line. Text from find on found bytes (0: none)
 * is shown as STYLE_MATCH. Returns the cells written. */
int canvas_marked(const struct canvas *c, int row, int column, const char *text, const uint8_t *marks,
                  size_t bytes, size_t skip, size_t find, size_t found);

/* Wraps text at blanks into width cells (0: to the edge) from row on; draws nothing below the canvas. Returns
 * the rows it needs. */
int canvas_paragraph(const struct canvas *c, int row, int column, int width, enum style style,
                     const char *text);

/* An error in the place of the content: sentence, hint, and the causes where `causes`. Returns the rows it
 * needs. */
int canvas_error(const struct canvas *c, int row, const struct error *e, bool causes);

/* A horizontal rule across the canvas, with a title in it or NULL. */
void canvas_rule(const struct canvas *c, int row, const char *title);
/* The same character (ASCII) n times. */
void canvas_repeat(const struct canvas *c, int row, int column, int n, enum style style, char character);

/* Blanks rows (an overlay clears the rows it covers). */
void canvas_clear(const struct canvas *c);

/* The place of the hardware cursor after the paint: screen readers and braille displays read there. The last
 * caller wins. */
void canvas_cursor(const struct canvas *c, int row, int column);

/* Begins and ends a frame: only ui.c and tests call them. The canvas covers the whole screen. */
void canvas_begin(struct canvas *ret, const struct theme *theme, int rows, int columns, int cursor[static 2]);
void canvas_end(const struct canvas *c);
