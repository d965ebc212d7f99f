/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The two pages with fields: the questions, and the secrets by themselves. */

static bool fields_has(const struct wizard *w) {
        return wizard_asks(w) || w->ask.leave;
}

static bool fields_has_secrets(const struct wizard *w) {
        return w->ask.secret_form && !form_empty(w->ask.secret_form);
}

/* The rows of the longest help of a mode, within reason: another mode moves no field. */
#define HELP_ROWS_MAX 3

static int fields_help_rows(const struct wizard *w, const struct canvas *c) {
        const struct profile *profile = w->ask.profile;
        struct canvas nowhere = { .columns = c->columns, .theme = c->theme, .cursor = c->cursor };
        int most = 0;
        for (size_t i = 0; profile && !w->ask.leave && i < profile->n_modes; i++) {
                const char *help = profile->modes[i].help;
                int rows = help ? canvas_paragraph(&nowhere, 0, 2, c->columns - 4, STYLE_PLAIN, help) : 0;
                most = rows > most ? rows : most;
        }
        return most < HELP_ROWS_MAX ? most : HELP_ROWS_MAX;
}

/* The fields below a text about the page of at least so many rows; NULL: none. */
static void fields_draw_below(const struct wizard *w, const struct canvas *c, const char *text, int least) {
        int row = text ? canvas_paragraph(c, 0, 2, c->columns - 4, STYLE_PLAIN, text) : 0;
        row = row < least ? least : row;
        if (row && c->rows - row > 6)
                row++;
        struct canvas fields = canvas_part(c, row, 0, -1, -1);
        form_draw(wizard_form(w), &fields);
}

static void fields_draw(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        bool roomy = c->rows > 9;
        fields_draw_below(w, c, roomy ? questions_mode_help(&w->ask) : NULL,
                          roomy ? fields_help_rows(w, c) : 0);
}

static void fields_open_secrets(struct screen *s, bool onward) {
        struct wizard *w = s->state;
        questions_guard_secrets(&w->ask);
}

static void fields_draw_secrets(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        fields_draw_below(w, c,
                          w->anew        ? "Fairlead stores none, so they are asked anew. They are never "
                                           "shown or logged; they are handed to the installer when it runs."
                          : w->ask.leave ? "These are never stored, shown or logged; they are handed to the "
                                           "uninstaller when it runs."
                                         : "These are never stored, shown or logged; they are handed to the "
                                           "installer when it runs.",
                          0);
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

static bool fields_can(const struct screen *s, enum action action) {
        const struct form *form = wizard_form(s->state);
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
                wizard_page(w)->next(s);
        questions_follow(&w->ask, w->page == PAGE_FORM);
        return true;
}

const struct page form_page = {
        .title = "questions",
        .has = fields_has,
        .draw = fields_draw,
        .status = fields_status,
        .can = fields_can,
        .next = fields_next,
};

const struct page secrets_page = {
        .title = "secrets",
        .has = fields_has_secrets,
        .open = fields_open_secrets,
        .draw = fields_draw_secrets,
        .status = fields_status,
        .can = fields_can,
        .next = fields_next,
};
