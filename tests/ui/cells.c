/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/cells.h"

#include <ncurses.h>
#include <wchar.h>

#include "ui/widgets/keys.h"

char style_letter(enum style style) {
        static const char letters[_STYLE_MAX] = {
                [STYLE_PLAIN] = '.', [STYLE_TITLE] = 't', [STYLE_HEAD] = 'h',  [STYLE_FOCUS] = 'f', [STYLE_STRONG] = 's',
                [STYLE_DIM] = 'd',   [STYLE_GOOD] = 'g',  [STYLE_BUSY] = 'y',  [STYLE_WARN] = 'w',  [STYLE_BAD] = 'b',
                [STYLE_FIELD] = '_', [STYLE_BUTTON] = 'n', [STYLE_KEY] = 'k',  [STYLE_MATCH] = 'm',
        };
        return letters[style];
}

static enum style style_of(const struct theme *theme, uint32_t attributes) {
        for (size_t i = 0; i < _STYLE_MAX; i++)
                if (theme->attributes[i] == attributes)
                        return (enum style) i;
        return STYLE_PLAIN;
}

int key_named(const char *name) {
        char buffer[16];
        for (int key = 1; key <= KEY_F12; key = key == 127 ? KEY_NAMED : key + 1)
                if (strcmp(keys_name(key, buffer), name) == 0)
                        return key;
        return KEY_NONE;
}

void screen_cell(const struct theme *theme, int row, int column, char text[static 32], enum style *ret_style) {
        cchar_t cell;
        wchar_t wide[CCHARW_MAX + 1] = {};
        attr_t attributes = 0;
        short pair = 0;
        int y, x;
        getyx(newscr, y, x);
        text[0] = '\0';
        *ret_style = STYLE_PLAIN;
        if (mvwin_wch(newscr, row, column, &cell) == OK &&
            getcchar(&cell, wide, &attributes, &pair, NULL) == OK) {
                /* The second half of a wide character reads as the whole again. */
                cchar_t before;
                wchar_t left[CCHARW_MAX + 1] = {};
                attr_t unused_attributes;
                short unused_pair;
                if (column > 0 && mvwin_wch(newscr, row, column - 1, &before) == OK &&
                    getcchar(&before, left, &unused_attributes, &unused_pair, NULL) == OK &&
                    left[0] == wide[0] && wcwidth(left[0]) == 2) {
                        size_t run = 0;
                        for (int k = column - 1; k >= 0; k--) {
                                if (mvwin_wch(newscr, row, k, &before) != OK ||
                                    getcchar(&before, left, &unused_attributes, &unused_pair, NULL) != OK ||
                                    left[0] != wide[0])
                                        break;
                                run++;
                        }
                        if (run % 2 == 1)
                                wide[0] = L'\0';
                }
                size_t n = 0;
                for (size_t i = 0; wide[i] && n + MB_CUR_MAX < 32; i++) {
                        mbstate_t state = {};
                        size_t used = wcrtomb(text + n, wide[i], &state);
                        if (used != (size_t) -1)
                                n += used;
                }
                text[n] = '\0';
                /* An ACS cell holds the letter of the line drawing character. */
                if (attributes & A_ALTCHARSET)
                        strcpy(text, text[0] == 'q' ? "─" : "?");
                attributes &= ~(attr_t) (A_CHARTEXT | A_ALTCHARSET | A_COLOR);
                *ret_style = style_of(theme, (uint32_t) attributes | (uint32_t) COLOR_PAIR(pair));
        }
        wmove(newscr, y, x);
}

const char *key_bytes(const char *name, char one[static 2]) {
        static const struct { int key; const char *bytes; } sequences[] = {
                { KEY_CURSOR_UP, "\033[A" },   { KEY_CURSOR_DOWN, "\033[B" }, { KEY_CURSOR_RIGHT, "\033[C" },
                { KEY_CURSOR_LEFT, "\033[D" }, { KEY_PAGE_UP, "\033[5~" },    { KEY_PAGE_DOWN, "\033[6~" },
                { KEY_TO_FIRST, "\033[H" },    { KEY_TO_LAST, "\033[F" },     { KEY_BACK_TAB, "\033[Z" },
                { KEY_ERASE, "\177" },         { KEY_DELETE, "\033[3~" },     { KEY_F1, "\033OP" },
        };
        int key = key_named(name);
        one[0] = (char) key;
        one[1] = '\0';
        for (size_t i = 0; i < ELEMENTS(sequences); i++)
                if (sequences[i].key == key)
                        return sequences[i].bytes;
        return key > 0 && key < 127 ? one : NULL;
}
