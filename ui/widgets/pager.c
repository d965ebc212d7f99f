/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/pager.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/text.h"

void pager_init(struct pager *pager, enum pager_wrap wrap, bool follow) {
        *pager = (struct pager) {
                .wrap = wrap, .follow = follow, .live = follow, .match = UINT64_MAX, .height = 1, .width = 80
        };
        pager->lines = lines_new();
}

void pager_done(struct pager *pager) {
        pager->lines = lines_free(pager->lines);
        free(pager->needle);
        str_done(&pager->part);
        str_done(&pager->part_marks);
        *pager = (struct pager) {};
}

void pager_put(struct pager *pager, uint8_t mark, const char *format, ...) {
        _cleanup_str_ struct str text = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        if (!text.length)
                return;
        text_clean(&pager->part, text.text, text.length, 0, TEXT_UTF8, false);
        while (pager->part_marks.length < pager->part.length)
                str_add_char(&pager->part_marks, (char) mark);
}

void pager_end(struct pager *pager) {
        lines_add(pager->lines, pager->part.length ? pager->part.text : "",
                  (const uint8_t *) pager->part_marks.text, pager->part.length);
        str_done(&pager->part);
        str_done(&pager->part_marks);
}

void pager_addf(struct pager *pager, uint8_t mark, const char *format, ...) {
        _cleanup_str_ struct str text = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        pager_put(pager, mark, "%s", text.text ? text.text : "");
        pager_end(pager);
}

void pager_row(struct pager *pager, const char *name, uint8_t mark, const char *format, ...) {
        _cleanup_str_ struct str text = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        pager_put(pager, pager->name_mark, "  %-*s", pager->name_width, name);
        pager_put(pager, mark, "%s", text.text ? text.text : "");
        pager_end(pager);
}

void pager_clear(struct pager *pager) {
        lines_free(pager->lines);
        pager->lines = lines_new();     /* numbers begin at 0 again */
        pager->match = UINT64_MAX;
}

#define PAGER_MARGIN 2U

/* ---- rows: a line takes one of them, or several where it is wrapped ---- */

struct text_row {
        size_t begin, bytes;    /* of the line's text */
        size_t indent;
};

static uint64_t pager_last(const struct pager *pager) {
        size_t bytes = 0;
        if (pager->pending) {
                const char *text;
                const uint8_t *marks;
                feed_pending(pager->pending, &text, &marks, &bytes);
        }
        return lines_end(pager->lines) + (bytes > 0);
}

static bool pager_line(const struct pager *pager, uint64_t number, struct line *ret) {
        if (number < lines_end(pager->lines))
                return lines_get(pager->lines, number, ret);
        if (!pager->pending || number != lines_end(pager->lines))
                return false;
        *ret = (struct line) { .number = number };
        feed_pending(pager->pending, &ret->text, &ret->marks, &ret->bytes);
        return ret->bytes > 0;
}

/* The column where a line continues: under the text after the last gap of two blanks in its left half
 * (" RISK   -v /:/host   reads…"), else under its first letter. */
static size_t line_hang(const struct line *line, size_t width) {
        size_t lead = strspn(line->text, " "), hang = lead;
        for (size_t i = lead; i + 2 < line->bytes && i < width / 2; i++)
                if (line->text[i] == ' ' && line->text[i + 1] == ' ') {
                        size_t gap = strspn(line->text + i, " ");
                        if (i + gap <= width / 2 && i + gap < line->bytes)
                                hang = text_width(line->text) == line->bytes ? i + gap : lead;
                        i += gap - 1;
                }
        return hang < width / 2 ? hang : 0;
}

/* The row that begins at byte `at`; *ret_next: the start of the next one, 0 after the last. */
static struct text_row line_row(const struct pager *pager, const struct line *line, size_t at,
                                size_t *ret_next) {
        struct text_row row = { .begin = at };
        size_t width = pager->width > 1 ? (size_t) pager->width : 1;
        if (pager->picks && width > PAGER_MARGIN)
                width -= PAGER_MARGIN;
        *ret_next = 0;
        if (pager->wrap == PAGER_PAN) {
                row.bytes = line->bytes;
                return row;
        }
        size_t hang = pager->wrap == PAGER_WORDS ? line_hang(line, width) : 0;
        row.indent = at ? hang : 0;
        size_t left = line->bytes - at, fits = text_prefix(line->text + at, width - row.indent);
        if (fits >= left) {
                row.bytes = left;
                return row;
        }
        if (fits == 0)
                fits = 1;
        size_t blank = fits;
        while (blank > 0 && line->text[at + blank] != ' ')
                blank--;
        /* A word too long for a row of its own is cut where the row ends, unless little of it would
         * fit; so is a line with only its indentation before the word. */
        size_t word = strcspn(line->text + at + blank + 1, " ");
        bool fits_next = word + hang <= width || fits - blank < width / 3;
        if (blank > strspn(line->text + at, " ") && fits_next)
                fits = blank;
        row.bytes = fits;
        size_t next = at + fits;
        next += strspn(line->text + next, " ");
        *ret_next = next < line->bytes ? next : 0;
        return row;
}

static size_t line_rows(const struct pager *pager, uint64_t number) {
        struct line line;
        size_t n = 0, at = 0;
        if (!pager_line(pager, number, &line))
                return 1;
        do {
                line_row(pager, &line, at, &at);
                n++;
        } while (at);
        return n;
}

/* ---- the place ---- */

static void pager_up(struct pager *pager, size_t rows) {
        while (rows) {
                if (pager->skip >= rows) {
                        pager->skip -= rows;
                        return;
                }
                rows -= pager->skip;
                pager->skip = 0;
                if (pager->top <= lines_first(pager->lines)) {
                        pager->top = lines_first(pager->lines);
                        return;
                }
                pager->top--;
                pager->skip = line_rows(pager, pager->top);
        }
}

static void pager_to_end(struct pager *pager) {
        pager->top = pager_last(pager);
        pager->skip = 0;
        pager_up(pager, (size_t) pager->height);
}

static void pager_down(struct pager *pager, size_t rows) {
        uint64_t top = pager->top;
        size_t skip = pager->skip;
        pager_to_end(pager);
        uint64_t end_top = pager->top;
        size_t end_skip = pager->skip;
        while (rows && (top < end_top || (top == end_top && skip < end_skip))) {
                size_t has = line_rows(pager, top);
                if (skip + 1 < has)
                        skip++;
                else {
                        top++;
                        skip = 0;
                }
                rows--;
        }
        if (top > end_top || (top == end_top && skip > end_skip)) {
                top = end_top;
                skip = end_skip;
        }
        pager->top = top;
        pager->skip = skip;
}

/* After a touch: the text stands still. */
static void pager_hold(struct pager *pager) {
        if (!pager->follow)
                return;
        pager_to_end(pager);
        pager->point = pager_last(pager) ? pager_last(pager) - 1 : 0;
        pager->follow = false;
}

uint64_t pager_point(const struct pager *pager) {
        uint64_t first = lines_first(pager->lines), last = pager_last(pager);
        if (pager->follow)
                return last > first ? last - 1 : first;
        uint64_t point = pager->picks ? pager->point : pager->top;
        return point < first ? first : point < last ? point : last > first ? last - 1 : first;
}

/* The row of the screen on which a line begins; negative: above it. Lines below the screen are at its
 * height, or more. */
static long pager_row_of(const struct pager *pager, uint64_t number) {
        if (number < pager->top)
                return -1;
        long row = -(long) pager->skip;
        for (uint64_t i = pager->top; i < number && row < pager->height; i++)
                row += (long) line_rows(pager, i);
        return row;
}

/* Moves the text as little as brings the whole line with the focus on the screen, or its beginning. */
static void pager_show_point(struct pager *pager) {
        uint64_t point = pager_point(pager);
        pager->point = point;
        long row = pager_row_of(pager, point), rows = (long) line_rows(pager, point);
        if (row < 0 || rows >= pager->height) {
                pager->top = point;
                pager->skip = 0;
        } else if (row + rows > pager->height) {
                pager->top = point + 1;
                pager->skip = 0;
                pager_up(pager, (size_t) pager->height);
        }
        pager_down(pager, 0);
}

void pager_go(struct pager *pager, uint64_t number) {
        pager_hold(pager);
        pager->point = number;
        long row = pager_row_of(pager, number);
        if (row >= 0 && row < pager->height) {
                pager_show_point(pager);
                return;
        }
        pager->top = number;
        pager->skip = 0;
        pager_up(pager, (size_t) pager->height / 3);
        pager_down(pager, 0);
}

/* Up and down by a line. Within one that is taller than the screen, by a row. */
static void pager_pick(struct pager *pager, bool up) {
        uint64_t point = pager_point(pager);
        long row = pager_row_of(pager, point), rows = (long) line_rows(pager, point);
        if (up && row < 0 && pager->top == point)
                pager_up(pager, 1);
        else if (!up && row + rows > pager->height)
                pager_down(pager, 1);
        else {
                if (up && point > lines_first(pager->lines))
                        pager->point = point - 1;
                else if (!up && point + 1 < pager_last(pager))
                        pager->point = point + 1;
                pager_show_point(pager);
        }
}

/* After a page the focus is on the first line of it, or where the text ends, on the last. */
static void pager_page(struct pager *pager, bool up, size_t rows) {
        uint64_t top = pager->top;
        size_t skip = pager->skip;
        if (up)
                pager_up(pager, rows);
        else
                pager_down(pager, rows);
        bool moved = top != pager->top || skip != pager->skip;
        uint64_t last = pager_last(pager);
        pager->point = moved || up ? pager->top : last ? last - 1 : 0;
}

bool pager_act(struct pager *pager, enum action action) {
        size_t page = pager->height > 1 ? (size_t) pager->height - 1 : 1;
        switch (action) {
        case ACTION_UP:
        case ACTION_DOWN:
                pager_hold(pager);
                if (pager->picks)
                        pager_pick(pager, action == ACTION_UP);
                else if (action == ACTION_UP)
                        pager_up(pager, 1);
                else
                        pager_down(pager, 1);
                return true;
        case ACTION_PAGE_UP:
        case ACTION_PAGE_DOWN:
                pager_hold(pager);
                pager_page(pager, action == ACTION_PAGE_UP, page);
                return true;
        case ACTION_FIRST:
                pager_hold(pager);
                pager->point = lines_first(pager->lines);
                pager->top = lines_first(pager->lines);
                pager->skip = 0;
                return true;
        case ACTION_LAST:
                pager_to_end(pager);
                pager->follow = pager->live;
                return true;
        case ACTION_FOLLOW:
                if (pager->follow)
                        pager_hold(pager);
                else
                        pager->follow = true;
                return true;
        case ACTION_LEFT:
                pager->pan -= pager->pan < 8 ? pager->pan : 8;
                return pager->wrap == PAGER_PAN;
        case ACTION_RIGHT:
                if (pager->wrap == PAGER_PAN && pager->pan + 8 < FEED_CELLS_MAX)
                        pager->pan += 8;
                return pager->wrap == PAGER_PAN;
        case ACTION_WRAP:
                if (pager->wrap == PAGER_WORDS)
                        return true;
                pager->wrap = pager->wrap == PAGER_PAN ? PAGER_WRAP : PAGER_PAN;
                pager->pan = 0;
                pager->skip = 0;
                return true;
        default: return false;
        }
}

bool pager_search(struct pager *pager, const char *needle, bool up) {
        if (needle) {
                str_replace(&pager->needle, *needle ? needle : NULL);
                pager->match = UINT64_MAX;
        }
        uint64_t first = lines_first(pager->lines), end = lines_end(pager->lines);
        if (!pager->needle || first == end)
                return false;
        uint64_t from = pager->follow ? end - 1 : pager->top;
        if (!needle && pager->match != UINT64_MAX && pager->match >= first)
                from = up ? pager->match - 1 : pager->match + 1;        /* UINT64_MAX before the first: beyond
                                                                         * the end */
        if (from != UINT64_MAX && from < first)
                from = first;
        uint64_t found = from < end ? lines_search(pager->lines, pager->needle, from, up) : end;
        pager->wrapped = found >= end;
        if (pager->wrapped)
                found = lines_search(pager->lines, pager->needle, up ? end - 1 : first, up);
        if (found >= end)
                return false;
        pager_hold(pager);
        pager->match = found;
        /* A match on the screen moves nothing; else a third of the screen stays above it. */
        uint64_t above = (uint64_t) pager->height / 3;
        if (found < pager->top || found >= pager->top + (uint64_t) pager->height) {
                pager->top = found > first + above ? found - above : first;
                pager->skip = 0;
                pager_down(pager, 0);
        }
        return true;
}

/* ---- drawing ---- */

/* Lines may have been forgotten meanwhile, the screen may have grown. */
static void pager_settle(struct pager *pager) {
        if (pager->top < lines_first(pager->lines)) {
                pager->top = lines_first(pager->lines);
                pager->skip = 0;
        }
        if (pager->follow)
                pager_to_end(pager);
        else
                pager_down(pager, 0);
}

/* The mark of the line with the focus; a row below zero: its beginning is above the screen. */
static void pager_draw_mark(const struct canvas *c, int row) {
        if (row >= 0)
                canvas_text(c, row, 0, 0, STYLE_PLAIN, ">");
        canvas_cursor(c, row < 0 ? 0 : row, 0);
}

void pager_draw(struct pager *pager, const struct canvas *c) {
        if (c->rows < 1 || c->columns < 1)
                return;
        pager->height = c->rows;
        pager->width = c->columns;
        pager_settle(pager);
        uint64_t top = pager->top;
        size_t skip = pager->skip;

        uint64_t last = pager_last(pager), point = pager_point(pager);
        int y = 0, end_column = 0, margin = pager->picks ? (int) PAGER_MARGIN : 0, point_row = -1;
        pager->more = false;
        for (uint64_t number = top; number < last && y < c->rows; number++) {
                struct line line;
                if (!pager_line(pager, number, &line))
                        break;
                const char *hit = pager->needle ? strcasestr(line.text, pager->needle) : NULL;
                size_t at = 0;
                do {
                        struct text_row row = line_row(pager, &line, at, &at);
                        if (skip) {
                                skip--;
                                continue;
                        }
                        size_t find = 0, found = 0;
                        if (hit && hit >= line.text + row.begin && hit < line.text + row.begin + row.bytes) {
                                found = (size_t) (hit - line.text) - row.begin;
                                find = strlen(pager->needle);
                        }
                        if (number == point && !row.begin)
                                point_row = y;
                        end_column = (int) row.indent +
                                     canvas_marked(c, y, margin + (int) row.indent, line.text + row.begin,
                                                   line.marks ? line.marks + row.begin : NULL, row.bytes,
                                                   pager->wrap == PAGER_PAN ? pager->pan : 0, find, found);
                        if (number == pager->match)
                                canvas_cursor(c, y, 0);
                        y++;
                } while (at && y < c->rows);
                pager->more = at || number + 1 < last;
        }
        if (pager->picks) {
                pager_draw_mark(c, point_row);
                return;
        }
        if (pager->match >= top && pager->match < last && !pager->follow)
                return;
        /* Following: the cursor is where the text grows, also the place of a question of the command.
         * Reading: at the top. */
        bool half = last > lines_end(pager->lines);
        if (pager->follow && y > 0)
                canvas_cursor(c, y - 1, half ? end_column : 0);
        else
                canvas_cursor(c, 0, 0);
}

void pager_place(const struct pager *pager, struct str *out) {
        uint64_t first = lines_first(pager->lines), end = lines_end(pager->lines);
        if (pager->follow)
                str_add(out, "following");
        else if (end - first <= (uint64_t) pager->height)
                str_addf(out, "%" PRIu64 " line%s", end - first, end - first == 1 ? "" : "s");
        else
                str_addf(out, "line %" PRIu64 " of %" PRIu64, pager->top - first + 1, end - first);
}
