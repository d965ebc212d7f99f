/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An overlay that finds a row by what is typed: a field above a list. The cursor stays in the field until the
 * person goes down into the list, which has no filter of its own (list_source.bare). */

#include "ui/screen.h"
#include "ui/widgets/field.h"

struct finder {
        struct field *field;
        const char *title, *label; /* "Commands", "Find:" */
        const char *none;          /* in the place of rows while there are none */
        void (*choose)(struct screen *s, size_t row); /* Enter on a row */
        void (*typed)(struct screen *s);              /* the text changed: shows the rows for it */
};

/* The field and the list, in all of c. */
void finder_draw(struct screen *s, const struct finder *f, const struct canvas *c);

/* screen_class.type and .act of such a screen. */
bool finder_type(struct screen *s, const struct finder *f, int key);
bool finder_act(struct screen *s, enum action action);

/* The rows for the text, the first one focused; for typed(). */
void finder_show(struct screen *s, const char *text);

/* Its bindings; what Enter does is said in the key bar. */
#define FINDER_BINDINGS(does)                                                                          \
        (const struct binding[]) {                                                                     \
                { KEY_RETURN, ACTION_OPEN, does }, { KEY_ESC, ACTION_ESCAPE, "close" },                \
                { KEY_TAB, ACTION_NEXT_FIELD, NULL, true },                                            \
                { KEY_BACK_TAB, ACTION_PREVIOUS_FIELD, NULL, true }, {}                                \
        }
