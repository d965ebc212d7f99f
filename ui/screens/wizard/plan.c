/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The plan of the answers so far, its text, and the findings that refuse it. */

#include "ui/dialog.h"
#include "ui/screens/parts/plan-text.h"

void wizard_write(struct screen *s) {
        struct wizard *w = s->state;
        pager_clear(&w->pager);
        if (w->no_plan)
                plan_text_error(&w->pager, DOC_BAD, w->no_plan);
        if (w->page->write && (w->plan || w->no_plan))
                w->page->write(s);
        screen_invalidate(s);
}

static void wizard_planned(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        w->planning = op_cancel(w->planning);
        plan_free(w->plan);
        error_free(w->no_plan);
        w->plan = plan;
        w->no_plan = e;
        if (plan && w->verb == VERB_UNINSTALL && plan->joins != REALM_NONE && !w->looked)
                leave_look(s);
        wizard_write(s);
}

void wizard_plan(struct screen *s) {
        struct wizard *w = s->state;
        bool early = w->page == &what_page; /* nothing was asked yet */
        _cleanup_(answers_freep) struct answers *answers = questions_answers(&w->ask, early);
        _cleanup_strv_ char **secrets = questions_secrets(&w->ask);
        const struct plan_order order = {
                .verb = w->verb,
                .image = w->reference,
                .name = questions_name(&w->ask) ? questions_name(&w->ask) : w->name,
                .mode = questions_mode(&w->ask),
                .answers = wizard_asks(w) || questions_deletes(&w->ask) ? answers : NULL,
                .deletes_account = questions_deletes(&w->ask),
                .access = w->verb == VERB_ACCESS ? &w->access : NULL,
                .secrets = early ? NULL : secrets,
                .allowed = w->allowed,
        };
        op_cancel(w->planning);
        w->planning = host_make_plan(ui_host(s->ui), &order, wizard_planned, s);
        w->plan = plan_free(w->plan);
        w->no_plan = error_free(w->no_plan);
        wizard_write(s);
}

void wizard_draw_text(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        if (w->planning)
                canvas_text(c, 1, 2, 0, STYLE_BUSY, "Making the plan ...");
        else
                pager_draw(s->pager, c);
}

/* ---- findings that refuse it ---- */

const struct finding *wizard_allowable(const struct wizard *w) {
        for (size_t i = 0; w->plan && i < w->plan->findings.n; i++) {
                const struct finding *f = &w->plan->findings.items[i];
                if (f->severity == SEVERITY_BLOCK && !f->allowed && finding_can_be_allowed(f))
                        return f;
        }
        return NULL;
}

bool wizard_refused(const struct wizard *w) {
        return w->plan && finding_list_count(&w->plan->findings, SEVERITY_BLOCK);
}

bool wizard_status_refused(const struct wizard *w, struct str *out) {
        if (!wizard_refused(w))
                return false;
        str_add(out, wizard_allowable(w) ? "A finding blocks this plan; a allows it, if you know better."
                                         : "Findings block this plan, and they cannot be allowed.");
        return true;
}

static void wizard_allowed(struct screen *s, bool yes) {
        struct wizard *w = s->state;
        if (!yes)
                return;
        strv_add(&w->allowed, w->allowing);
        wizard_plan(s);
}

void wizard_allow(struct screen *s) {
        struct wizard *w = s->state;
        const struct finding *f = wizard_allowable(w);
        if (!f)
                return;
        str_replace(&w->allowing, f->id);
        _cleanup_free_ char *title = str_printf("Allow %s", f->id);
        const char *hint = f->hint ? f->hint : "";
        _cleanup_free_ char *text = f->where ? str_printf("%s: %s.\n%s", f->where, f->message, hint)
                                             : str_printf("%s.\n%s", f->message, hint);
        dialog_confirm(s, &(const struct question){ .title = title, .text = text, .yes = "Allow it" },
                       wizard_allowed);
}
