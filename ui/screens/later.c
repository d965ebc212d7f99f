/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Screens that are being written beside this: each goes from here when its own file lands. */

#define LATER(symbol, word)                                     \
        const struct screen_class symbol = {                    \
                .name = word,                                   \
                .title = word,                                  \
                .draw = later_draw,                             \
        }

static void later_draw(const struct screen *s, const struct canvas *c) {
        canvas_text(c, 1, 2, 0, STYLE_PLAIN, "This screen is not in this build yet.");
}

LATER(jobs_screen, "Jobs");
LATER(changes_screen, "Changes");
LATER(units_screen, "Units");
LATER(unit_screen, "Unit");
LATER(log_screen, "Log");
