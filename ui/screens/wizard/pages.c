/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* From page to page, whichever they are. */

bool wizard_asks(const struct wizard *w) {
        return w->verb == VERB_INSTALL || w->verb == VERB_REHEARSE || w->anew;
}

bool wizard_has(const struct wizard *w, enum page_number page) {
        return !w->pages[page]->has || w->pages[page]->has(w);
}

const struct page *wizard_page(const struct wizard *w) {
        return w->pages[w->page];
}

struct form *wizard_form(const struct wizard *w) {
        return w->page == PAGE_FORM ? w->ask.form : w->page == PAGE_SECRETS ? w->ask.secret_form : NULL;
}

void wizard_go(struct screen *s, enum page_number number) {
        struct wizard *w = s->state;
        const struct page *page = w->pages[number];
        bool onward = w->page < number;
        w->page = number;
        s->pager = page->write ? &s->text : NULL;
        s->list = NULL;
        if (s->pager)
                pager_act(s->pager, ACTION_FIRST);
        questions_follow(&w->ask, number == PAGE_FORM);
        if (page->open)
                page->open(s, onward);
        screen_invalidate(s);
}

void wizard_forth(struct screen *s) {
        const struct wizard *w = s->state;
        enum page_number next = w->page + 1;
        while (!wizard_has(w, next))
                next++; /* every verb has the review */
        wizard_go(s, next);
}

void wizard_turn(struct screen *s, bool rehearsal) {
        struct wizard *w = s->state;
        w->verb = rehearsal ? VERB_REHEARSE : w->anew ? VERB_RECONFIGURE : VERB_INSTALL;
        wizard_go(s, PAGE_REVIEW);
}

/* Before there is a plan: whoever comes from the realm's screen wants to leave it. */
static bool wizard_leaves(const struct screen *s) {
        const struct wizard *w = s->state;
        bool realm = w->plan ? w->plan->joins != REALM_NONE : s->below && s->below->class == &realm_screen;
        return w->verb == VERB_UNINSTALL && (w->ask.leave || realm);
}

bool wizard_joins(const struct wizard *w) {
        struct join join;
        return w->verb == VERB_INSTALL && questions_join(&w->ask, &join);
}

void wizard_title_of(const struct screen *s, const char *name, struct str *out) {
        const struct wizard *w = s->state;
        static const char *const begins[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = "Install ",
                [VERB_UNINSTALL] = "Uninstall ",
                [VERB_RUN] = "Run ",
                [VERB_UPGRADE] = "Upgrade ",
                [VERB_RECONFIGURE] = "Reconfigure ",
                [VERB_REHEARSE] = "Rehearse ",
                [VERB_ACCESS] = "Change who may log in: ",
                [VERB_RENEW] = "Renew the keys: ",
                [VERB_EDIT] = "Edit ",
                [VERB_ADOPT] = "Adopt ",
        };
        struct join join;
        const char *joined = host_status(ui_host(s->ui))->realm.name,
                   *domain = w->plan && w->plan->join_domain ? w->plan->join_domain : joined;
        /* not letter by letter while it is typed */
        if (wizard_joins(w) && questions_join(&w->ask, &join))
                str_addf(out, "Join %s",
                         str_empty(join.domain) || w->page == PAGE_FORM ? "a realm" : join.domain);
        else if (wizard_leaves(s))
                str_addf(out, "Leave %s", domain ? domain : "the realm");
        else
                str_addf(out, "%s%s", begins[w->verb], name);
}
