/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The preflight: where the mode joins a realm, all its needs, before any secret is asked. */

#include "ui/dialog.h"

static bool checks_has(const struct wizard *w) {
        struct join join;
        return questions_join(&w->ask, &join);
}

void wizard_check(struct screen *s) {
        struct wizard *w = s->state;
        struct join join;
        if (!questions_join(&w->ask, &join))
                return;
        const struct preflight_order order = preflight_of_join(&join);
        check_page_look(&w->checks, &order);
}

/* Going back to it shows the earlier results; a try that began behind it has none yet. */
static void checks_open(struct screen *s, bool onward) {
        struct wizard *w = s->state;
        if (onward || (!w->checks.preflight && !w->checks.looking))
                wizard_check(s);
        s->list = &s->rows;
}

static bool checks_can(const struct screen *s, enum action action) {
        if (action == ACTION_NEXT)
                return !s->checks->looking && !check_page_fails(s->checks);
        if (action == ACTION_ALLOW)
                return check_page_fails(s->checks) && !preflight_final(s->checks->preflight);
        return (action == ACTION_FIX || action == ACTION_AGAIN || action == ACTION_DETAILS) &&
               check_page_can(s, action);
}

static bool checks_act(struct screen *s, enum action action) {
        static const struct question question = {
                .title = "Go on despite errors",
                .text = "The preflight found errors that can make the join fail. If it fails, everything "
                        "it changed on this host is restored.",
                .yes = "Go on",
                .no = "Stay",
        };
        if (action == ACTION_ALLOW)
                dialog_confirm(s, &question, wizard_forth);
        else if (!check_page_act(s, action)) {
                struct wizard *w = s->state;
                enum fix fix = check_page_fix(&w->checks);
                wizard_go(s, PAGE_FORM);
                questions_repair(&w->ask, fix);
        }
        return true;
}

static void checks_next(struct screen *s) {
        if (checks_can(s, ACTION_NEXT))
                wizard_forth(s);
}

const struct page preflight_page = {
        .title = "preflight",
        .has = checks_has,
        .open = checks_open,
        .draw = check_page_draw,
        .status = check_page_status,
        .can = checks_can,
        .act = checks_act,
        .next = checks_next,
};
