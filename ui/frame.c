/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/internal.h"

/* Row 1 is the tab line. A screen that is no place has its title in row 2, or in row 1 instead of the tabs
 * where rows are few. The last row is the key bar, the row above it the status line (more rows where a text
 * is shown and the sentence needs them); between them is the screen, with its overlays at the bottom. */

#include "base/text.h"

/* Columns kept for the left side of the title. */
#define TITLE_LEFT_MIN 24
#define TITLE_LEFT_MIN_NARROW 10
#define NARROW 60

/* Below so many rows each is dear: no tabs above a title. */
#define TABS_ROWS_MIN 20

#define STATUS_ROWS_MAX 3

/* What a screen says about itself beside its name. */
struct words {
        struct str left, right;
        struct str place;               /* in its list or text */
        char *filter;                   /* NULL: none */
};

static void words_done(struct words *w) {
        str_done(&w->left);
        str_done(&w->right);
        str_done(&w->place);
        free(w->filter);
}

static void words_of_screen(const struct screen *s, struct words *w) {
        if (s->class->title_text)
                s->class->title_text(s, &w->left, &w->right);
        else if (s->pager)
                pager_place(s->pager, &w->place);
        if (s->list && !s->list->source->bare)
                list_place_text(s->list, &w->place);
        if (s->list && s->list->filter)
                w->filter = str_printf("filter \"%s\" (%zu)", s->list->filter, s->list->shown);
}

static void frame_job(const struct ui *ui, struct summary *summary, unsigned rank) {
        _cleanup_str_ struct str text = {};
        if (ui->options.places->job)
                ui->options.places->job(screen_home(ui->top), &text);
        summary_add(summary, rank, text.text);
}

/* The title of a screen that is no place. */
static void frame_title(const struct ui *ui, const struct screen *s, const struct canvas *c, bool job) {
        _cleanup_str_ struct str left = {};
        _cleanup_(words_done) struct words w = {};
        _cleanup_(summary_done) struct summary right = {};
        words_of_screen(s, &w);
        str_add(&left, s->class->title);
        if (w.left.length)
                str_addf(&left, "%s%s", left.length ? "  " : "", w.left.text);
        if (w.filter)
                str_addf(&left, "  %s", w.filter);
        summary_add(&right, 0, w.right.text);
        if (job)
                frame_job(ui, &right, 2);
        summary_add(&right, 1, w.place.text);
        canvas_repeat(c, 0, 0, c->columns, STYLE_TITLE, ' ');
        /* The state, on the right, precedes the place: the left side is cut. */
        int least = c->columns < NARROW ? TITLE_LEFT_MIN_NARROW : TITLE_LEFT_MIN;
        int end = summary_draw(&right, c, least, STYLE_TITLE);
        canvas_text(c, 0, 0, end < c->columns ? end - 2 : 0, STYLE_TITLE, left.text);
}

/* The tabs; at their right, on a place, what its title says. */
static void frame_tabs(struct ui *ui, const struct screen *s, const struct canvas *c) {
        _cleanup_(words_done) struct words w = {};
        _cleanup_(summary_done) struct summary right = {};
        bool place = tabs_is_place(ui, s);
        if (place) {
                words_of_screen(s, &w);
                summary_add_parts(&right, 4, w.left.text);
                summary_add(&right, 0, w.filter);
                summary_add(&right, 1, w.right.text);
        }
        /* these two show it in full */
        if (s->class != ui->options.places->home && s->class != ui->options.places->jobs)
                frame_job(ui, &right, 3);
        summary_add(&right, 2, w.place.text);
        summary_draw(&right, c, tabs_draw(ui, c), STYLE_PLAIN);
}

/* The sentence in the status line; empty where a line is asked for in its place. */
static void status_text(const struct ui *ui, const struct screen *s, struct str *out) {
        if (ui->ask.asker)
                return;
        if (ui->message)
                str_add(out, ui->message);
        else if (s->class->status)
                s->class->status(s, out);
}

/* A text gives up rows for a longer sentence; a list does not: its rows stay in their places. */
static int status_rows(const struct screen *s, const char *text, int columns) {
        if (s->list)
                return columns < NARROW ? 2 : 1;
        if (s->class->overlay)
                return 1;
        _cleanup_free_ char *clean = text_cleaned(text);
        _cleanup_strv_ char **lines = text_wrap(clean, (size_t) columns);
        int n = (int) strv_length(lines);
        return n < 1 ? 1 : n < STATUS_ROWS_MAX ? n : STATUS_ROWS_MAX;
}

static void frame_status(const struct ui *ui, const char *text, const struct canvas *c) {
        if (ui->ask.asker) {
                int x = canvas_text(c, 0, 0, c->columns / 2, STYLE_STRONG, ui->ask.label) + 1;
                if (ui->ask.secret)
                        field_secret_draw(ui->ask.secret, c, 0, x, c->columns - x, STYLE_PLAIN, ' ', true);
                else
                        field_draw(&ui->ask.field, c, 0, x, c->columns - x, STYLE_PLAIN, ' ', true);
                return;
        }
        enum style style = ui->message ? STYLE_STRONG : STYLE_PLAIN;
        if (c->rows > 1)
                canvas_paragraph(c, 0, 0, 0, style, text);
        else
                canvas_text(c, 0, 0, 0, style, text);
}

/* ---- the key bar ---- */

static void bar_add(struct bar *bar, int key, enum action action, const char *word) {
        for (size_t i = 0; i < bar->n; i++)
                if (bar->items[i].action == action)
                        return;         /* an alias */
        if (bar->n == BAR_WORDS_MAX || key == KEY_NONE)
                return;
        keys_name(key, bar->items[bar->n].key);
        bar->items[bar->n].word = word ? word : action_row(action)->word;
        bar->items[bar->n++].action = action;
}

/* Adds the rows of the table that are possible now, up to `most` in the bar. */
static void bar_add_table(struct bar *bar, const struct screen *s, const struct binding *table, size_t most) {
        for (const struct binding *b = table; b && b->key && bar->n < most; b++)
                if (!b->quiet && screen_can(s, b->action) && screen_find(s, table, b->key) == b->action)
                        bar_add(bar, b->key, b->action, b->word);
}

static size_t bar_cells(const struct bar *bar, size_t i) {
        return strlen(bar->items[i].key) + 1 + strlen(bar->items[i].word);
}

/* The menu comes second: each of its actions is more than one key away where not all have room. */
static void bar_of_screen(const struct screen *s, struct bar *bar) {
        bool menu = false;
        for (const struct binding *b = s->class->menu; b && b->key && !menu; b++)
                menu = screen_can(s, b->action);
        bar_add_table(bar, s, s->class->bindings, 1);
        if (menu)
                bar_add(bar, 'x', ACTION_MENU, NULL);
        bar_add_table(bar, s, s->class->bindings, BAR_WORDS_MAX);
        bar_add_table(bar, s, screen_widget_bindings(s), BAR_WORDS_MAX);
}

/* Home's q is no end of the console while answers wait below it. */
static const char *frame_back_word(const struct screen *s) {
        const struct screen *under = screen_under(s);
        return !s->below ? "quit" : under ? under->class->keep : NULL;
}

static void frame_bar(struct ui *ui, const struct screen *s, const struct canvas *c) {
        static const struct binding typing[] = {
                { KEY_RETURN, ACTION_OPEN, "done" },
                { KEY_ESC, ACTION_ESCAPE, "cancel" },
                { KEY_CTRL('U'), ACTION_FIRST, "erase" },
                {}
        };
        struct bar bar = {}, always = {};
        if (ui->ask.asker) {
                for (const struct binding *b = typing; b->key; b++)
                        bar_add(&bar, b->key, b->action, b->word);
        } else {
                /* The possible keys change from row to row: the bar follows when the focus rests. */
                bool moving = s->list && s->list->settled != s->list->at;
                if (!moving || ui->bar_of != s) {
                        ui->bar = (struct bar) {};
                        bar_of_screen(s, &ui->bar);
                        ui->bar_of = s;
                }
                bar = ui->bar;
                bool letters = s->class->typing && s->class->typing(s);
                bool esc = false;       /* shown already, and q does the same */
                for (size_t i = 0; i < bar.n; i++)
                        esc |= bar.items[i].action == ACTION_ESCAPE;
                if (!s->class->overlay && screen_can(s, ACTION_HELP))
                        bar_add(&always, letters ? KEY_F1 : '?', ACTION_HELP, NULL);
                if (!s->class->overlay && !letters && !esc)
                        bar_add(&always, 'q', ACTION_BACK, frame_back_word(s));
        }
        size_t reserved = 0;
        for (size_t i = 0; i < always.n; i++)
                reserved += bar_cells(&always, i) + 2;
        int x = 0;
        for (size_t pass = 0; pass < 2; pass++) {
                const struct bar *b = pass ? &always : &bar;
                for (size_t i = 0; i < b->n; i++) {
                        if ((size_t) x + bar_cells(b, i) + (pass ? 0 : reserved) > (size_t) c->columns)
                                continue;
                        x += canvas_text(c, 0, x, 0, STYLE_KEY, b->items[i].key) + 1;
                        x += canvas_text(c, 0, x, 0, STYLE_PLAIN, b->items[i].word) + 2;
                }
        }
}

/* ---- all of it ---- */

void screen_draw_rows(struct screen *s, const struct canvas *c, const char *thing, const char *none) {
        list_draw(&s->rows, c);
        list_draw_empty(&s->rows, c, &(const struct list_empty) {
                                .thing = thing,
                                .looking = s->class->looking,
                                .none = none,
                                .loaded = s->loaded,
                                .error = s->error,
                        });
}

void screen_draw_text(struct screen *s, const struct canvas *c) {
        if (s->loaded)
                pager_draw(&s->text, c);
        else if (s->error)
                canvas_error(c, 1, s->error, true);
        else
                canvas_text(c, 1, 2, 0, STYLE_BUSY, s->class->looking);
}

static void frame_screen(struct screen *s, const struct canvas *c) {
        if (s->class->draw)
                s->class->draw(s, c);
        else if (s->list)
                screen_draw_rows(s, c, s->class->thing, s->class->none);
        else
                screen_draw_text(s, c);
}

static void frame_overlays(struct ui *ui, struct screen *s, const struct canvas *body) {
        if (!s || !s->class->overlay)
                return;
        frame_overlays(ui, s->below, body);
        int wants = s->class->rows ? s->class->rows(s, body->columns) : body->rows;
        int rows = wants < body->rows ? wants : body->rows;
        struct canvas part = canvas_part(body, body->rows - rows, 0, rows, -1);
        canvas_clear(&part);
        s->class->draw(s, &part);
}

bool frame_fits(const struct ui *ui) {
        return term_rows(ui->term) >= UI_ROWS_MIN && term_columns(ui->term) >= UI_COLUMNS_MIN;
}

/* The rows above the screen; returns how many. c NULL: only counts. */
static int frame_heads(struct ui *ui, const struct screen *s, const struct canvas *c) {
        bool place = tabs_is_place(ui, s), tabs = place || term_rows(ui->term) >= TABS_ROWS_MIN;
        int rows = place || !tabs ? 1 : 2;
        struct canvas title = c ? canvas_part(c, rows - 1, 0, 1, -1) : (struct canvas) {};
        if (c && tabs)
                frame_tabs(ui, s, c);
        if (c && !place)
                frame_title(ui, s, &title, !tabs);
        return rows;
}

void frame_paint(struct ui *ui) {
        struct canvas c;
        int rows = term_rows(ui->term), columns = term_columns(ui->term);
        canvas_begin(&c, &ui->theme, rows, columns, ui->cursor);
        struct screen *base = ui_base(ui);
        if (!frame_fits(ui)) {
                _cleanup_free_ char *text = str_printf(
                        "Too small: %dx%d. Fairlead needs %dx%d: enlarge the terminal, or q leaves.", columns,
                        rows, UI_COLUMNS_MIN, UI_ROWS_MIN);
                canvas_paragraph(&c, 0, 0, 0, STYLE_PLAIN, text);
        } else if (base) {
                _cleanup_str_ struct str sentence = {};
                status_text(ui, ui->top, &sentence);
                const char *text = sentence.length ? sentence.text : "";
                int below = status_rows(ui->top, text, columns) + 1;
                int above = frame_heads(ui, base, NULL);
                struct canvas body = canvas_part(&c, above, 0, rows - above - below, -1);
                struct canvas status = canvas_part(&c, rows - below, 0, below - 1, -1),
                              bar = canvas_part(&c, rows - 1, 0, 1, -1);
                canvas_cursor(&body, 0, 0);
                frame_screen(base, &body);
                frame_heads(ui, base, &c);      /* after the screen: they show the place in the text */
                frame_overlays(ui, ui->top, &body);
                frame_bar(ui, ui->top, &bar);
                frame_status(ui, text, &status);
        }
        canvas_end(&c);
}
