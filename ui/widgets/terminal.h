/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A terminal that a command sees (libvterm's, near to xterm's), drawn into a canvas: its screen, its cursor,
 * its answers to the keys. Nothing of what the command prints reaches the real terminal but its cells, which
 * are cleaned as all text is. */

#include "ui/widgets/canvas.h"
#include "ui/widgets/keys.h"

struct terminal;

/* type: bytes for the command, of keys and of its own questions (where is the cursor?). It must not call the
 * terminal. rows, columns: what is beyond these is taken to the nearest, since a wide character needs its
 * room. */
#define TERMINAL_SIDE_MIN 2
#define TERMINAL_SIDE_MAX 1000
struct terminal *terminal_new(int rows, int columns,
                              void (*type)(const void *bytes, size_t n, void *userdata), void *userdata);

struct terminal *terminal_free(struct terminal *terminal);
DEFINE_CLEANUP(struct terminal, terminal_free)

/* The worker's terminal has to be as large. */
void terminal_resize(struct terminal *terminal, int rows, int columns);

/* Output of the command. answer: whether its questions are answered; those of old output are not. */
void terminal_write(struct terminal *terminal, const void *bytes, size_t n, bool answer);

/* A key of the person, as this terminal sends it now (the arrows depend on the command's modes). */
void terminal_key(struct terminal *terminal, int key);

/* A row, from 0, as clean text of as many cells as the terminal has columns, and a mark of base/feed.h for
 * each byte of it. The caller frees both. */
char *terminal_row(const struct terminal *terminal, int row, uint8_t **ret_marks);

/* At the top left; rows and columns beyond the canvas are not shown. Its cursor is the hardware cursor. */
void terminal_draw(const struct terminal *terminal, const struct canvas *c);
