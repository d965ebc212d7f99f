/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/internal.h"

/* The tab line: the five places with their marks, the one that is shown, and at the right as much of a
 * summary as there is room for. On the places themselves it is the title, too. */

/* Below so many columns only the active tab has its name. */
#define TABS_NARROW 72
/* A summary in fewer cells says nothing. */
#define SUMMARY_MIN 6

static const struct screen_class *tabs_place(const struct ui *ui, size_t i) {
        const struct ui_places *p = ui->options.places;
        return (const struct screen_class *const[]){ p->services, p->images, p->units, p->jobs, p->realm }[i];
}

/* The index of the place; UI_PLACES: it is none. */
static size_t tabs_index(const struct ui *ui, const struct screen_class *class) {
        size_t i = 0;
        while (i < UI_PLACES && tabs_place(ui, i) != class)
                i++;
        return i;
}

bool tabs_is_place(const struct ui *ui, const struct screen *s) {
        return tabs_index(ui, s->class) < UI_PLACES;
}

static size_t tabs_active(const struct ui *ui) {
        for (const struct screen *s = ui->top; s; s = s->below)
                if (!s->closing && tabs_is_place(ui, s))
                        return tabs_index(ui, s->class);
        return 0;
}

const struct screen_class *tabs_neighbour(const struct ui *ui, bool next) {
        return tabs_place(ui, (tabs_active(ui) + (next ? 1 : UI_PLACES - 1)) % UI_PLACES);
}

/* One tab from column x on; returns the next free column. The brackets have cells of their own, so that
 * another active tab moves nothing; in the narrow form only the active one has them, and a blank before. */
static int tabs_draw_tab(struct ui *ui, const struct canvas *c, int x, size_t i, bool active, bool narrow) {
        const struct screen_class *class = tabs_place(ui, i);
        bool bracket = active && ui->theme.display == DISPLAY_BASIC;
        enum style own = active ? STYLE_TITLE : STYLE_PLAIN, style = STYLE_PLAIN;
        _cleanup_str_ struct str mark = {};
        if (class->mark)
                class->mark(screen_home(ui->top), &mark, &style);
        x += active && narrow && i;
        if (active)
                canvas_text(c, 0, x, 1, own, bracket ? "[" : " ");
        x++;
        x += canvas_textf(c, 0, x, 0, active ? own : STYLE_KEY, "%zu", i + 1);
        if (active || !narrow)
                x += canvas_textf(c, 0, x, 0, own, " %s", class->title);
        /* for a word there is no room in the narrow form, but for its being bad */
        bool word = narrow && mark.length && mark.text[0] >= 'a';
        if (mark.length && (!word || style != STYLE_GOOD)) {
                x += canvas_text(c, 0, x, 0, own, " ");
                x += canvas_text(c, 0, x, 0, active ? own : style, word ? "!" : mark.text);
        }
        if (active)
                canvas_text(c, 0, x, 1, own, bracket ? "]" : " ");
        return x + (active || !narrow);
}

int tabs_draw(struct ui *ui, const struct canvas *c) {
        size_t active = tabs_active(ui);
        int x = 0;
        for (size_t i = 0; i < UI_PLACES; i++)
                x = tabs_draw_tab(ui, c, x, i, i == active, c->columns < TABS_NARROW);
        return x;
}

/* ---- the summary ---- */

void summary_add(struct summary *summary, unsigned rank, const char *text) {
        if (str_empty(text) || summary->n == ELEMENTS(summary->items))
                return;
        summary->items[summary->n].rank = rank;
        summary->items[summary->n++].text = xstrdup(text);
}

void summary_add_parts(struct summary *summary, unsigned rank, const char *text) {
        while (!str_empty(text)) {
                const char *end = strstr(text, "  ");
                size_t n = end ? (size_t) (end - text) : strlen(text);
                _cleanup_free_ char *part = strndup(text, n);
                summary_add(summary, rank, part);
                text += n + strspn(text + n, " ");
        }
}

void summary_done(struct summary *summary) {
        for (size_t i = 0; i < summary->n; i++)
                free(summary->items[i].text);
        *summary = (struct summary) {};
}

/* Marks what has room; the most important part is shown in any case, cut. */
static void summary_choose(struct summary *summary, int room) {
        for (unsigned rank = 0; rank < SUMMARY_RANKS; rank++)
                for (size_t i = 0; i < summary->n; i++) {
                        int cells = (int) text_width(summary->items[i].text) + 2;
                        if (summary->items[i].rank != rank)
                                continue;
                        if (cells <= room || (!summary->any && room >= SUMMARY_MIN)) {
                                summary->items[i].shown = summary->any = true;
                                room -= cells;
                        }
                }
}

int summary_draw(struct summary *summary, const struct canvas *c, int from, enum style style) {
        _cleanup_str_ struct str text = {};
        int room = c->columns - from;
        summary_choose(summary, room);
        for (size_t i = 0; i < summary->n; i++)
                if (summary->items[i].shown)
                        str_addf(&text, "%s%s", text.length ? "  " : "", summary->items[i].text);
        int wants = text.length ? (int) text_width(text.text) : 0;
        if (wants > room - 2)
                wants = room > 2 ? room - 2 : 0;
        if (wants)
                canvas_text_right(c, 0, c->columns - wants, wants, style, text.text);
        return c->columns - wants;
}
