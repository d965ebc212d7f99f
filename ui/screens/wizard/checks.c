/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The preflight: where the mode joins a realm, all its needs, before any secret is asked. */

#include "ui/dialog.h"

static bool checks_has(const struct wizard *w) {
        return wizard_asks(w) && questions_chosen(&w->ask) && questions_chosen(&w->ask)->joins != REALM_NONE;
}

void wizard_check(struct screen *s) {
        struct wizard *w = s->state;
        struct join join;
        if (!questions_join(&w->ask, &join))
                return;
        check_page_look(&w->checks, &(struct preflight_order){ .domain = join.domain,
                                                              .wanted = join.kind,
                                                              .server = join.server,
                                                              .computer_name = join.computer_name,
                                                              .hostname = join.hostname });
}

/* Going back to it shows the earlier results; a try that began behind it has none yet. */
static void checks_open(struct screen *s, bool onward) {
        struct wizard *w = s->state;
        if (onward || (!w->checks.preflight && !check_page_looking(&w->checks)))
                wizard_check(s);
        s->list = &w->checks.list;
}

static void checks_draw(struct screen *s, const struct canvas *c) {
        struct wizard *w = s->state;
        check_page_draw(&w->checks, c);
}

static void checks_status(const struct screen *s, struct str *out) {
        const struct wizard *w = s->state;
        check_page_status(&w->checks, out);
}

static bool checks_pass(const struct wizard *w) {
        return !check_page_looking(&w->checks) && !check_page_fails(&w->checks);
}

static bool checks_can(const struct wizard *w, enum action action) {
        switch (action) {
        case ACTION_NEXT:
                return checks_pass(w);
        case ACTION_ALLOW:
                return check_page_fails(&w->checks);
        case ACTION_FIX:
                return check_page_fix(&w->checks) != FIX_NONE;
        case ACTION_AGAIN:
        case ACTION_DETAILS:
                return !check_page_looking(&w->checks);
        default:
                return false;
        }
}

static void checks_passed_over(struct screen *s, bool yes) {
        if (yes)
                wizard_forth(s);
}

static void checks_pass_over(struct screen *s) {
        static const struct question question = {
                .title = "Go on despite errors",
                .text = "The preflight found errors that can make the join fail. If it fails, everything "
                        "it changed on this host is restored.",
                .yes = "Go on",
                .no = "Stay",
        };
        dialog_confirm(s, &question, checks_passed_over);
}

static bool checks_act(struct screen *s, enum action action) {
        struct wizard *w = s->state;
        switch (action) {
        case ACTION_ALLOW:
                checks_pass_over(s);
                return true;
        case ACTION_FIX:
                if (!check_page_repair(&w->checks))
                        wizard_go(s, &form_page);
                return true;
        case ACTION_AGAIN:
                wizard_check(s);
                return true;
        default:
                w->checks.details = !w->checks.details;
                screen_invalidate(s);
                return true;
        }
}

static void checks_next(struct screen *s) {
        if (checks_pass(s->state))
                wizard_forth(s);
}

const struct page preflight_page = {
        .title = "preflight",
        .has = checks_has,
        .open = checks_open,
        .draw = checks_draw,
        .status = checks_status,
        .can = checks_can,
        .act = checks_act,
        .next = checks_next,
};
