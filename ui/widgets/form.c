/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/form.h"

#include "base/text.h"
#include "ui/widgets/keys.h"

struct item {
        const struct param *p;
        struct field field;             /* the value of everything but secrets */
        struct secret *secret;          /* in the caller's list */
        const char *source;             /* of the value */
        bool typed;                     /* by the person: nothing else changes it any more */
        bool checked;                   /* left or submitted once: shows its error from now on */
        struct error *error;
};

struct form {
        struct form_options options;
        struct item *items;
        size_t n;
        size_t at;                      /* the focused item */
        int scroll;                     /* rows above the screen */
};

static bool item_shown(const struct form *form, const struct item *item) {
        const struct form_options *o = &form->options;
        if (o->asks && !o->asks(item->p, o->userdata))
                return false;
        return param_applies(item->p, o->all ? o->all : o->params, o->all ? o->n_all : o->n, o->answers);
}

static const char *item_value(const struct item *item) {
        return item->secret ? item->secret->bytes : field_text(&item->field);
}

/* ---- values ---- */

/* Typing into a field that was just entered begins a new value. */
static void form_enter(struct form *form, size_t at) {
        form->at = at;
        if (at < form->n)
                form->items[at].field.fresh = true;
}

static void item_propose(const struct form *form, struct item *item) {
        const struct form_options *o = &form->options;
        const char *suggested =
                item->p->suggest && o->suggest ? o->suggest(item->p->suggest, o->userdata) : NULL;
        const char *value = param_initial(item->p, o->answers, suggested);
        item->source = suggested && str_equal(value, suggested) ? "from this host" : "default";
        for (size_t i = 0; i < o->answers->n; i++)
                if (str_equal(o->answers->items[i].name, item->p->name))
                        item->source =
                                str_equal(o->answers->items[i].source, "typed") ? "typed"
                                : str_equal(o->answers->items[i].source, FORM_UNCHANGED)
                                        ? FORM_UNCHANGED
                                        : item->source;
        field_set(&item->field, value);
}

static void item_check(const struct form *form, struct item *item) {
        const struct item *other = NULL;
        for (size_t i = 0; item->p->with_name && i < form->n; i++)
                if (str_equal(form->items[i].p->name, item->p->with_name))
                        other = &form->items[i];
        item->error = error_free(item->error);
        param_check_with(item->p, item_value(item), other ? other->p : NULL, other ? item_value(other) : NULL,
                         &item->error);
        if (!item->error && item->p->wanted && !*item_value(item))
                error_set(&item->error, -EINVAL, "%s is missing", item->p->title);
}

/* After a change by the person: others may appear or go by its value. */
static void item_changed(struct form *form, struct item *item) {
        item->typed = true;
        item->source = "typed";
        if (!item->secret)
                answers_set(form->options.answers, item->p->name, item_value(item), item->source);
        if (item->checked)
                item_check(form, item);
        form_refresh(form);
}

struct form *form_new(const struct form_options *options) {
        struct form *form = new0(struct form);
        form->options = *options;
        form->items = xcalloc(options->n, sizeof *form->items);
        for (size_t i = 0; i < options->n; i++) {
                struct item *item = &form->items[form->n++];
                item->p = &options->params[i];
                if (item->p->type != PARAM_SECRET) {
                        item_propose(form, item);
                        continue;
                }
                item->secret = options->secrets ? secret_list_find(options->secrets, item->p->name) : NULL;
                if (!item->secret) {
                        item->secret = secret_new(item->p->name);
                        secret_list_take(options->secrets, item->secret);
                }
        }
        form_enter(form, 0);
        return form;
}

struct form *form_free(struct form *form) {
        if (!form)
                return NULL;
        for (size_t i = 0; i < form->n; i++) {
                field_done(&form->items[i].field);
                error_free(form->items[i].error);
        }
        FREE_ALL(form->items, form);
        return NULL;
}

void form_refresh(struct form *form) {
        for (size_t i = 0; i < form->n; i++)
                if (!form->items[i].typed && !form->items[i].secret)
                        item_propose(form, &form->items[i]);
}

/* ---- the focus ---- */

/* An answer may have hidden the focused field, or shown the first one. */
static void form_find_focus(struct form *form) {
        if (form->at < form->n && item_shown(form, &form->items[form->at]))
                return;
        size_t at = 0;
        while (at + 1 < form->n && !item_shown(form, &form->items[at]))
                at++;
        form_enter(form, at);
}

static bool form_move(struct form *form, int direction) {
        size_t at = form->at;
        for (;;) {
                if (direction < 0 ? at == 0 : at + 1 >= form->n)
                        return false;
                at = direction < 0 ? at - 1 : at + 1;
                if (item_shown(form, &form->items[at]))
                        break;
        }
        form_enter(form, at);
        return true;
}

static bool form_leave(struct form *form, int direction) {
        struct item *item = &form->items[form->at];
        /* Going on from a field shows its error; going back over an empty one is not a mistake. */
        if (direction > 0 || *item_value(item)) {
                item->checked = true;
                item_check(form, item);
        }
        return form_move(form, direction);
}

/* ---- keys ---- */

static void choice_step(struct form *form, struct item *item, int direction) {
        const struct param *p = item->p;
        if (!p->n_choices)
                return;
        size_t now = 0;
        for (size_t i = 0; i < p->n_choices; i++)
                if (str_equal(p->choices[i].value, item_value(item)))
                        now = i;
        now = (now + p->n_choices + (size_t) (direction < 0 ? p->n_choices - 1 : 1)) % p->n_choices;
        field_set(&item->field, p->choices[now].value);
        item_changed(form, item);
}

static bool item_key(struct form *form, struct item *item, int key) {
        bool printable = key >= ' ' && key < KEY_NAMED;
        switch (item->p->type) {
        case PARAM_CHOICE:
                if (key == ' ' || key == KEY_CURSOR_RIGHT || key == KEY_CURSOR_LEFT)
                        choice_step(form, item, key == KEY_CURSOR_LEFT ? -1 : 1);
                return key == KEY_CURSOR_RIGHT || key == KEY_CURSOR_LEFT || (printable && key != '?');
        case PARAM_BOOLEAN:
                if (key == ' ' || key == 'y' || key == 'n') {
                        bool yes = key == ' ' ? !str_equal(item_value(item), "yes") : key == 'y';
                        field_set(&item->field, yes ? "yes" : "no");
                        item_changed(form, item);
                }
                return printable && key != '?';
        case PARAM_SECRET:
                if (item->field.fresh && printable)
                        secret_wipe(item->secret);
                item->field.fresh = false;
                if (!field_secret_key(item->secret, key))
                        return printable;
                item_changed(form, item);
                return true;
        default: {
                bool edits = printable || key == KEY_ERASE || key == KEY_DELETE || key == KEY_CTRL('U') ||
                             key == KEY_CTRL('K') || key == KEY_CTRL('W');
                if (!field_key(&item->field, key))
                        return printable;       /* unprintable keys are swallowed, not taken for a command */
                if (edits)
                        item_changed(form, item);
                return true;
        }
        }
}

bool form_key(struct form *form, int key, bool *ret_next) {
        *ret_next = false;
        if (form_empty(form)) {
                *ret_next = key == KEY_RETURN || key == KEY_CTRL('D');
                return *ret_next;
        }
        form_find_focus(form);
        switch (key) {
        case KEY_TAB:
        case KEY_CURSOR_DOWN:
        case KEY_CTRL('N'):
                form_leave(form, 1);
                return true;
        case KEY_BACK_TAB:
        case KEY_CURSOR_UP:
        case KEY_CTRL('P'):
                form_leave(form, -1);
                return true;
        case KEY_RETURN:
                *ret_next = !form_leave(form, 1);
                return true;
        case KEY_CTRL('D'):
                *ret_next = true;
                return true;
        default: return item_key(form, &form->items[form->at], key);
        }
}

int form_finish(struct form *form, struct error **reterr) {
        size_t wrong = form->n;
        for (size_t i = 0; i < form->n; i++) {
                struct item *item = &form->items[i];
                const struct form_options *o = &form->options;
                /* Another page checks its own questions. */
                if (o->asks && !o->asks(item->p, o->userdata))
                        continue;
                if (!item_shown(form, item)) {
                        answers_set(o->answers, item->p->name, NULL, NULL);
                        continue;
                }
                item->checked = true;
                item_check(form, item);
                if (item->error && wrong == form->n)
                        wrong = i;
                const char *value = item_value(item);
                if (!item->secret)
                        answers_set(o->answers, item->p->name, *value ? value : NULL, item->source);
        }
        if (wrong == form->n)
                return 0;
        form_enter(form, wrong);
        const struct item *item = &form->items[wrong];
        /* Most reasons name the field themselves: "Log server is missing". */
        if (str_starts(item->error->message, item->p->title))
                error_set(reterr, -EINVAL, "%s", item->error->message);
        else
                error_set(reterr, -EINVAL, "%s: %s", item->p->title, item->error->message);
        if (item->error->hint)
                error_hint(reterr, "%s", item->error->hint);
        return -EINVAL;
}

size_t form_wrong(const struct form *form) {
        size_t n = 0;
        for (size_t i = 0; i < form->n; i++)
                n += form->items[i].error && item_shown(form, &form->items[i]);
        return n;
}

bool form_go(struct form *form, const char *name) {
        for (size_t i = 0; name && i < form->n; i++)
                if (str_equal(form->items[i].p->name, name) && item_shown(form, &form->items[i])) {
                        form_enter(form, i);
                        return true;
                }
        return false;
}

bool form_at_last(const struct form *form) {
        for (size_t i = form->at + 1; i < form->n; i++)
                if (item_shown(form, &form->items[i]))
                        return false;
        return true;
}

bool form_empty(const struct form *form) {
        for (size_t i = 0; i < form->n; i++)
                if (item_shown(form, &form->items[i]))
                        return false;
        return true;
}

const struct param *form_focus(struct form *form) {
        form_find_focus(form);
        return form->at < form->n && item_shown(form, &form->items[form->at]) ? form->items[form->at].p
                                                                              : NULL;
}

/* ---- drawing ---- */

#define FIELD_CELLS 42

static const char *choice_title(const struct param_choice *choice) {
        return choice->title ? choice->title : choice->value;
}

static int choices_width(const struct param *p) {
        int cells = 0;
        for (size_t i = 0; i < p->n_choices; i++)
                cells += 4 + (int) text_width(choice_title(&p->choices[i])) + 2;
        return cells;
}

/* Rows that the value takes, without the error. */
static int item_rows(const struct item *item, int width) {
        bool tall = item->p->type == PARAM_CHOICE && choices_width(item->p) > width;
        return tall ? (int) item->p->n_choices : 1;
}

static int form_error_rows(const struct canvas *c, int row, int column, const struct item *item) {
        if (!item->error)
                return 0;
        canvas_text(c, row, column - 2, 1, STYLE_BAD, "!");
        int n = canvas_paragraph(c, row, column, c->columns - column - 1, STYLE_BAD, item->error->message);
        if (item->error->hint)
                n += canvas_paragraph(c, row + n, column, c->columns - column - 1, STYLE_PLAIN,
                                      item->error->hint);
        return n;
}

static const char *item_note(const struct form *form, const struct item *item) {
        return form->options.note ? form->options.note(item->p, form->options.userdata) : NULL;
}

/* Its rows. An error precedes a note. */
static int note_rows(const struct form *form, const struct canvas *c, int row, int column,
                     const struct item *item) {
        const char *note = item->error ? NULL : item_note(form, item);
        if (!note)
                return 0;
        bool warns = note[0] == '!';
        if (warns)
                canvas_text(c, row, column - 2, 1, STYLE_WARN, "!");
        int rows = canvas_paragraph(c, row, column, c->columns - column - 1, warns ? STYLE_WARN : STYLE_DIM,
                                    warns ? note + 1 + (note[1] == ' ') : note);
        return rows > 0 ? rows : 1;     /* free for later text, so that nothing moves then */
}

static void draw_choice(const struct item *item, const struct canvas *c, int row, int x, int width,
                        bool focus) {
        const struct param *p = item->p;
        bool tall = choices_width(p) > width;
        int column = x;
        for (size_t i = 0; i < p->n_choices; i++) {
                bool chosen = str_equal(p->choices[i].value, item_value(item));
                int y = tall ? row + (int) i : row;
                if (chosen && focus)
                        canvas_cursor(c, y, column + 1);
                column += canvas_text(c, y, column, 0, chosen ? STYLE_STRONG : STYLE_PLAIN,
                                      chosen ? "(*) " : "( ) ");
                column += canvas_text(c, y, column, 0, chosen && focus ? STYLE_FOCUS : STYLE_PLAIN,
                                      choice_title(&p->choices[i])) +
                          2;
                if (tall)
                        column = x;
        }
}

/* "from this host", or only "this host" without room for more. */
static const char *fitting_source(const char *source, int room) {
        const char *rest = str_starts(source, "from ");
        return rest && (int) text_width(source) > room ? rest : source;
}

static void draw_value(const struct item *item, const struct canvas *c, int row, int x, int width,
                       bool focus) {
        switch (item->p->type) {
        case PARAM_CHOICE:
                draw_choice(item, c, row, x, width, focus);
                return;
        case PARAM_BOOLEAN:
                canvas_text(c, row, x, 0, STYLE_PLAIN, str_equal(item_value(item), "yes") ? "[x]" : "[ ]");
                if (focus)
                        canvas_cursor(c, row, x + 1);
                return;
        default:
                break;
        }
        int field = width - 2 < FIELD_CELLS ? width - 2 : FIELD_CELLS;
        if (item->p->type == PARAM_ARGUMENTS)
                field = width - 2;
        canvas_text(c, row, x, 1, STYLE_PLAIN, "[");
        if (item->p->type == PARAM_SECRET)
                field_secret_draw(item->secret, c, row, x + 1, field, STYLE_FIELD, '_', focus);
        else
                field_draw(&item->field, c, row, x + 1, field, STYLE_FIELD, '_', focus);
        int end = x + 1 + field;
        canvas_text(c, row, end, 1, STYLE_PLAIN, "]");
        if (!item->p->required && !*item_value(item))
                canvas_text(c, row, end + 2, 0, STYLE_DIM, item->p->wanted ? "needed" : "optional");
        else if (!item->typed && *item_value(item) && item->source && !item->secret)
                canvas_text(c, row, end + 2, 0, STYLE_DIM,
                            fitting_source(item->source, c->columns - end - 2));
}

/* Below a form longer than the screen: the rest of it. */
static void draw_more(const struct form *form, const struct canvas *c, size_t first) {
        _cleanup_str_ struct str s = {};
        for (size_t i = first; i < form->n; i++)
                if (item_shown(form, &form->items[i]))
                        str_addf(&s, "%s%s", s.length ? ", " : "more below: ", form->items[i].p->title);
        canvas_text(c, c->rows - 1, 2, c->columns - 3, STYLE_DIM, s.length ? s.text : "more above");
}

void form_draw(struct form *form, const struct canvas *all) {
        form_find_focus(form);
        int label = 8;
        for (size_t i = 0; i < form->n; i++) {
                int cells = (int) text_width(form->items[i].p->title);
                if (item_shown(form, &form->items[i]) && cells > label)
                        label = cells;
        }
        const struct canvas *c = all;
        int most = c->columns / 3 < 22 ? c->columns / 3 : 22;
        label = label < most ? label : most;
        int x = 2 + label + 1, width = c->columns - x - 1;
        if (width < 4)
                return;

        /* The first pass finds all places, to bring the focused field into sight with its error. */
        struct canvas nowhere = { .columns = c->columns, .theme = c->theme, .cursor = c->cursor };
        int y = 0, begin = 0, end = 0;
        for (size_t i = 0; i < form->n; i++) {
                const struct item *item = &form->items[i];
                if (!item_shown(form, item))
                        continue;
                int rows = item_rows(item, width) + form_error_rows(&nowhere, 0, x, item) +
                           note_rows(form, &nowhere, 0, x, item);
                if (i == form->at) {
                        begin = y;
                        end = y + rows;
                }
                y += rows;
        }
        bool longer = y > all->rows && all->rows > 3;
        struct canvas fields = canvas_part(all, 0, 0, longer ? all->rows - 1 : -1, -1);
        c = &fields;
        if (end > form->scroll + c->rows)
                form->scroll = end - c->rows;
        if (begin < form->scroll)
                form->scroll = begin;
        /* A screen that grew leaves no empty rows below while fields are above. */
        if (form->scroll + c->rows > y)
                form->scroll = y > c->rows ? y - c->rows : 0;

        size_t cut = form->n;
        y = -form->scroll;
        for (size_t i = 0; i < form->n; i++) {
                const struct item *item = &form->items[i];
                bool focus = i == form->at;
                if (!item_shown(form, item))
                        continue;
                canvas_text(c, y, 0, 1, STYLE_FOCUS, focus ? ">" : NULL);
                canvas_text(c, y, 2, label, focus ? STYLE_FOCUS : STYLE_PLAIN, item->p->title);
                draw_value(item, c, y, x, width, focus);
                y += item_rows(item, width);
                y += form_error_rows(c, y, x, item);
                y += note_rows(form, c, y, x, item);
                if (y > c->rows && cut == form->n)
                        cut = i;
        }
        if (longer)
                draw_more(form, all, cut);
}
