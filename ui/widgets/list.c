/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/list.h"

#include "base/text.h"

void cell_reference(struct cell *cell, const char *reference) {
        const char *tag = str_ends(reference, ":latest");
        cell->text = reference;
        if (!tag || (size_t) (tag - reference) >= sizeof cell->buffer)
                return;
        memcpy(cell->buffer, reference, (size_t) (tag - reference));
        cell->buffer[tag - reference] = '\0';
        cell->text = cell->buffer;
}

void list_init(struct list *list, const struct list_source *source, const void *owner) {
        *list = (struct list) { .source = source, .owner = owner };
}

void list_done(struct list *list) {
        FREE_ALL(list->order, list->identity, list->filter);
        *list = (struct list) {};
}

/* ---- which rows, in which order ---- */

static bool contains_nocase(const char *text, const char *needle) {
        return text && strcasestr(text, needle);
}

static bool list_keeps(const struct list *list, size_t row) {
        if (list->source->hidden && list->source->hidden(list->owner, row))
                return false;
        if (!list->filter)
                return true;
        if (list->source->matches)
                return list->source->matches(list->owner, row, list->filter);
        for (size_t i = 0; i < list->source->n_columns; i++) {
                struct cell cell = {};
                list->source->cell(list->owner, row, i, &cell);
                if (contains_nocase(cell.text, list->filter))
                        return true;
        }
        return false;
}

/* Rows without a content come last, whatever the direction. */
static int list_compare(const void *a, const void *b, void *userdata) {
        const struct list *list = userdata;
        size_t x = *(const size_t *) a, y = *(const size_t *) b, column = list->sort - 1;
        struct cell left = {}, right = {};
        list->source->cell(list->owner, x, column, &left);
        list->source->cell(list->owner, y, column, &right);
        int r = 0;
        if (!left.text || !right.text)
                r = (left.text ? 0 : 1) - (right.text ? 0 : 1);
        else {
                r = left.ordered && right.ordered ? (left.order > right.order) - (left.order < right.order)
                                                  : str_compare_natural(left.text, right.text);
                if (list->sort_down)
                        r = -r;
        }
        return r ? r : x < y ? -1 : x > y;      /* equal rows stay in the owner's order */
}

static void list_remember(struct list *list) {
        size_t row = list_row(list);
        str_replace(&list->identity,
                           row == LIST_NONE ? NULL : list->source->identity(list->owner, row));
}

/* The place of the row with this identity; LIST_NONE: not shown. */
static size_t list_place(const struct list *list, const char *identity) {
        for (size_t i = 0; identity && i < list->shown; i++)
                if (str_equal(list->source->identity(list->owner, list->order[i]), identity))
                        return i;
        return LIST_NONE;
}

static void list_arrange(struct list *list) {
        size_t *order = list->order = xreallocarray(list->order, list->n + 1, sizeof *order);
        list->shown = 0;
        for (unsigned rank = 0; rank < (list->source->rank ? LIST_RANKS : 1); rank++)
                for (size_t row = 0; row < list->n; row++)
                        if ((!list->source->rank || list->source->rank(list->owner, row) == rank) &&
                            list_keeps(list, row))
                                order[list->shown++] = row;
        if (list->sort && list->shown)
                qsort_r(order, list->shown, sizeof *order, list_compare, list);

        /* Nobody chose a row yet: rows that appear above the first must not push the focus out of view. */
        if (!list->moved) {
                list->at = list->top = list->settled = 0;
                list_remember(list);
                return;
        }
        /* The focus stays on its thing and on its row of the screen; when the thing is gone, on its place. */
        size_t from_top = list->at >= list->top ? list->at - list->top : 0;
        bool settled = list->settled == list->at;
        size_t place = list_place(list, list->identity);
        if (place != LIST_NONE)
                list->at = place;
        else if (list->at >= list->shown)
                list->at = list->shown ? list->shown - 1 : 0;
        /* At the top the view stays there: rows that come in above are seen. */
        list->top = list->top && list->at > from_top ? list->at - from_top : 0;
        if (settled || list->settled >= list->shown || place == LIST_NONE)
                list->settled = list->at;
        /* A thing hidden by the filter has the focus again when the filter goes. */
        if (!list->identity || place != LIST_NONE || !list->filter)
                list_remember(list);
}

void list_set(struct list *list, size_t n) {
        list->n = n;
        list->measured = false;
        list_arrange(list);
}

size_t list_row(const struct list *list) {
        return list->at < list->shown ? list->order[list->at] : LIST_NONE;
}

size_t list_settled_row(const struct list *list) {
        return list->settled < list->shown ? list->order[list->settled] : LIST_NONE;
}

void list_settle(struct list *list) {
        list->settled = list->at;
}

bool list_focus(struct list *list, const char *identity) {
        size_t place = list_place(list, identity);
        if (place == LIST_NONE) {
                list->moved = true;
                str_replace(&list->identity, identity);
                return false;
        }
        list->at = list->settled = place;
        list_stay(list);
        return true;
}

bool list_next_flagged(struct list *list) {
        for (size_t i = 1; list->source->flag && i <= list->shown; i++) {
                size_t place = (list->at + i) % list->shown;
                if (list->source->flag(list->owner, list->order[place]) == ' ')
                        continue;
                list->at = place;
                list_stay(list);
                return true;
        }
        return false;
}

void list_filter(struct list *list, const char *needle) {
        /* What was found keeps the focus when the filter goes. */
        if (list->filter && str_empty(needle) && list_row(list) != LIST_NONE)
                list_stay(list);
        str_replace(&list->filter, str_empty(needle) ? NULL : needle);
        list_arrange(list);
}

void list_sort_next(struct list *list) {
        do
                list->sort = (list->sort + 1) % (list->source->n_columns + 1);
        while (list->sort && list->drawn && !list->widths[list->sort - 1]);
        list->sort_down = false;
        list_arrange(list);
}

void list_sort_reverse(struct list *list) {
        list->sort_down = list->sort && !list->sort_down;
        list_arrange(list);
}

void list_place_text(struct list *list, struct str *out) {
        if (list->settled == list->at)
                list->above = list->top; /* a held key writes no number */
        size_t seen = list->above + list->height, below = list->shown > seen ? list->shown - seen : 0;
        if (list->above)
                str_addf(out, "%zu above", list->above);
        if (below)
                str_addf(out, "%s%zu below", list->above ? ", " : "", below);
}

/* ---- moving ---- */

void list_stay(struct list *list) {
        list->moved = true;
        list_remember(list);
}

bool list_act(struct list *list, enum action action) {
        size_t page = list->height > 1 ? list->height - 1 : 1, last = list->shown ? list->shown - 1 : 0;
        switch (action) {
        case ACTION_UP: list->at -= list->at > 0; break;
        case ACTION_DOWN: list->at += list->at < last; break;
        case ACTION_PAGE_UP:
                list->at -= list->at < page ? list->at : page;
                list->top -= list->top < page ? list->top : page;
                break;
        case ACTION_PAGE_DOWN:
                list->at = last - list->at < page ? last : list->at + page;
                list->top += page;
                break;
        case ACTION_FIRST: list->at = 0; break;
        case ACTION_LAST: list->at = last; break;
        default: return false;
        }
        list_stay(list);
        return true;
}

/* ---- columns ---- */

/* A number ends at the next column's first letter: two blanks separate them. */
static unsigned gap_after(const struct column *column) {
        return column->right ? 2 : 1;
}

/* The cells of the columns that are shown, where those of priority 0 that fit are not cut. */
static unsigned list_wanted(const struct column *columns, size_t n, const bool *shown) {
        unsigned need = 0, gap = 0;
        for (size_t i = 0; i < n; i++)
                if (shown[i]) {
                        bool whole = columns[i].fit && columns[i].priority == 0;
                        need += gap + (whole ? columns[i].most : columns[i].least);
                        gap = gap_after(&columns[i]);
                }
        return need;
}

/* Divides what is left: contents are whole before others grow beyond their ideal. */
static void list_grow(const struct column *columns, size_t n, const bool *shown, unsigned left,
                      unsigned *widths) {
        for (unsigned pass = 0; pass < 2; pass++) {
                unsigned growing = 0;
                for (size_t i = 0; i < n; i++)
                        growing += shown[i] && columns[i].grow && columns[i].fit == !pass;
                for (size_t i = 0; i < n && growing; i++)
                        if (shown[i] && columns[i].grow && columns[i].fit == !pass) {
                                unsigned more = left / growing--, most = columns[i].most;
                                if (widths[i] + more > most)
                                        more = most > widths[i] ? most - widths[i] : 0;
                                widths[i] += more;
                                left -= more;
                        }
        }
}

void list_fit(const struct column *columns, size_t n, unsigned cells,
              unsigned widths[static LIST_COLUMNS_MAX]) {
        bool shown[LIST_COLUMNS_MAX];
        if (n > LIST_COLUMNS_MAX)
                n = LIST_COLUMNS_MAX;
        for (size_t i = 0; i < n; i++)
                shown[i] = true;
        for (size_t i = 0; i < LIST_COLUMNS_MAX; i++)
                widths[i] = 0;

        /* Drop columns, the least important first, until the least widths (and a gap of one) fit. */
        for (;;) {
                unsigned need = 0, gap = 0;
                size_t drop = n;
                for (size_t i = 0; i < n; i++) {
                        if (!shown[i])
                                continue;
                        need += gap + columns[i].least;
                        gap = gap_after(&columns[i]);
                        if (columns[i].priority > 0 &&
                            (drop == n || columns[i].priority >= columns[drop].priority))
                                drop = i;
                }
                if (need <= cells || drop == n)
                        break;
                shown[drop] = false;
        }

        for (size_t i = 0; i < n; i++)
                if (shown[i] && columns[i].spare && list_wanted(columns, n, shown) > cells)
                        shown[i] = false;

        unsigned used = 0, gap = 0;
        for (size_t i = 0; i < n; i++)
                if (shown[i]) {
                        widths[i] = columns[i].least;
                        used += gap + columns[i].least;
                        gap = gap_after(&columns[i]);
                }
        unsigned left = cells > used ? cells - used : 0;
        /* First the ideal of each, by importance, then the rest to those that grow. */
        for (unsigned priority = 0; left && priority <= 20; priority++)
                for (size_t i = 0; i < n && left; i++)
                        if (shown[i] && columns[i].priority == priority && columns[i].ideal > widths[i]) {
                                unsigned more = columns[i].ideal - widths[i];
                                more = more < left ? more : left;
                                widths[i] += more;
                                left -= more;
                        }
        list_grow(columns, n, shown, left, widths);
        /* Nothing is left to drop: the first column gets the available cells. */
        if (n && cells < widths[0])
                widths[0] = cells;
}

/* ---- drawing ---- */

/* The marker column and a blank precede the first column. */
#define MARGIN 2

static void list_scroll(struct list *list) {
        if (!list->height)
                return;
        if (list->at < list->top)
                list->top = list->at;
        if (list->at >= list->top + list->height)
                list->top = list->at - list->height + 1;
        /* No blank rows below while rows exist above. */
        if (list->top + list->height > list->shown)
                list->top = list->shown > list->height ? list->shown - list->height : 0;
}

/* More rows than this are not measured: a list of thousands opens as fast as a short one. */
#define MEASURED_MAX 200

/* Of the rows that a filter leaves out, too: it moves no column. */
static void list_measure(struct list *list) {
        const struct list_source *source = list->source;
        const struct column *columns = source->columns;
        list->measured = true;
        for (size_t k = 0; k < source->n_columns; k++) {
                list->contents[k] = 0;
                if (!columns[k].fit && !columns[k].optional)
                        continue;
                for (size_t row = 0, seen = 0; row < list->n && seen < MEASURED_MAX; row++) {
                        struct cell cell = {};
                        if (source->hidden && source->hidden(list->owner, row))
                                continue;
                        seen++;
                        source->cell(list->owner, row, k, &cell);
                        unsigned cells = (unsigned) text_width(cell.text);
                        if (cells > list->contents[k])
                                list->contents[k] = cells;
                        if (cells && !columns[k].fit)
                                break;
                }
        }
}

static void list_lay_out(struct list *list, unsigned cells) {
        struct column columns[LIST_COLUMNS_MAX];
        size_t n = 0, which[LIST_COLUMNS_MAX];
        unsigned widths[LIST_COLUMNS_MAX];
        if (!list->measured)
                list_measure(list);
        for (size_t i = 0; i < list->source->n_columns; i++) {
                const struct column *column = &list->source->columns[i];
                if (column->optional && (list->shown || column->late) && !list->contents[i])
                        continue;
                which[n] = i;
                columns[n] = *column;
                columns[n].most = 2 * column->ideal;
                if (column->fit && list->shown) {
                        unsigned title = (unsigned) strlen(column->title), need = list->contents[i];
                        need = need > title ? need : title;
                        columns[n].most = need;
                        columns[n].grow = true;
                        columns[n].least = column->least < need ? column->least : need;
                        columns[n].ideal = column->ideal < need ? column->ideal : need;
                }
                n++;
        }
        list_fit(columns, n, cells, widths);
        memset(list->widths, 0, sizeof list->widths);
        for (size_t i = 0; i < n; i++)
                list->widths[which[i]] = widths[i];
        list->drawn = true;
}

/* The mark of the order stands behind the title, in the gap where the column is full. */
static void list_draw_head(const struct list *list, const struct canvas *c, size_t i, int x) {
        const struct column *column = &list->source->columns[i];
        int width = (int) list->widths[i], title = (int) strlen(column->title);
        if (column->right)
                canvas_text_right(c, 0, x, width, STYLE_HEAD, column->title);
        else
                canvas_text(c, 0, x, width, STYLE_HEAD, column->title);
        if (list->sort != i + 1)
                return;
        int at = x + (column->right ? width : title + 1 < width ? title + 1 : width);
        canvas_text(c, 0, at < c->columns ? at : c->columns - 1, 1, STYLE_HEAD, list->sort_down ? "v" : "^");
}

/* "registry.exa…/name:tag" for a name that is too long; out: where to write it. */
static const char *list_cut(const char *text, unsigned width, enum text_charset charset, struct str *out) {
        _cleanup_free_ char *clean = text_cleaned(text);
        size_t cells = text_width(clean), head = (width - 1) / 2, tail = width - 1 - head;
        if (cells <= width || width < 8)
                return text;
        const char *rest = clean + text_prefix(clean, cells - tail);
        str_addf(out, "%.*s%s%s", (int) text_prefix(clean, head), clean,
                 charset == TEXT_UTF8 ? "\u2026" : "~", rest);
        return out->text;
}

static void list_draw_row(const struct list *list, const struct canvas *c, int y, size_t place) {
        const struct list_source *source = list->source;
        size_t row = list->order[place];
        bool focus = place == list->at && !list->passive;
        char flag = source->flag ? source->flag(list->owner, row) : ' ';
        char marker[3] = { focus ? '>' : flag, focus ? flag : ' ', '\0' };
        canvas_text(c, y, 0, MARGIN, focus ? STYLE_FOCUS : STYLE_PLAIN, marker);
        int x = MARGIN;
        for (size_t k = 0; k < source->n_columns; k++) {
                int width = (int) list->widths[k];
                if (!width)
                        continue;
                struct cell cell = {};
                _cleanup_str_ struct str cut = {};
                source->cell(list->owner, row, k, &cell);
                const char *text = cell.text ? cell.text : "-";
                enum style style = focus && k == 0 ? STYLE_FOCUS : cell.style;
                if (source->columns[k].middle)
                        text = list_cut(text, (unsigned) width, c->theme->charset, &cut);
                if (source->columns[k].right)
                        canvas_text_right(c, y, x, width, style, text);
                else
                        canvas_text(c, y, x, width, style, text);
                x += width + (int) gap_after(&source->columns[k]);
        }
        if (focus)
                canvas_cursor(c, y, 0);
}

void list_draw(struct list *list, const struct canvas *c) {
        int heads = list->source && list->source->bare ? 0 : 1, x = MARGIN;
        if (c->rows < heads + 1 || !list->source)
                return;
        list_lay_out(list, c->columns > MARGIN ? (unsigned) c->columns - MARGIN : 0);
        list->height = (size_t) (c->rows - heads);
        list_scroll(list);
        if (heads)
                canvas_repeat(c, 0, 0, c->columns, STYLE_HEAD, ' ');
        for (size_t i = 0; heads && i < list->source->n_columns; i++)
                if (list->widths[i]) {
                        list_draw_head(list, c, i, x);
                        x += (int) (list->widths[i] + gap_after(&list->source->columns[i]));
                }
        for (size_t i = 0; i < list->height && list->top + i < list->shown; i++)
                list_draw_row(list, c, (int) i + heads, list->top + i);
}

void list_draw_empty(const struct list *list, const struct canvas *c, const struct list_empty *words) {
        if (list->shown)
                return;
        int row = 2;
        if (!words->loaded && words->error)
                canvas_error(c, row, words->error, true);
        else if (!words->loaded)
                canvas_text(c, row, MARGIN, 0, STYLE_BUSY, words->looking);
        else if (list->filter) {
                _cleanup_free_ char *text =
                        str_printf("No %s contains \"%s\". Esc shows all again.", words->thing, list->filter);
                canvas_paragraph(c, row, MARGIN, c->columns - 4, STYLE_PLAIN, text);
        } else
                canvas_paragraph(c, row, MARGIN, c->columns - 4, STYLE_PLAIN, words->none);
        canvas_cursor(c, row, MARGIN);
}
