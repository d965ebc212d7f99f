/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/canvas.h"

#include <ncurses.h>
#include <stdarg.h>
#include <wchar.h>

#include "base/text.h"

void canvas_begin(struct canvas *ret, const struct theme *theme, int rows, int columns,
                  int cursor[static 2]) {
        cursor[0] = cursor[1] = 0;
        *ret = (struct canvas) { .rows = rows, .columns = columns, .theme = theme, .cursor = cursor };
        attrset(A_NORMAL);
        erase();
}

void canvas_end(const struct canvas *c) {
        attrset(A_NORMAL);
        move(c->cursor[0], c->cursor[1]);
        refresh();
}

struct canvas canvas_part(const struct canvas *c, int row, int column, int rows, int columns) {
        struct canvas part = *c;
        row = clamp_int(row, 0, c->rows);
        column = clamp_int(column, 0, c->columns);
        part.top += row;
        part.left += column;
        part.rows = rows < 0 || rows > c->rows - row ? c->rows - row : rows;
        part.columns = columns < 0 || columns > c->columns - column ? c->columns - column : columns;
        return part;
}

static bool canvas_clip(const struct canvas *c, int row, int column, int *width) {
        if (row < 0 || row >= c->rows || column < 0 || column >= c->columns)
                return false;
        if (*width <= 0 || *width > c->columns - column)
                *width = c->columns - column;
        return true;
}

static void canvas_put(const struct canvas *c, int row, int column, uint32_t attributes, const char *text,
                       size_t bytes) {
        wchar_t wide[512];
        size_t n = 0;
        attrset((attr_t) attributes);
        move(c->top + row, c->left + column);
        while (bytes) {
                unsigned code;
                size_t used = text_decode(text, bytes, &code);
                wide[n++] = (wchar_t) code;
                text += used;
                bytes -= used;
                if (n == ELEMENTS(wide) || !bytes) {
                        addnwstr(wide, (int) n);
                        n = 0;
                }
        }
}

int canvas_text(const struct canvas *c, int row, int column, int width, enum style style, const char *text) {
        if (!text || !*text || !canvas_clip(c, row, column, &width))
                return 0;
        _cleanup_str_ struct str clean = {};
        /* The most bytes that many cells of clean text can need: a label of 64 KiB costs no more than a short
         * one. */
        size_t n = strnlen(text, (size_t) width * 16 + 64);
        size_t cells = text_clean(&clean, text, n, (size_t) width, c->theme->charset, false);
        if (!clean.length)
                return 0;
        canvas_put(c, row, column, c->theme->attributes[style], clean.text, clean.length);
        return (int) cells;
}

int canvas_textf(const struct canvas *c, int row, int column, int width, enum style style, const char *format,
                 ...) {
        _cleanup_str_ struct str text = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        return canvas_text(c, row, column, width, style, text.text);
}

int canvas_text_right(const struct canvas *c, int row, int column, int width, enum style style,
                      const char *text) {
        if (!text || !canvas_clip(c, row, column, &width))
                return 0;
        int cells = (int) text_width(text);
        return canvas_text(c, row, cells < width ? column + width - cells : column,
                           cells < width ? cells : width, style, text);
}

int canvas_marked(const struct canvas *c, int row, int column, const char *text, const uint8_t *marks,
                  size_t bytes, size_t skip, size_t find, size_t found) {
        int width = 0, x = 0;
        if (!canvas_clip(c, row, column, &width))
                return 0;
        size_t at = skip ? text_prefix(text, skip) : 0;
        /* Runs of cells that look the same go out in one piece. */
        while (at < bytes && x < width) {
                bool match = find && at + 1 > found && at < found + find;
                uint8_t mark = marks ? marks[at] : 0;
                size_t begin = at;
                int from = x;
                while (at < bytes && x < width && (marks ? marks[at] : 0) == mark &&
                       (find && at + 1 > found && at < found + find) == match) {
                        unsigned code;
                        size_t used = text_decode(text + at, bytes - at, &code);
                        int w = text_cells(code);
                        if (w < 0)
                                w = 1;
                        if (x + w > width) {
                                x = width;
                                break;
                        }
                        x += w;
                        at += used;
                }
                if (at == begin)
                        break;
                _cleanup_str_ struct str shown = {};
                if (c->theme->charset == TEXT_ASCII)
                        text_clean(&shown, text + begin, at - begin, 0, TEXT_ASCII, false);
                canvas_put(c, row, column + from,
                           match ? c->theme->attributes[STYLE_MATCH] : theme_mark(c->theme, mark),
                           shown.text ? shown.text : text + begin, shown.text ? shown.length : at - begin);
        }
        return x;
}

int canvas_paragraph(const struct canvas *c, int row, int column, int width, enum style style,
                     const char *text) {
        if (str_empty(text))
                return 0;
        if (width <= 0 || width > c->columns - column)
                width = c->columns - column;
        if (width <= 0)
                return 0;
        _cleanup_free_ char *clean = text_cleaned(text);
        _cleanup_strv_ char **lines = text_wrap(clean, (size_t) width);
        int n = 0;
        for (; lines && lines[n]; n++) {
                /* The last row there is shows that something is missing, as every text does that is cut. */
                bool cut = row + n == c->rows - 1 && lines[n + 1];
                _cleanup_free_ char *rest = cut ? str_printf("%s %s", lines[n], lines[n + 1]) : NULL;
                canvas_text(c, row + n, column, width, style, cut ? rest : lines[n]);
        }
        return n;
}

#define CAUSES_SHOWN 8

int canvas_error(const struct canvas *c, int row, const struct error *e, bool causes) {
        if (!e)
                return 0;
        int begin = row;
        row += canvas_paragraph(c, row, 2, c->columns - 4, STYLE_BAD, e->message);
        if (e->hint) {
                canvas_text(c, row, 2, 0, STYLE_PLAIN, "->");
                row += canvas_paragraph(c, row, 5, c->columns - 7, STYLE_PLAIN, e->hint);
        }
        int shown = 0;
        for (const struct error *cause = e->cause; causes && cause && shown < CAUSES_SHOWN;
             cause = cause->cause, shown++) {
                canvas_text(c, row, 2, 0, STYLE_DIM, "because");
                row += canvas_paragraph(c, row, 10, c->columns - 12, STYLE_PLAIN, cause->message);
                if (cause->hint)
                        row += canvas_paragraph(c, row, 10, c->columns - 12, STYLE_DIM, cause->hint);
        }
        return row - begin;
}

void canvas_rule(const struct canvas *c, int row, const char *title) {
        int width = 0;
        if (!canvas_clip(c, row, 0, &width))
                return;
        if (c->theme->display == DISPLAY_BASIC)
                canvas_repeat(c, row, 0, width, STYLE_PLAIN, '-');
        else if (c->theme->charset == TEXT_UTF8) {
                /* Not by the terminal's second character set: many that read UTF-8 lack it. */
                _cleanup_str_ struct str line = {};
                for (int i = 0; i < width; i++)
                        str_add(&line, "\u2500");
                canvas_put(c, row, 0, A_NORMAL, line.text, line.length);
        } else {
                attrset(A_NORMAL);
                mvhline(c->top + row, c->left, 0, width);
        }
        if (!str_empty(title)) {
                canvas_text(c, row, 1, 1, STYLE_PLAIN, " ");
                int cells = canvas_text(c, row, 2, width - 4, STYLE_STRONG, title);
                canvas_text(c, row, 2 + cells, 1, STYLE_PLAIN, " ");
        }
}

void canvas_repeat(const struct canvas *c, int row, int column, int n, enum style style, char character) {
        if (n <= 0 || !canvas_clip(c, row, column, &n))
                return;
        attrset((attr_t) c->theme->attributes[style]);
        chtype cell = (chtype) (unsigned char) character | (attr_t) c->theme->attributes[style];
        mvhline(c->top + row, c->left + column, cell, n);
}

void canvas_clear(const struct canvas *c) {
        for (int row = 0; row < c->rows; row++)
                canvas_repeat(c, row, 0, c->columns, STYLE_PLAIN, ' ');
}

void canvas_cursor(const struct canvas *c, int row, int column) {
        if (c->rows <= 0 || c->columns <= 0)
                return;
        c->cursor[0] = c->top + clamp_int(row, 0, c->rows - 1);
        c->cursor[1] = c->left + clamp_int(column, 0, c->columns - 1);
}
