/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/diff.h"

#define CONTEXT 3U
/* Steps of the search (E. Myers, "An O(ND) Difference Algorithm", 1986): memory grows with their square. */
#define STEPS_MAX 1000

struct line {
        const char *text;
        size_t n;               /* with its newline, if any */
        uint32_t hash;
};

struct text {
        struct line *lines;
        size_t n;
};

bool diff_is_text(const char *bytes, size_t n) {
        return n == 0 || !memchr(bytes, '\0', n);
}

static int plan_diff_split(const char *bytes, size_t n, struct text *ret) {
        size_t count = 0;
        for (const char *p = bytes; n && p < bytes + n; count++) {
                const char *newline = memchr(p, '\n', (size_t) (bytes + n - p));
                p = newline ? newline + 1 : bytes + n;
        }
        ret->lines = calloc(count + 1, sizeof *ret->lines);
        if (!ret->lines)
                return -1;
        for (const char *p = bytes; n && p < bytes + n;) {
                const char *newline = memchr(p, '\n', (size_t) (bytes + n - p));
                const char *end = newline ? newline + 1 : bytes + n;
                uint32_t hash = 2166136261U;
                for (const char *c = p; c < end; c++)
                        hash = (hash ^ (unsigned char) *c) * 16777619U;
                ret->lines[ret->n++] = (struct line) { p, (size_t) (end - p), hash };
                p = end;
        }
        return 0;
}

static bool plan_diff_same(const struct line *a, const struct line *b) {
        return a->hash == b->hash && a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* The common lines, marked on both sides: they are the same in the same order. */
struct marks {
        bool *old, *new;
};

/* Keeps the furthest reaching paths of each number of edits, one row a step, for the way back. */
static bool plan_diff_search(const struct line *a, int n, const struct line *b, int m, bool *keep_a,
                             bool *keep_b) {
        int max = n + m < STEPS_MAX ? n + m : STEPS_MAX;
        int **rows = calloc((size_t) max + 1, sizeof *rows);
        bool found = false;
        int d = 0;
        for (; rows && d <= max && !found; d++) {
                int *row = rows[d] = malloc(sizeof *row * (size_t) (2 * d + 1));
                if (!row)
                        break;
                const int *last = d ? rows[d - 1] : NULL;       /* last[k + d - 1] */
                for (int k = -d; k <= d; k += 2) {
                        int x = 0;
                        if (d > 0) {
                                bool down = k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);
                                x = down ? last[k + 1 + d - 1] : last[k - 1 + d - 1] + 1;
                        }
                        int y = x - k;
                        while (x < n && y >= 0 && y < m && plan_diff_same(&a[x], &b[y])) {
                                x++;
                                y++;
                        }
                        row[k + d] = x;
                        found = found || (x >= n && y >= m && k == n - m);
                }
        }
        if (found) {
                int x = n, y = m;
                for (d--; d > 0; d--) {
                        int k = x - y;
                        const int *last = rows[d - 1];
                        bool down = k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);
                        int from_k = down ? k + 1 : k - 1, from_x = last[from_k + d - 1],
                            from_y = from_x - from_k;
                        while (x > from_x + !down && y > from_y + down) {
                                keep_a[--x] = true;
                                keep_b[--y] = true;
                        }
                        x = from_x;
                        y = from_y;
                }
                while (x > 0 && y > 0) {
                        keep_a[--x] = true;
                        keep_b[--y] = true;
                }
        }
        for (int i = 0; rows && i <= max; i++)
                free(rows[i]);
        free(rows);
        return found;
}

static int plan_diff_mark(const struct text *old, const struct text *new, struct marks *ret) {
        ret->old = calloc(old->n + 1, sizeof *ret->old);
        ret->new = calloc(new->n + 1, sizeof *ret->new);
        if (!ret->old || !ret->new)
                return -1;
        size_t head = 0, tail = 0;
        while (head < old->n && head < new->n && plan_diff_same(&old->lines[head], &new->lines[head])) {
                ret->old[head] = ret->new[head] = true;
                head++;
        }
        while (tail < old->n - head &&
               tail < new->n - head &&plan_diff_same(&old->lines[old->n - 1 - tail],
                                                     &new->lines[new->n - 1 - tail])) {
                ret->old[old->n - 1 - tail] = ret->new[new->n - 1 - tail] = true;
                tail++;
        }
        /* Without a result nothing between is marked: all of it was replaced. */
        (void) plan_diff_search(old->lines + head, (int) (old->n - head - tail), new->lines + head,
                                (int) (new->n - head - tail), ret->old + head, ret->new + head);
        return 0;
}

static void plan_diff_add_line(struct str *out, char sign, const struct line *line) {
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
                        plan_diff_add_line(out, '-', &old->lines[i++]);
                else if (j < j1 && !marks->new[j])
                        plan_diff_add_line(out, '+', &new->lines[j++]);
                else {
                        plan_diff_add_line(out, ' ', &old->lines[i++]);
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
                size_t before = i < CONTEXT ? i : CONTEXT, i0 = i - before, j0 = j - before, kept = 0;
                size_t i1 = i, j1 = j;
                /* The hunk continues until more lines stay than two contexts cover. */
                while ((i < old->n || j < new->n) && kept <= 2 * CONTEXT) {
                        if (i < old->n && !marks->old[i])
                                i++, kept = 0;
                        else if (j < new->n && !marks->new[j])
                                j++, kept = 0;
                        else
                                i++, j++, kept++;
                        if (kept <= CONTEXT) {
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
        bool failed = old_n > DIFF_BYTES_MAX || new_n > DIFF_BYTES_MAX ||
                      plan_diff_split(old, old_n, &a) < 0 || plan_diff_split(new, new_n, &b) < 0 ||
                      plan_diff_mark(&a, &b, &marks) < 0;
        if (!failed && (old_n != new_n || (old_n && memcmp(old, new, old_n) != 0))) {
                str_addf(&out, "--- %s\n+++ %s\n", old_name, new_name);
                add_hunks(&out, &a, &b, &marks);
        }
        free(a.lines);
        free(b.lines);
        free(marks.old);
        free(marks.new);
        return failed ? NULL : str_take(&out);
}
