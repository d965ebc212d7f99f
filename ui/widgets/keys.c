/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/keys.h"


enum action keys_find(const struct binding *table, int key) {
        for (; table && table->key; table++)
                if (table->key == key)
                        return table->action;
        return ACTION_NONE;
}

int keys_of(const struct binding *table, enum action action) {
        for (; table && table->key; table++)
                if (table->action == action)
                        return table->key;
        return KEY_NONE;
}

static const struct {
        int key;
        const char *name;
} names[] = {
        { KEY_TAB, "Tab" },
        { KEY_RETURN, "Enter" },
        { KEY_ESC, "Esc" },
        { ' ', "Space" },
        { KEY_CURSOR_UP, "Up" },
        { KEY_CURSOR_DOWN, "Down" },
        { KEY_CURSOR_LEFT, "Left" },
        { KEY_CURSOR_RIGHT, "Right" },
        { KEY_PAGE_UP, "PgUp" },
        { KEY_PAGE_DOWN, "PgDn" },
        { KEY_TO_FIRST, "Home" },
        { KEY_TO_LAST, "End" },
        { KEY_ERASE, "Backspace" },
        { KEY_DELETE, "Del" },
        { KEY_INSERT, "Ins" },
        { KEY_BACK_TAB, "Shift-Tab" },
};

const char *keys_name(int key, char buffer[static 16]) {
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (names[i].key == key) {
                        snprintf(buffer, 16, "%s", names[i].name);
                        return buffer;
                }
        if (key >= KEY_F1 && key <= KEY_F12)
                snprintf(buffer, 16, "F%d", key - KEY_F1 + 1);
        else if (key > 0 && key < 32)
                snprintf(buffer, 16, "Ctrl-%c", key + '@');
        else if (key > 32 && key < 127)
                snprintf(buffer, 16, "%c", key);
        else
                snprintf(buffer, 16, "U+%04X", (unsigned) key);
        return buffer;
}
