/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the screens of one list: the load, the rows of an earlier answer that stay while a new one is
 * asked for or failed, and the text in their place while none exist.
 *
 *     if (reload_wanted(&st->rows.loading, topics))
 *             st->rows.loading.op = host_list_things(host, things_loaded, s);
 *
 * and in the answer, when all of it was taken:
 *
 *     list_screen_loaded(s, &st->rows, things ? things->n : LIST_NONE, e, TOPIC_THINGS);
 */

#include "ui/screen.h"
#include "ui/screens/parts/reload.h"

struct list_screen {
        struct list list;
        struct reload loading;
        bool loaded;                    /* an answer came */
        struct error *error;            /* of the last one; rows of an earlier one stay */
};

/* In open(): the list becomes the screen's. */
void list_screen_open(struct screen *s, struct list_screen *ls, const struct list_source *source,
                      const void *owner);
void list_screen_close(struct list_screen *ls);

/* The answer: n rows, already with the owner, or LIST_NONE and an error, which is taken. Loads once more
 * where the topic changed meanwhile. */
void list_screen_loaded(struct screen *s, struct list_screen *ls, size_t n, struct error *e, unsigned topic);

/* Shows other rows of the same answer. */
void list_screen_again(struct list_screen *ls);

/* thing: "job"; looking: "Looking for jobs ..."; none: a sentence with the next thing to do. */
void list_screen_draw(struct list_screen *ls, const struct canvas *c, const char *thing, const char *looking,
                      const char *none);
