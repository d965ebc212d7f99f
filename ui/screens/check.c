/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The preflight alone: the needs of a join, without joining. */

#include "ui/screens/parts/check-page.h"

static void check_look(struct screen *s) {
        check_page_look(s->checks, &(struct preflight_order) { .domain = s->about });
}

static void check_open(struct screen *s, const void *arg) {
        check_page_init(s->state, s, check_look);
        check_look(s);
}

static void check_close(struct screen *s) {
        check_page_done(s->state);
}

static void check_title(const struct screen *s, struct str *left, struct str *right) {
        if (s->about)
                str_addf(left, "  %s", s->about);
}

const struct screen_class check_screen = {
        .name = "check",
        .title = "Preflight",
        .help = "All that joining a realm needs: this host's name and files, the realm's servers and their "
                "ports, the clock. Checking changes nothing, and nobody logs in.\n"
                "The meaning of the focused result and what to do about it stand below; f fixes it where "
                "that is possible from here, d adds the details.",
        .about = true,          /* NULL: of this host */
        .size = sizeof(struct check_page),
        .topics = TOPIC_SERVICES,
        .source = &check_page_source,
        .bindings = (const struct binding[]) {
                { 'f', ACTION_FIX }, { 'r', ACTION_AGAIN }, { 'd', ACTION_DETAILS }, {}
        },
        .open = check_open,
        .close = check_close,
        .title_text = check_title,
        .draw = check_page_draw,
        .status = check_page_status,
        .can = check_page_can,
        .act = check_page_act,
        .changed = check_page_changed,
};
