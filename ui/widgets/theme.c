/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/theme.h"

#include <ncurses.h>

#include "base/feed.h"

static const char *const display_names[] = {
        [DISPLAY_AUTO] = "auto",
        [DISPLAY_BASIC] = "basic",
        [DISPLAY_NORMAL] = "normal",
        [DISPLAY_RICH] = "rich",
};
DEFINE_NAMES(display, enum display)

/* No blue on the terminal's own background, where dark blue on black cannot be read; and no colour for the
 * background: light terminals stay light. The word beside a colour always says the same. */
static const struct {
        attr_t normal;
        attr_t rich;
        short colour;           /* foreground, -1: the terminal's own */
} styles[_STYLE_MAX] = {
        [STYLE_PLAIN] = { A_NORMAL, A_NORMAL, -1 },
        [STYLE_TITLE] = { A_REVERSE, A_REVERSE, -1 },
        [STYLE_HEAD] = { A_UNDERLINE, A_UNDERLINE, -1 },
        [STYLE_FOCUS] = { A_BOLD, A_BOLD, COLOR_CYAN },
        [STYLE_STRONG] = { A_BOLD, A_BOLD, -1 },
        [STYLE_DIM] = { A_DIM, A_DIM, -1 },
        [STYLE_GOOD] = { A_NORMAL, A_NORMAL, COLOR_GREEN },
        [STYLE_BUSY] = { A_NORMAL, A_NORMAL, COLOR_CYAN },
        [STYLE_WARN] = { A_BOLD, A_NORMAL, COLOR_YELLOW },
        [STYLE_BAD] = { A_BOLD, A_BOLD, COLOR_RED },
        [STYLE_FIELD] = { A_UNDERLINE, A_UNDERLINE, COLOR_CYAN },
        [STYLE_BUTTON] = { A_REVERSE, A_REVERSE, COLOR_CYAN },
        [STYLE_KEY] = { A_BOLD, A_BOLD, -1 },
        [STYLE_MATCH] = { A_REVERSE, A_REVERSE, COLOR_YELLOW },
};

void theme_init(struct theme *theme, enum display display, bool utf8, bool slow) {
        *theme = (struct theme) { .display = display, .slow = slow };
        theme->charset = display != DISPLAY_BASIC && utf8 ? TEXT_UTF8 : TEXT_ASCII;
        /* Colour pairs: one for each of the eight colours as foreground on the terminal's own background. */
        if (display == DISPLAY_RICH && has_colors()) {
                theme->colour = true;
                for (short i = 0; i < 8; i++)
                        init_pair((short) (i + 1), i, -1);
        }
        for (size_t i = 0; display != DISPLAY_BASIC && i < _STYLE_MAX; i++) {
                bool coloured = theme->colour && styles[i].colour >= 0;
                theme->attributes[i] = coloured ? styles[i].rich | COLOR_PAIR(styles[i].colour + 1) :
                                display == DISPLAY_RICH && theme->colour ? styles[i].rich : styles[i].normal;
        }
        /* MARK_COLOUR 1..8: red green yellow blue magenta cyan white black. White and black could be the
         * background: they become the terminal's own colour. Blue becomes cyan. */
        static const short marks[9] = { -1,           COLOR_RED,  COLOR_GREEN,
                                        COLOR_YELLOW, COLOR_CYAN, COLOR_MAGENTA,
                                        COLOR_CYAN,   -1,         -1 };
        for (size_t i = 0; theme->colour && i < ELEMENTS(marks); i++)
                theme->mark_colours[i] = marks[i] >= 0 ? COLOR_PAIR(marks[i] + 1) : 0;
}

enum display theme_choose(int colours, bool attributes, bool utf8, bool slow, bool no_colour) {
        if (slow || !attributes)
                return DISPLAY_BASIC;
        return utf8 && colours >= 8 && !no_colour ? DISPLAY_RICH : DISPLAY_NORMAL;
}

uint32_t theme_mark(const struct theme *theme, uint8_t mark) {
        if (theme->display == DISPLAY_BASIC || mark == 0)
                return A_NORMAL;
        uint32_t attributes = A_NORMAL;
        if (mark & MARK_BOLD)
                attributes |= A_BOLD;
        if (mark & MARK_UNDERLINE)
                attributes |= A_UNDERLINE;
        if (mark & MARK_REVERSE)
                attributes |= A_REVERSE;
        if (mark & MARK_DIM)
                attributes |= A_DIM;
        unsigned colour = mark & MARK_COLOUR;
        if (colour == MARK_OWN)
                return attributes | A_BOLD;
        return attributes | (colour < ELEMENTS(theme->mark_colours) ? theme->mark_colours[colour] : 0);
}
