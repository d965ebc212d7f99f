/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/log/window.h"

#include <inttypes.h>
#include <time.h>

#include "base/text.h"

void log_window_init(struct log_window *w, struct pager *pager) {
        *w = (struct log_window) { .pager = pager };
}

void log_window_clear(struct log_window *w) {
        for (size_t i = 0; i < w->n; i++)
                log_line_done(&w->lines[i]);
        FREE_ALL(w->lines, w->rows);
        pager_clear(w->pager);
        *w = (struct log_window) { .pager = w->pager };
}

/* ---- text ---- */

static void window_row(struct log_window *w, size_t line) {
        pager_end(w->pager);
        room_for_one((void **) &w->rows, w->n_rows, sizeof *w->rows);
        w->rows[w->n_rows++] = line;
}

static bool window_time(int64_t real, struct tm *ret) {
        time_t seconds = (time_t) (real / 1000000);
        return localtime_r(&seconds, ret);
}

static void window_put_heads(struct log_window *w, const struct log_line *before,
                             const struct log_line *line) {
        char text[64], span[24];
        struct tm now, then;
        if (before && before->boot[0] && line->boot[0] && !str_equal(before->boot, line->boot)) {
                pager_put(w->pager, DOC_HEAD, "-- the host was booted --");
                window_row(w, 0);
        }
        int64_t jump = before ? log_clock_jump(before, line) : 0;
        if (jump) {
                text_age(span, (jump < 0 ? -jump : jump) / 1000000);
                pager_put(w->pager, DOC_WARN,
                          jump < 0 ? "-- the clock was set back by %s --"
                                   : "-- the clock was set forward by %s, or the host slept --",
                          span);
                window_row(w, 0);
        }
        if (!window_time(line->real, &now))
                return;
        if (before && window_time(before->real, &then) && then.tm_yday == now.tm_yday &&
            then.tm_year == now.tm_year)
                return;
        strftime(text, sizeof text, "%A %Y-%m-%d", &now);
        pager_put(w->pager, DOC_HEAD, "%s", text);
        window_row(w, 0);
}

static void window_put(struct log_window *w, size_t i) {
        const struct log_line *line = &w->lines[i];
        struct pager *p = w->pager;
        struct tm tm;
        char when[16] = "";
        window_put_heads(w, i ? &w->lines[i - 1] : NULL, line);
        if (window_time(line->real, &tm))
                strftime(when, sizeof when, "%H:%M:%S", &tm);
        pager_put(p, DOC_DIM, "%s ", when);
        if (line->identifier)
                pager_put(p, DOC_DIM, "%s: ", line->identifier);
        if (line->blob && !line->more) {
                char size[16];
                pager_put(p, DOC_WARN, "(not text, %s) ", text_size(size, line->blob));
        }
        uint8_t mark = log_line_bad(line) ? DOC_BAD : line->priority == 4 ? DOC_WARN : DOC_PLAIN;
        if (line->message)
                pager_put(p, mark, "%s", line->message);
        else
                pager_put(p, DOC_DIM, "(an entry without text; Enter shows its fields)");
        window_row(w, i + 1);
}

/* ---- places ---- */

/* The line of a row, or of the next row that has one; w->n: none. */
static size_t window_line_at(const struct log_window *w, uint64_t row) {
        for (; row < w->n_rows; row++)
                if (w->rows[row])
                        return w->rows[row] - 1;
        return w->n;
}

/* The row of a line. */
static uint64_t window_row_of(const struct log_window *w, size_t line) {
        for (uint64_t row = 0; row < w->n_rows; row++)
                if (w->rows[row] == line + 1)
                        return row;
        return w->n_rows ? w->n_rows - 1 : 0;
}

/* Writes the whole text anew, after `shift` lines were put before the old first one (negative: dropped). */
static void window_compose(struct log_window *w, ssize_t shift) {
        struct pager *p = w->pager;
        uint64_t point = pager_point(p);
        ssize_t top = (ssize_t) window_line_at(w, p->top), at = (ssize_t) window_line_at(w, point);
        pager_clear(p);
        free(w->rows);
        w->rows = NULL;
        w->n_rows = 0;
        for (size_t i = 0; i < w->n; i++)
                window_put(w, i);
        top += shift;
        at += shift;
        p->top = window_row_of(w, top > 0 ? (size_t) top : 0);
        p->point = window_row_of(w, at > 0 ? (size_t) at : 0);
}

static void window_add(struct log_window *w, struct log_line *line) {
        w->bytes += line->message ? strlen(line->message) : 0;
        room_for_one((void **) &w->lines, w->n, sizeof *w->lines);
        w->lines[w->n++] = *line;
        *line = (struct log_line) {};
}

static bool window_full(const struct log_window *w) {
        return w->n >= LOG_WINDOW_LINES || w->bytes >= LOG_WINDOW_BYTES;
}

/* Keeps the lines from `from` on, `n` of them. */
static void window_keep(struct log_window *w, size_t from, size_t n) {
        struct log_line *old = w->lines;
        size_t had = w->n;
        w->lines = NULL;
        w->n = w->bytes = 0;
        for (size_t i = from; i < from + n; i++)
                window_add(w, &old[i]);
        for (size_t i = 0; i < had; i++)
                log_line_done(&old[i]);
        free(old);
}

void log_window_append(struct log_window *w, struct log_line *lines, size_t n) {
        if (window_full(w) && !w->pager->follow) {
                w->at_end = false;
                return;
        }
        for (size_t i = 0; i < n; i++) {
                window_add(w, &lines[i]);
                window_put(w, w->n - 1);
        }
        if (!window_full(w) || !w->pager->follow)
                return;
        size_t dropped = w->n * 2 / 3;
        w->at_start = false;
        window_keep(w, dropped, w->n - dropped);
        window_compose(w, -(ssize_t) dropped);
}

void log_window_prepend(struct log_window *w, struct log_line *lines, size_t n) {
        struct log_line *old = w->lines;
        size_t had = w->n;
        w->lines = NULL;
        w->n = w->bytes = 0;
        for (size_t i = 0; i < n; i++)
                window_add(w, &lines[i]);
        for (size_t i = 0; i < had; i++) {
                if (window_full(w)) { /* the reader is at the other end */
                        log_line_done(&old[i]);
                        w->at_end = false;
                } else
                        window_add(w, &old[i]);
        }
        free(old);
        window_compose(w, (ssize_t) n);
}

const struct log_line *log_window_line(const struct log_window *w) {
        uint64_t row = pager_point(w->pager);
        return row < w->n_rows && w->rows[row] ? &w->lines[w->rows[row] - 1] : NULL;
}

bool log_window_find(struct log_window *w, const char *text, bool up, bool beyond) {
        uint64_t row = pager_point(w->pager);
        for (bool first = true; row < w->n_rows; first = false, row = up ? row - 1 : row + 1) {
                size_t line = w->rows[row];
                if (!line || (first && beyond) || !log_line_has(&w->lines[line - 1], text))
                        continue;
                pager_go(w->pager, row);
                return true;
        }
        return false;
}

const char *log_window_cursor(const struct log_window *w, bool above, bool focused) {
        uint64_t row = pager_point(w->pager);
        const char *here = NULL;
        for (; row < w->n_rows; row = above ? row - 1 : row + 1) {
                const char *cursor = w->rows[row] ? w->lines[w->rows[row] - 1].cursor : NULL;
                if (!cursor)
                        continue;
                if (focused || (here && !str_equal(cursor, here)))
                        return cursor;
                here = cursor;
        }
        return NULL;
}

bool log_window_go(struct log_window *w, const char *cursor) {
        for (uint64_t row = 0; row < w->n_rows; row++)
                if (w->rows[row] && str_equal(w->lines[w->rows[row] - 1].cursor, cursor)) {
                        pager_go(w->pager, row);
                        return true;
                }
        return false;
}

bool log_window_wants(const struct log_window *w, bool older) {
        const struct pager *p = w->pager;
        uint64_t height = (uint64_t) p->height;
        if (older)
                return !w->at_start && !p->follow && p->top < height;
        return !w->at_end && p->top + 2 * height > w->n_rows;
}
