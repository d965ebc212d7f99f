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

static int check_open(struct screen *s, const void *arg, struct error **reterr) {
        struct check_state *st = s->state;
        st->domain = xstrdup(arg);
        check_page_init(&st->page, s, check_look);
        s->list = &st->page.list;
        check_look(s);
        return 0;
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

static void check_draw(struct screen *s, const struct canvas *c) {
        struct check_state *st = s->state;
        check_page_draw(&st->page, c);
}

static void check_status(const struct screen *s, struct str *out) {
        const struct check_state *st = s->state;
        check_page_status(&st->page, out);
}

static bool check_can(const struct screen *s, enum action action) {
        const struct check_state *st = s->state;
        if (action == ACTION_FIX)
                return check_page_fix(&st->page) != FIX_NONE;
        return (action != ACTION_AGAIN && action != ACTION_DETAILS) || !check_page_looking(&st->page);
}

static bool check_act(struct screen *s, enum action action) {
        struct check_state *st = s->state;
        if (action == ACTION_AGAIN)
                check_look(s);
        else if (action == ACTION_FIX)
                return check_page_repair(&st->page);
        else if (action == ACTION_DETAILS) {
                st->page.details = !st->page.details;
                screen_invalidate(s);
        } else
                return false;
        return true;
}

static void check_changed(struct screen *s, unsigned topics) {
        struct check_state *st = s->state;
        check_page_changed(&st->page);
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
        .bindings =
                (const struct binding[]){
                        { 'f', ACTION_FIX }, { 'r', ACTION_AGAIN }, { 'd', ACTION_DETAILS }, {} },
        .open = check_open,
        .close = check_close,
        .title_text = check_title,
        .draw = check_draw,
        .status = check_status,
        .can = check_can,
        .act = check_act,
        .changed = check_changed,
};
