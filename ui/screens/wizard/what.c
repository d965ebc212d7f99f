/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The first page: the effects of the install, with the answers it begins with. */

#include "ui/screens/parts/plan-text.h"

static void what_open(struct screen *s, bool onward) {
        wizard_plan(s);
}

static void what_write(struct screen *s) {
        struct wizard *w = s->state;
        if (w->no_plan) {
                pager_end(&w->pager);
                pager_addf(&w->pager, DOC_PLAIN,
                           "The next page asks the questions; the last one shows the exact commands before "
                           "anything is run.");
                return;
        }
        if (w->ask.profile && !profile_is_generic(w->ask.profile))
                plan_text_profile(&w->pager, w->ask.profile);
        plan_text_plan(&w->pager, w->plan, true);
}

static void what_status(const struct screen *s, struct str *out) {
        const struct wizard *w = s->state;
        if (!wizard_status_refused(w, out) && w->plan)
                str_add(out, "Read what it does. Enter goes to the questions; nothing is run yet.");
}

static bool what_can(const struct wizard *w, enum action action) {
        return action == ACTION_NEXT || (action == ACTION_ALLOW && wizard_allowable(w));
}

static bool what_act(struct screen *s, enum action action) {
        wizard_allow(s);
        return true;
}

const struct page what_page = {
        .title = "what it does",
        .has = wizard_asks,
        .open = what_open,
        .write = what_write,
        .draw = wizard_draw_text,
        .status = what_status,
        .can = what_can,
        .act = what_act,
        .next = wizard_forth,
};
