/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The look of text: a style names its meaning, the display profile decides how that is shown. Attributes are
 * opaque so that only theme.c, canvas.c and term.c see curses. */

#include "base/base.h"
#include "base/names.h"
#include "base/text.h"

/* The display profiles. They change how the same layout is drawn, never its places. */
enum display {
        DISPLAY_AUTO, /* by TERM, line speed, locale and NO_COLOR */
        /* monochrome, ASCII; text about the focused row waits for a pause in the keys */
        DISPLAY_BASIC,
        DISPLAY_NORMAL, /* attributes and line drawing */
        DISPLAY_RICH,   /* colour, UTF-8 */
        _DISPLAY_MAX,
};
DECLARE_NAMES(display, enum display);   /* "auto", "basic", "normal", "rich" */

enum style {
        STYLE_PLAIN,
        STYLE_TITLE,            /* row 1 */
        STYLE_HEAD,             /* heads of columns, names of sections */
        STYLE_FOCUS,            /* the name of the focused thing */
        STYLE_STRONG,
        STYLE_DIM,
        STYLE_GOOD,             /* runs, done, ok */
        STYLE_BUSY,             /* starting, loading */
        STYLE_WARN,
        STYLE_BAD,              /* failed, refused, risk */
        STYLE_FIELD,            /* where text is typed */
        STYLE_BUTTON,           /* the focused button */
        STYLE_KEY,              /* a key in the key bar */
        STYLE_MATCH,            /* found by the search */
        _STYLE_MAX,
};

struct theme {
        enum display display;           /* never DISPLAY_AUTO */
        enum text_charset charset;
        bool colour;
        bool slow;                      /* a line of 38400 baud or less */
        uint32_t attributes[_STYLE_MAX];
        uint32_t mark_colours[9];       /* of base/feed.h: MARK_COLOUR 0..8 */
};

/* Fills the theme for a display profile; only after the terminal was opened. utf8: the locale's charset. */
void theme_init(struct theme *theme, enum display display, bool utf8, bool slow);

/* The profile for DISPLAY_AUTO. colours, attributes (reverse and bold): from terminfo; no_colour: NO_COLOR is
 * set. */
enum display theme_choose(int colours, bool attributes, bool utf8, bool slow, bool no_colour);

/* Attributes of a cell of program output (base/feed.h marks). */
uint32_t theme_mark(const struct theme *theme, uint8_t mark);
