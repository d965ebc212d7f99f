/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The review: the answers and the exact words that will run; from here to a rehearsal, or by consent to the
 * job. */

#include "ui/dialog.h"
#include "ui/screens/parts/plan-text.h"

static void review_open(struct screen *s, bool onward) {
        wizard_plan(s);
}

static void review_write_answers(struct screen *s) {
        struct wizard *w = s->state;
        struct join join;
        plan_text_answers(&w->pager, w->plan, w->ask.profile);
        if (wizard_asks(w) && questions_join(&w->ask, &join) && join.kind != REALM_NONE &&
            w->checks.preflight && w->checks.preflight->realm)
                plan_text_realm(&w->pager, w->checks.preflight->realm, &join,
                               host_status(ui_host(s->ui))->hostname);
}

static void review_write(struct screen *s) {
        struct wizard *w = s->state;
        if (!w->plan)
                return;
        if (w->verb != VERB_ACCESS && w->verb != VERB_RENEW)
                review_write_answers(s);
        plan_text_plan(&w->pager, w->plan, false);
}

static void review_status(const struct screen *s, struct str *out) {
        const struct wizard *w = s->state;
        if (!wizard_status_refused(w, out) && w->plan)
                str_add(out, "This is exactly what will run. Enter: consent.");
}

static void review_started(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        w->starting = op_cancel(w->starting);
        if (e) {
                dialog_error(s->ui, e);
                if (wizard_has(w, &secrets_page))
                        wizard_go(s, &secrets_page); /* the worker got them; they must be typed again */
                return;
        }
        if (w->verb != VERB_REHEARSE) {
                screen_replace(s, &job_screen, job_id);
                return;
        }
        /* The install stays below its rehearsal, with all its answers; only secrets must be typed again. */
        screen_open(s->ui, &job_screen, job_id);
        w->verb = VERB_INSTALL;
        wizard_go(s, wizard_has(w, &secrets_page) ? &secrets_page : &review_page);
}

static void review_consented(struct screen *s, bool yes) {
        struct wizard *w = s->state;
        if (!yes || !w->plan || w->starting)
                return;
        w->starting =
                host_start_job(ui_host(s->ui), w->plan, questions_hand_over(&w->ask), review_started, s);
        screen_invalidate(s);
}

static void review_next(struct screen *s) {
        static const char *const yes[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = "Install",     [VERB_UNINSTALL] = "Uninstall", [VERB_RUN] = "Run",
                [VERB_UPGRADE] = "Upgrade",     [VERB_REHEARSE] = "Rehearse",   [VERB_ACCESS] = "Change it",
                [VERB_RENEW] = "Renew them",
        };
        struct wizard *w = s->state;
        struct error *e = NULL;
        if (!w->plan || w->starting)
                return;
        if (plan_permitted(w->plan, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        _cleanup_str_ struct str title = {}, text = {};
        wizard_title_of(w, w->plan->name, &title);
        plan_text_consent(w->plan, &text);
        dialog_confirm(s,
                       &(const struct question){
                               .title = title.text,
                               .text = text.text,
                               .yes = yes[w->verb],
                               .no = "Back",
                       },
                       review_consented);
}

static bool review_can(const struct wizard *w, enum action action) {
        switch (action) {
        case ACTION_CONSENT:
                return w->plan && !wizard_refused(w) && !w->starting && !w->finding;
        case ACTION_REHEARSE:
                return w->verb == VERB_INSTALL && w->plan && w->plan->command && !w->starting &&
                       !(w->ask.profile && w->ask.profile->no_rehearsal);
        case ACTION_NO_REHEARSAL:
                return w->verb == VERB_REHEARSE && !w->starting;
        case ACTION_ALLOW:
                return wizard_allowable(w);
        default:
                return false;
        }
}

static bool review_act(struct screen *s, enum action action) {
        if (action == ACTION_ALLOW)
                wizard_allow(s);
        else
                wizard_turn(s, action == ACTION_REHEARSE ? VERB_REHEARSE : VERB_INSTALL);
        return true;
}

const struct page review_page = {
        .title = "last look",
        .open = review_open,
        .write = review_write,
        .draw = wizard_draw_text,
        .status = review_status,
        .can = review_can,
        .act = review_act,
        .next = review_next,
};
