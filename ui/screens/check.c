/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The preflight alone: the needs of a join, without joining. */

#include "ui/screens/parts/check-page.h"
#include "ui/screens/parts/join-opener.h"

struct check_state {
        struct check_page page;
        struct join_opener opener;
};

static void check_look(struct screen *s) {
        check_page_look(s->checks, &(struct preflight_order) { .domain = s->about });
}

static void check_open(struct screen *s, const void *arg) {
        struct check_state *st = s->state;
        check_page_init(&st->page, s, check_look);
        check_look(s);
}

static void check_close(struct screen *s) {
        struct check_state *st = s->state;
        check_page_done(&st->page);
        join_opener_done(&st->opener);
}

/* From what was found here to the join itself. */
static bool check_can(const struct screen *s, enum action action) {
        const struct check_state *st = s->state;
        if (action == ACTION_JOIN)
                return st->page.preflight && !st->opener.choosing && !check_page_fails(&st->page);
        return check_page_can(s, action);
}

static bool check_act(struct screen *s, enum action action) {
        struct check_state *st = s->state;
        if (action != ACTION_JOIN)
                return check_page_act(s, action);
        join_opener_start(&st->opener, s, st->page.preflight->realm);
        return true;
}

static void check_status(const struct screen *s, struct str *out) {
        check_page_status(s, out);
        if (check_can(s, ACTION_JOIN))
                str_add(out, " j joins the realm.");
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
                "that is possible from here, d adds the details. j goes on to the join.",
        .about = true,          /* NULL: of this host */
        .size = sizeof(struct check_state),
        .topics = TOPIC_SERVICES,
        .source = &check_page_source,
        .bindings = (const struct binding[]) {
                { 'j', ACTION_JOIN }, { 'f', ACTION_FIX }, { 'R', ACTION_AGAIN }, { 'd', ACTION_DETAILS }, {}
        },
        .open = check_open,
        .close = check_close,
        .title_text = check_title,
        .draw = check_page_draw,
        .status = check_status,
        .can = check_can,
        .act = check_act,
        .changed = check_page_changed,
};
