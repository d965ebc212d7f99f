/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The preflight alone: the needs of a join, without joining. */

#include "ui/screens/parts/check-page.h"

struct check_state {
        char *domain;           /* NULL: this host's own */
        struct check_page page;
};

static void check_look(struct screen *s) {
        struct check_state *st = s->state;
        check_page_look(&st->page, &(struct preflight_order) { .domain = st->domain });
}

static void check_open(struct screen *s, const void *arg) {
        struct check_state *st = s->state;
        st->domain = xstrdup(arg);
        check_page_init(&st->page, s, check_look);
        check_look(s);
}

static void check_close(struct screen *s) {
        struct check_state *st = s->state;
        check_page_done(&st->page);
        free(st->domain);
}

static void check_title(const struct screen *s, struct str *left, struct str *right) {
        const struct check_state *st = s->state;
        if (st->domain)
                str_addf(left, "  %s", st->domain);
}

const struct screen_class check_screen = {
        .name = "check",
        .title = "Preflight",
        .help = "All that joining a realm needs: this host's name and files, the realm's servers and their "
                "ports, the clock. Checking changes nothing, and nobody logs in.\n"
                "The meaning of the focused result and what to do about it stand below; f fixes it where "
                "that is possible from here, d adds the details.",
        .size = sizeof(struct check_state),
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
