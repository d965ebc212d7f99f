/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keys without curses, and their bindings. A key is a Unicode character, a control character ('L' & 0x1f is
 * Ctrl-L) or one of the named ones below. */

#include "ui/widgets/action.h"

enum {
        KEY_NONE = 0,
        KEY_TAB = '\t',
        KEY_RETURN = '\r',
        KEY_ESC = 27,

        /* above Unicode */
        KEY_NAMED = 0x110000,
        KEY_CURSOR_UP = KEY_NAMED,
        KEY_CURSOR_DOWN,
        KEY_CURSOR_LEFT,
        KEY_CURSOR_RIGHT,
        KEY_PAGE_UP,
        KEY_PAGE_DOWN,
        KEY_TO_FIRST,           /* Home */
        KEY_TO_LAST,            /* End */
        KEY_ERASE,              /* Backspace, ^H and DEL alike */
        KEY_DELETE,
        KEY_INSERT,
        KEY_BACK_TAB,
        KEY_F1,
        KEY_F12 = KEY_F1 + 11,
        KEY_RESIZED,            /* swallowed by ui/widgets/term.c */
        KEY_END_OF_INPUT,       /* the terminal is gone */
};
#define KEY_CTRL(letter) ((letter) & 0x1f)

/* One key of a screen. Tables end with a zero row and are in the order of the key bar; a key that repeats an
 * action is an alias and not shown there. Of several rows with one key, the first whose action is possible
 * now (screen.h, can) has it. */
struct binding {
        int key;
        enum action action;
        const char *word;       /* in the key bar instead of the action's own word; NULL */
        bool quiet;             /* not in the key bar (but in the help) */
};

/* The action bound to key, or ACTION_NONE. NULL table: none. */
enum action keys_find(const struct binding *table, int key);

/* The first key bound to the action, or KEY_NONE. */
int keys_of(const struct binding *table, enum action action);

/* "Enter", "Ctrl-L", "PgUp", "x". Fills buffer, returns it. */
const char *keys_name(int key, char buffer[static 16]);
