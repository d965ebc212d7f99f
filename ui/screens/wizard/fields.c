/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The two pages with fields: the questions, and the secrets by themselves. */

static bool fields_has(const struct wizard *w) {
        return wizard_asks(w) || w->ask.leave;
}

static struct form *fields_form(const struct wizard *w) {
        return w->ask.form;
}

static bool fields_has_secrets(const struct wizard *w) {
        return w->ask.secret_form && !form_empty(w->ask.secret_form);
}

static struct form *fields_secret_form(const struct wizard *w) {
        return w->ask.secret_form;
}

static void fields_want(struct wizard *w) {
        struct join join;
        bool joins = w->page == &form_page && wizard_asks(w) && questions_join(&w->ask, &join);
        finder_want(&w->finder, joins ? join.domain : NULL, joins ? join.kind : REALM_NONE);
}

static void fields_open(struct screen *s, bool onward) {
        fields_want(s->state);
}

static void fields_below(struct form *form, const struct canvas *c, int row) {
        if (row && c->rows - row > 6)
                row++;
        struct canvas fields = canvas_part(c, row, 0, -1, -1);
        form_draw(form, &fields);
}

static void fields_draw(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        const char *help = questions_mode_help(&w->ask);
        fields_below(w->ask.form, c,
                     help && c->rows > 9 ? canvas_paragraph(c, 0, 2, c->columns - 4, STYLE_PLAIN, help) : 0);
}

static void fields_draw_secrets(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        const char *text = w->ask.leave ? "These are never stored, shown or logged; they are handed to the "
                                          "uninstaller when it runs."
                                        : "These are never stored, shown or logged; they are handed to the "
                                          "installer when it runs.";
        fields_below(w->ask.secret_form, c, canvas_paragraph(c, 0, 2, c->columns - 4, STYLE_PLAIN, text));
}

static void fields_status(const struct screen *s, struct str *out) {
        const struct param *p = form_focus(wizard_form(s->state));
        if (!p)
                str_add(out, "Nothing is asked here; Enter goes on.");
        else if (str_empty(p->help))
                str_add(out, p->title);
        else
                str_addf(out, "%s: %s", p->title, p->help);
}

static bool fields_can(const struct wizard *w, enum action action) {
        const struct form *form = wizard_form(w);
        if (action == ACTION_NEXT_FIELD)
                return !form_at_last(form);
        return action == ACTION_NEXT_PAGE && !form_wrong(form);
}

static void fields_next(struct screen *s) {
        _cleanup_error_ struct error *e = NULL;
        if (form_finish(wizard_form(s->state), &e) >= 0)
                wizard_forth(s);
        else /* The reason is under the field, which has the focus; the status line repeats it. */
                screen_say(s, "%s", e->message);
}

bool wizard_type(struct screen *s, int key) {
        struct wizard *w = s->state;
        struct form *form = wizard_form(w);
        bool next = false;
        if (!form || !form_key(form, key, &next))
                return false;
        if (next)
                w->page->next(s);
        fields_want(w);
        return true;
}

const struct page form_page = {
        .title = "questions",
        .has = fields_has,
        .form = fields_form,
        .open = fields_open,
        .draw = fields_draw,
        .status = fields_status,
        .can = fields_can,
        .next = fields_next,
};

const struct page secrets_page = {
        .title = "secrets",
        .has = fields_has_secrets,
        .form = fields_secret_form,
        .draw = fields_draw_secrets,
        .status = fields_status,
        .can = fields_can,
        .next = fields_next,
};
