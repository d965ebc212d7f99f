/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/diff.h"

#include "base/text.h"

#define CONTEXT 3U
/* Steps of the search (E. Myers, "An O(ND) Difference Algorithm", 1986): memory grows with their square. */
#define STEPS_MAX 1000

struct diff_line {
        const char *text;
        size_t n;               /* with its newline, if any */
        uint32_t hash;
};

struct text {
        struct diff_line *lines;
        size_t n;
};

bool diff_is_text(const char *bytes, size_t n) {
        return n == 0 || !memchr(bytes, '\0', n);
}

static void diff_split(const char *bytes, size_t n, struct text *ret) {
        const char *end = n ? bytes + n : bytes;
        size_t room = 1;
        for (const char *p = bytes; p < end && (p = memchr(p, '\n', (size_t) (end - p))); p++)
                room++;
        ret->lines = xcalloc(room, sizeof *ret->lines);
        for (const char *p = bytes; p < end; p += ret->lines[ret->n++].n) {
                const char *newline = memchr(p, '\n', (size_t) (end - p));
                size_t length = (size_t) ((newline ? newline + 1 : end) - p);
                uint32_t hash = 2166136261U;
                for (size_t i = 0; i < length; i++)
                        hash = (hash ^ (unsigned char) p[i]) * 16777619U;
                ret->lines[ret->n] = (struct diff_line){ p, length, hash };
        }
}

static bool diff_same(const struct diff_line *a, const struct diff_line *b) {
        return a->hash == b->hash && a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* The common lines, marked on both sides: they are the same in the same order. */
struct marks {
        bool *old, *new;
};

/* Whether the furthest path of d edits to diagonal k ends with an insertion, not a deletion. last: the row of
 * d - 1, whose diagonal k is last[k + d - 1]. */
static bool comes_down(const int *last, int d, int k) {
        return k == -d || (k != d && last[k + d - 2] < last[k + d]);
}

/* Keeps the furthest reaching paths of each number of edits, one row a step, for the way back: the number of
 * edits, or -1. */
static int diff_search(const struct diff_line *a, int n, const struct diff_line *b, int m, int **rows,
                       int max) {
        for (int d = 0; d <= max; d++) {
                int *row = rows[d] = xcalloc((size_t) (2 * d + 1), sizeof *row);
                const int *last = d ? rows[d - 1] : NULL;
                for (int k = -d; k <= d; k += 2) {
                        int x = !d ? 0 : comes_down(last, d, k) ? last[k + d] : last[k + d - 2] + 1;
                        while (x < n && x - k >= 0 && x - k < m && diff_same(&a[x], &b[x - k]))
                                x++;
                        row[k + d] = x;
                        if (x >= n && x - k >= m && k == n - m)
                                return d;
                }
        }
        return -1;
}

static void mark_way(int *const *rows, int d, int x, int y, bool *old, bool *new) {
        for (; d > 0; d--) {
                const int *last = rows[d - 1];
                bool down = comes_down(last, d, x - y);
                int from_k = down ? x - y + 1 : x - y - 1, from_x = last[from_k + d - 1],
                    from_y = from_x - from_k;
                while (x > from_x + !down && y > from_y + down)
                        old[--x] = new[--y] = true;
                x = from_x;
                y = from_y;
        }
        while (x > 0 && y > 0)
                old[--x] = new[--y] = true;
}

static void diff_mark(const struct text *old, const struct text *new, struct marks *ret) {
        ret->old = xcalloc(old->n + 1, sizeof *ret->old);
        ret->new = xcalloc(new->n + 1, sizeof *ret->new);
        size_t head = 0, i = old->n, j = new->n;
        for (; head < i && head < j && diff_same(&old->lines[head], &new->lines[head]); head++)
                ret->old[head] = ret->new[head] = true;
        for (; i > head && j > head && diff_same(&old->lines[i - 1], &new->lines[j - 1]); i--, j--)
                ret->old[i - 1] = ret->new[j - 1] = true;
        int n = (int) (i - head), m = (int) (j - head), max = n + m < STEPS_MAX ? n + m : STEPS_MAX;
        int **rows = xcalloc((size_t) max + 1, sizeof *rows);
        int d = diff_search(old->lines + head, n, new->lines + head, m, rows, max);
        /* Without a result nothing between is marked: all of it was replaced. */
        if (d >= 0)
                mark_way(rows, d, n, m, ret->old + head, ret->new + head);
        for (int row = 0; row <= max; row++)
                free(rows[row]);
        free(rows);
}

static void diff_add_line(struct str *out, char sign, const struct diff_line *line) {
        str_add_char(out, sign);
        str_add_bytes(out, line->text, line->n);
        if (line->n == 0 || line->text[line->n - 1] != '\n')
                str_add(out, "\n\\ No newline at end of file\n");
}

static void add_range(struct str *out, char sign, size_t begin, size_t n) {
        /* The line before an empty range names it. */
        str_addf(out, "%c%zu", sign, n ? begin + 1 : begin);
        if (n != 1)
                str_addf(out, ",%zu", n);
}

/* One hunk, from old[i0, i1) and new[j0, j1). */
static void add_hunk(struct str *out, const struct text *old, size_t i0, size_t i1, const struct text *new,
                     size_t j0, size_t j1, const struct marks *marks) {
        str_add(out, "@@ ");
        add_range(out, '-', i0, i1 - i0);
        str_add_char(out, ' ');
        add_range(out, '+', j0, j1 - j0);
        str_add(out, " @@\n");
        for (size_t i = i0, j = j0; i < i1 || j < j1;) {
                if (i < i1 && !marks->old[i])
                        diff_add_line(out, '-', &old->lines[i++]);
                else if (j < j1 && !marks->new[j])
                        diff_add_line(out, '+', &new->lines[j++]);
                else {
                        diff_add_line(out, ' ', &old->lines[i++]);
                        j++;
                }
        }
}

static void add_hunks(struct str *out, const struct text *old, const struct text *new,
                      const struct marks *marks) {
        size_t i = 0, j = 0;
        for (;;) {
                while (i < old->n && j < new->n && marks->old[i] && marks->new[j]) {
                        i++;
                        j++;
                }
                if (i == old->n && j == new->n)
                        return;
                size_t before = i < CONTEXT ? i : CONTEXT, i0 = i - before, j0 = j - before, same = 0;
                size_t i1 = i, j1 = j;
                /* The hunk continues until more lines stay than two contexts cover. */
                while ((i < old->n || j < new->n) && same <= 2 * CONTEXT) {
                        bool removed = i < old->n && !marks->old[i],
                             added = !removed && j < new->n && !marks->new[j];
                        i += !added;
                        j += !removed;
                        same = removed || added ? 0 : same + 1;
                        if (same <= CONTEXT) {
                                i1 = i;
                                j1 = j;
                        }
                }
                add_hunk(out, old, i0, i1, new, j0, j1, marks);
                i = i1;
                j = j1;
        }
}

char *diff_unified(const char *old_name, const char *old, size_t old_n, const char *new_name, const char *new,
                   size_t new_n) {
        struct text a = {}, b = {};
        struct marks marks = {};
        _cleanup_str_ struct str out = {};
        if (old_n > DIFF_BYTES_MAX || new_n > DIFF_BYTES_MAX)
                return NULL;
        if (old_n == new_n && (!old_n || memcmp(old, new, old_n) == 0))
                return xstrdup("");
        diff_split(old, old_n, &a);
        diff_split(new, new_n, &b);
        diff_mark(&a, &b, &marks);
        /* A line break in the name of a file would begin a line of its own. */
        _cleanup_free_ char *from = text_cleaned(old_name), *to = text_cleaned(new_name);
        str_addf(&out, "--- %s\n+++ %s\n", from, to);
        add_hunks(&out, &a, &b, &marks);
        FREE_ALL(a.lines, b.lines, marks.old, marks.new);
        return str_take(&out);
}
