/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/list.h"

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

static int list_compare(const void *a, const void *b, void *userdata) {
        const struct list *list = userdata;
        size_t x = *(const size_t *) a, y = *(const size_t *) b, column = list->sort - 1;
        int r;
        if (list->source->compare)
                r = list->source->compare(list->owner, x, y, column);
        else {
                struct cell left = {}, right = {};
                list->source->cell(list->owner, x, column, &left);
                list->source->cell(list->owner, y, column, &right);
                r = strcasecmp(left.text ? left.text : "", right.text ? right.text : "");
        }
        if (list->sort_down)
                r = -r;
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
        for (size_t row = 0; row < list->n; row++)
                if (list_keeps(list, row))
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
        list->top = list->at > from_top ? list->at - from_top : 0;
        if (settled || list->settled >= list->shown || place == LIST_NONE)
                list->settled = list->at;
        /* A thing hidden by the filter has the focus again when the filter goes. */
        if (!list->identity || place != LIST_NONE || !list->filter)
                list_remember(list);
}

void list_set(struct list *list, size_t n) {
        list->n = n;
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
        if (place == LIST_NONE)
                return false;
        list->at = list->settled = place;
        list_stay(list);
        return true;
}

void list_filter(struct list *list, const char *needle) {
        str_replace(&list->filter, str_empty(needle) ? NULL : needle);
        list_arrange(list);
}

void list_sort_next(struct list *list) {
        list->sort = (list->sort + 1) % (list->source->n_columns + 1);
        list_arrange(list);
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

        unsigned used = 0, growing = 0, gap = 0;
        for (size_t i = 0; i < n; i++)
                if (shown[i]) {
                        widths[i] = columns[i].least;
                        used += gap + columns[i].least;
                        gap = gap_after(&columns[i]);
                        growing += columns[i].grow;
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
        for (size_t i = 0; i < n && growing; i++)
                if (shown[i] && columns[i].grow) {
                        unsigned more = left / growing--, most = 2 * columns[i].ideal;
                        if (widths[i] + more > most)
                                more = most > widths[i] ? most - widths[i] : 0;
                        widths[i] += more;
                        left -= more;
                }
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

static void list_draw_heads(const struct list *list, const struct canvas *c, const unsigned *widths) {
        int x = MARGIN;
        canvas_repeat(c, 0, 0, c->columns, STYLE_HEAD, ' ');
        for (size_t i = 0; i < list->source->n_columns; i++) {
                const struct column *column = &list->source->columns[i];
                if (!widths[i])
                        continue;
                char title[48];
                snprintf(title, sizeof title, "%s%s", column->title,
                         list->sort != i + 1 ? "" : list->sort_down ? " v" : " ^");
                if (column->right)
                        canvas_text_right(c, 0, x, (int) widths[i], STYLE_HEAD, title);
                else
                        canvas_text(c, 0, x, (int) widths[i], STYLE_HEAD, title);
                x += (int) (widths[i] + gap_after(column));
        }
}

void list_draw(struct list *list, const struct canvas *c) {
        int heads = list->source && list->source->bare ? 0 : 1;
        if (c->rows < heads + 1 || !list->source)
                return;
        unsigned widths[LIST_COLUMNS_MAX];
        list_fit(list->source->columns, list->source->n_columns,
                 c->columns > MARGIN ? (unsigned) c->columns - MARGIN : 0, widths);
        list->height = (size_t) (c->rows - heads);
        list_scroll(list);
        if (heads)
                list_draw_heads(list, c, widths);

        for (size_t i = 0; i < list->height && list->top + i < list->shown; i++) {
                size_t place = list->top + i, row = list->order[place];
                bool focus = place == list->at;
                char marker[2] = { focus                ? '>'
                                   : list->source->flag ? list->source->flag(list->owner, row)
                                                        : ' ',
                                   '\0' };
                int y = (int) i + heads, x = MARGIN;
                canvas_text(c, y, 0, 1, focus ? STYLE_FOCUS : STYLE_PLAIN, marker);
                for (size_t k = 0; k < list->source->n_columns; k++) {
                        if (!widths[k])
                                continue;
                        struct cell cell = {};
                        list->source->cell(list->owner, row, k, &cell);
                        const char *text = cell.text ? cell.text : "-";
                        enum style style = focus && k == 0 ? STYLE_FOCUS : cell.style;
                        if (list->source->columns[k].right)
                                canvas_text_right(c, y, x, (int) widths[k], style, text);
                        else
                                canvas_text(c, y, x, (int) widths[k], style, text);
                        x += (int) (widths[k] + gap_after(&list->source->columns[k]));
                }
                if (focus)
                        canvas_cursor(c, y, 0);
        }
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
