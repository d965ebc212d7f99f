/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "ui/widgets/theme.h"

static void profiles_follow_the_terminal(void **state) {
        static const struct {
                const char *what;
                int colours;
                bool attributes, utf8, slow, no_colour;
                enum display display;
        } rows[] = {
                { "xterm-256color", 256, true, true, false, false, DISPLAY_RICH },
                { "the same, NO_COLOR", 256, true, true, false, true, DISPLAY_NORMAL },
                { "linux, no UTF-8", 8, true, false, false, false, DISPLAY_NORMAL },
                { "vt100, vt220", 0, true, false, false, false, DISPLAY_NORMAL },
                { "vt220 at 9600 baud", 0, true, false, true, false, DISPLAY_BASIC },
                { "xterm over a slow line", 256, true, true, true, false, DISPLAY_BASIC },
                { "vt52", 0, false, false, false, false, DISPLAY_BASIC },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (theme_choose(rows[i].colours, rows[i].attributes, rows[i].utf8, rows[i].slow, rows[i].no_colour) != rows[i].display)
                        fail_msg("%s", rows[i].what);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(profiles_follow_the_terminal) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
