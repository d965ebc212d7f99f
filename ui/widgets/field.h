/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One line of typed text: insertion point, erase, kill, paste of any printable text. Other bytes are
 * refused. */

#include "base/secret.h"
#include "ui/widgets/canvas.h"

#define FIELD_BYTES_MAX 4096U

/* All zero is an empty field. */
struct field {
        char *text;             /* NULL: "" */
        size_t length;
        size_t at;              /* the insertion point, in bytes */
        bool fresh;             /* just entered: the first letter takes the place of the text */
};

void field_done(struct field *field);
int field_set(struct field *field, const char *text);           /* cursor at the end; 0 or -E2BIG */
const char *field_text(const struct field *field);              /* never NULL */

/* Types or edits with one key (ui/widgets/keys.h); true: it was taken. Up, Down, Tab, Enter and Esc never
 * are. */
bool field_key(struct field *field, int key);

/* The same for a secret, at its end only: letters, erase, Ctrl-U. It is typed into its own memory, never into
 * a field. */
bool field_secret_key(struct secret *secret, int key);
/* A star for each character, as many as fit; the cursor after them. */
void field_secret_draw(const struct secret *secret, const struct canvas *c, int row, int column, int width,
                       enum style style, char fill, bool cursor);

/* Draws it in width cells with the insertion point visible; cursor: puts the cursor there. fill follows the
 * text ('_' in a place to type, ' '). */
void field_draw(const struct field *field, const struct canvas *c, int row, int column, int width,
                enum style style, char fill, bool cursor);
