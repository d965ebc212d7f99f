/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include <unictype.h>
#include <uniwidth.h>

#define REPLACEMENT 0xfffdU
#define COMBINING_MAX 2
#define NO_BASE (-1)

/* ---- characters ---- */

/* The second byte decides about overlong forms, surrogates and the end of Unicode (Unicode, table 3-7). */
static bool second_byte_fits(unsigned char first, unsigned char second) {
        switch (first) {
        case 0xe0: return second >= 0xa0 && second <= 0xbf;
        case 0xed: return second >= 0x80 && second <= 0x9f;
        case 0xf0: return second >= 0x90 && second <= 0xbf;
        case 0xf4: return second >= 0x80 && second <= 0x8f;
        default: return second >= 0x80 && second <= 0xbf;
        }
}

static size_t bytes_of(unsigned char first) {
        if (first < 0x80)
                return 1;
        if (first < 0xc2 || first > 0xf4)
                return 0;
        return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The number of the n bytes that are a valid beginning of one character of *ret_whole bytes, or 0. */
static size_t good_bytes(const char *s, size_t n, size_t *ret_whole) {
        const unsigned char *u = (const unsigned char *) s;
        size_t whole = n > 0 ? bytes_of(u[0]) : 0, i;
        *ret_whole = whole;
        if (whole == 0)
                return 0;
        for (i = 1; i < whole && i < n; i++)
                if (i == 1 ? !second_byte_fits(u[0], u[1]) : (u[i] & 0xc0) != 0x80)
                        break;
        return i;
}

size_t text_decode(const char *s, size_t n, unsigned *ret) {
        const unsigned char *u = (const unsigned char *) s;
        size_t whole, good = good_bytes(s, n, &whole);
        if (good == 0 || good < whole) {
                *ret = REPLACEMENT;
                return n > 0 && good == 0 ? 1 : good;
        }
        if (whole == 1) {
                *ret = u[0];
                return 1;
        }
        unsigned c = u[0] & (0x7fU >> whole);
        for (size_t i = 1; i < whole; i++)
                c = c << 6 | (u[i] & 0x3fU);
        *ret = c;
        return whole;
}

bool text_incomplete(const char *s, size_t n) {
        size_t whole, good = good_bytes(s, n, &whole);
        return n > 0 && good == n && good < whole;
}

size_t text_encode(char buffer[static 4], unsigned c) {
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                c = REPLACEMENT;
        if (c < 0x80) {
                buffer[0] = (char) c;
                return 1;
        }
        size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t i = n - 1; i > 0; i--, c >>= 6)
                buffer[i] = (char) (0x80 | (c & 0x3f));
        buffer[0] = (char) ((0xf00U >> n & 0xf0U) | c);
        return n;
}

/* Of two widths: libraries and terminals differ, or changed with Unicode 16. */
static const struct {
        unsigned first, last;
} ambiguous[] = {
        { 0x0cbf, 0x0cbf },   { 0x0cc6, 0x0cc6 },   { 0x2630, 0x2637 },   { 0x268a, 0x268f },
        { 0x3248, 0x324f },   { 0x4dc0, 0x4dff },   { 0x11a07, 0x11a08 }, { 0x11c3f, 0x11c3f },
        { 0x1d300, 0x1d356 }, { 0x1d360, 0x1d376 },
};

int text_cells(unsigned c) {
        const uint32_t hidden = UC_CATEGORY_MASK_C | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
        /* Nearly all text. */
        if (c < 0x300)
                return c >= 0x20 && (c < 0x7f || c > 0x9f) && c != 0xad ? 1 : -1;
        if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3))
                return 2;
        for (size_t i = 0; i < ELEMENTS(ambiguous); i++)
                if (c >= ambiguous[i].first && c <= ambiguous[i].last)
                        return -1;
        if (c > 0x10ffff || uc_is_general_category_withtable(c, hidden) ||
            uc_is_property_default_ignorable_code_point(c))
                return -1;
        return uc_width(c, "UTF-8");
}

size_t text_escape(char buffer[static TEXT_ESCAPE_MAX], unsigned c) {
        static const char digits[] = "0123456789abcdef";
        size_t n = 0, shift = 4;
        if (c > 0x10ffff)
                c = REPLACEMENT;
        while (shift < 20 && c >> (shift + 4))
                shift += 4;
        buffer[n++] = '<';
        for (;; shift -= 4) {
                buffer[n++] = digits[c >> shift & 0xf];
                if (shift == 0)
                        break;
        }
        buffer[n++] = '>';
        return n;
}

/* Eight bytes at a time: the high bit of a byte is set when it has one itself, when 0x20 cannot be subtracted
 * from it, or when adding 1 turns 0x7f into 0x80. A borrow from a lower byte follows only one that is found
 * anyway. */
static bool text_eight_plain(const char *s) {
        const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
        uint64_t v;
        memcpy(&v, s, 8);
        return !((v | (v - ones * 0x20) | (v + ones)) & high);
}

size_t text_ascii_run(const char *s, size_t n) {
        size_t i = 0;
        for (; n - i >= 8; i += 8)
                if (!text_eight_plain(s + i))
                        break;
        if (i > 0 && n - i < 8 && text_eight_plain(s + n - 8))
                return n;
        while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
                i++;
        return i;
}

/* ---- ASCII look-alikes ---- */

/* U+00A0 to U+017F, a cell each. */
static const char latin[] =
        " !cL$Y|S\"Ca<--R-" "o+23'uP.,1o>????" "AAAAAAACEEEEIIII" "DNOOOOOxOUUUUYTs"
        "aaaaaaaceeeeiiii" "dnooooo/ouuuuyty" "AaAaAaCcCcCcCcDd" "DdEeEeEeEeEeGgGg"
        "GgGgHhHhIiIiIiIi" "IiIiJjKkkLlLlLlL" "lLlNnNnNnnNnOoOo" "OoOoRrRrRrSsSsSs"
        "SsTtTtTtUuUuUuUu" "UuUuWwYyYZzZzZzs";
_Static_assert(sizeof latin == 0x180 - 0xa0 + 1, "one for each of U+00A0 to U+017F");

static const struct {
        unsigned first, last;
        char c;
} look_alikes[] = {
        { 0x2000, 0x200a, ' ' }, { 0x2010, 0x2015, '-' }, { 0x2018, 0x201b, '\'' }, { 0x201c, 0x201f, '"' },
        { 0x2022, 0x2022, '*' }, { 0x2026, 0x2026, '~' }, { 0x202f, 0x202f, ' ' }, { 0x2039, 0x2039, '<' },
        { 0x203a, 0x203a, '>' }, { 0x205f, 0x205f, ' ' }, { 0x20ac, 0x20ac, 'E' }, { 0x2190, 0x2190, '<' },
        { 0x2191, 0x2191, '^' }, { 0x2192, 0x2192, '>' }, { 0x2193, 0x2193, 'v' }, { 0x2212, 0x2212, '-' },
        { 0x2500, 0x2501, '-' }, { 0x2502, 0x2503, '|' }, { 0x2504, 0x2505, '-' }, { 0x2506, 0x2507, '|' },
        { 0x2508, 0x2509, '-' }, { 0x250a, 0x250b, '|' }, { 0x250c, 0x254b, '+' }, { 0x254c, 0x254d, '-' },
        { 0x254e, 0x254f, '|' }, { 0x2550, 0x2550, '=' }, { 0x2551, 0x2551, '|' }, { 0x2552, 0x257f, '+' },
        { 0x2580, 0x2590, '#' }, { 0x2591, 0x2593, ':' }, { 0x2594, 0x259f, '#' }, { 0x25b2, 0x25b2, '^' },
        { 0x25b6, 0x25b6, '>' }, { 0x25bc, 0x25bc, 'v' }, { 0x25c0, 0x25c0, '<' }, { 0x25c6, 0x25c6, '*' },
        { 0x25cb, 0x25cb, 'o' }, { 0x25cf, 0x25cf, '*' }, { 0x2713, 0x2714, '+' }, { 0x2717, 0x2718, 'x' },
};

static char ascii_for(unsigned c) {
        if (c >= 0xa0 && c < 0x180)
                return latin[c - 0xa0];
        for (size_t i = 0; i < ELEMENTS(look_alikes); i++)
                if (c >= look_alikes[i].first && c <= look_alikes[i].last)
                        return look_alikes[i].c;
        return '?';
}

/* ---- cleaning ---- */

/* The output for one character of the input: none, or characters that stay together in a cut. */
struct text_piece {
        char text[TEXT_ESCAPE_MAX];
        size_t length;
        size_t cells;
};

struct cleaner {
        enum text_charset charset;
        bool keep_newlines;
        int marks;              /* combining marks on the base before, or NO_BASE */
};

static void piece_set(struct text_piece *p, const char *text, size_t length, size_t cells) {
        memcpy(p->text, text, length);
        p->length = length;
        p->cells = cells;
}

static void piece_escape(struct cleaner *cleaner, struct text_piece *p, unsigned c) {
        p->length = p->cells = text_escape(p->text, c);
        cleaner->marks = NO_BASE;
}

static size_t piece_next(struct cleaner *cleaner, const char *s, size_t n, struct text_piece *p) {
        unsigned c;
        size_t used = text_decode(s, n, &c);
        if (c == '\r' && n > 1 && s[1] == '\n') {
                c = '\n';
                used = 2;
        }
        if (c == '\n' || c == '\t') {
                bool stays = c == '\n' && cleaner->keep_newlines;
                piece_set(p, stays ? "\n" : " ", 1, stays ? 0 : 1);
                cleaner->marks = stays ? NO_BASE : 0;
                return used;
        }

        int cells = text_cells(c);
        if (cells < 0 || (cells == 0 && cleaner->marks == NO_BASE)) {
                piece_escape(cleaner, p, c);
                return used;
        }
        if (cells == 0) {
                bool drop = cleaner->charset == TEXT_ASCII || cleaner->marks == COMBINING_MAX;
                p->cells = 0;
                p->length = drop ? 0 : text_encode(p->text, c);
                cleaner->marks += drop ? 0 : 1;
                return used;
        }
        cleaner->marks = 0;
        if (cleaner->charset == TEXT_ASCII && c >= 0x80) {
                char both[2] = { ascii_for(c), ascii_for(c) };
                piece_set(p, both, (size_t) cells, (size_t) cells);
        } else {
                p->length = text_encode(p->text, c);
                p->cells = (size_t) cells;
        }
        return used;
}

size_t text_clean(struct str *out, const void *bytes, size_t n, size_t columns, enum text_charset charset,
                  bool keep_newlines) {
        struct cleaner cleaner = { .charset = charset, .keep_newlines = keep_newlines, .marks = NO_BASE };
        const char *s = bytes;
        size_t cells = 0, cut_length = out->length, cut_cells = 0;

        for (size_t i = 0; i < n;) {
                /* Printable ASCII is copied unchanged while the room for "…" is not touched. */
                size_t room = columns == 0 ? n - i : cells < columns ? columns - 1 - cells : 0;
                size_t run = text_ascii_run(s + i, n - i < room ? n - i : room);
                if (run > 0) {
                        str_add_bytes(out, s + i, run);
                        i += run;
                        cells += run;
                        cleaner.marks = 0;
                        cut_length = out->length;
                        cut_cells = cells;
                        continue;
                }

                struct text_piece p;
                i += piece_next(&cleaner, s + i, n - i, &p);
                if (columns > 0 && cells + p.cells > columns) {
                        str_cut(out, cut_length);
                        str_add(out, charset == TEXT_ASCII ? "~" : "…");
                        return cut_cells + 1;
                }
                str_add_bytes(out, p.text, p.length);
                cells += p.cells;
                if (cells < columns) {
                        cut_length = out->length;
                        cut_cells = cells;
                }
        }
        return cells;
}

char *text_cleaned(const char *s) {
        _cleanup_str_ struct str out = {};
        if (!s)
                return NULL;
        text_clean(&out, s, strlen(s), 0, TEXT_UTF8, false);
        return str_take(&out);
}

size_t text_width(const char *s) {
        struct cleaner cleaner = { .marks = NO_BASE };
        size_t n = s ? strlen(s) : 0, cells = 0;
        for (size_t i = 0; i < n;) {
                size_t run = text_ascii_run(s + i, n - i);
                struct text_piece p;
                if (run > 0) {
                        cleaner.marks = 0;
                        cells += run;
                        i += run;
                } else {
                        i += piece_next(&cleaner, s + i, n - i, &p);
                        cells += p.cells;
                }
        }
        return cells;
}

size_t text_prefix(const char *s, size_t columns) {
        size_t n = s ? strlen(s) : 0, cells = 0, i = 0;
        while (i < n) {
                unsigned c;
                size_t used = text_decode(s + i, n - i, &c);
                int width = text_cells(c);
                if (width > 0 && cells + (size_t) width > columns)
                        break;
                cells += width > 0 ? (size_t) width : 0;
                i += used;
        }
        return i;
}

/* ---- figures ---- */

const char *text_size(char buffer[static 16], unsigned long long bytes) {
        static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
        double value = (double) bytes;
        size_t unit = 0;

        /* 999.5 would be shown as four digits */
        while (value >= 999.5 && unit + 1 < ELEMENTS(units)) {
                value /= 1000;
                unit++;
        }
        snprintf(buffer, 16, "%.3g %s", value, units[unit]);
        return buffer;
}

/* Spans below `below` seconds are said in units. */
static const struct span {
        long long below, unit;
        const char *one, *many;
} spans[] = {
        { 60, 1, "s", "s" },
        { 60 * 60, 60, "min", "min" },
        { 48 * 3600LL, 3600, "hour", "hours" },
        { 14 * 86400LL, 86400, "day", "days" },
        { 60 * 86400LL, 7 * 86400LL, "week", "weeks" },
        { 730 * 86400LL, 30 * 86400LL, "month", "months" },
        { INT64_MAX, 365 * 86400LL, "year", "years" },
};

static const struct span *text_span(long long seconds) {
        const struct span *span = spans;
        while (seconds >= span->below)
                span++;
        return span;
}

const char *text_age(char buffer[static 24], long long seconds) {
        if (seconds < 0)
                seconds = 0;
        const struct span *span = text_span(seconds);
        long long n = seconds / span->unit;
        snprintf(buffer, 24, "%lld %s", n, n == 1 ? span->one : span->many);
        return buffer;
}

long long text_age_left(long long seconds) {
        if (seconds < 0)
                return 1;
        const struct span *span = text_span(seconds);
        long long left = span->unit - seconds % span->unit, day = 86400;
        return left < day ? left : day;
}

/* ---- wrapping ---- */

/* A blank where a line may end; one with a combining mark would leave the mark without a base. */
static bool is_gap(const char *s, size_t n, size_t i) {
        unsigned next;
        if (s[i] != ' ')
                return false;
        return i + 1 >= n || (unsigned char) s[i + 1] < 0x80 ||
               text_decode(s + i + 1, n - i - 1, &next) == 0 || text_cells(next) != 0;
}

static void wrap_line(char ***list, const char *s, size_t n, size_t columns) {
        size_t start = 0;
        do {
                size_t cells = 0, end = start, blank = 0;
                while (end < n) {
                        unsigned c;
                        size_t used = text_decode(s + end, n - end, &c);
                        int width = text_cells(c);
                        if (is_gap(s, n, end))
                                blank = end;
                        if (width > 0 && cells + (size_t) width > columns && end > start)
                                break;
                        cells += width > 0 ? (size_t) width : 0;
                        end += used;
                }
                /* A break at a blank drops it and its neighbours; a word longer than the line is cut. */
                size_t stop = end < n && blank > start ? blank : end, next = stop;
                while (stop > start && is_gap(s, n, stop - 1) && next < n)
                        stop--;
                while (next < n && is_gap(s, n, next))
                        next++;
                strv_take(list, xstrndup(s + start, stop - start));
                start = next;
        } while (start < n);
}

char **text_wrap(const char *s, size_t columns) {
        char **list = NULL;
        while (s && *s) {
                const char *newline = strchrnul(s, '\n');
                wrap_line(&list, s, (size_t) (newline - s), columns ? columns : 1);
                s = *newline ? newline + 1 : newline;
        }
        return list;
}

bool text_is_utf8(const char *text, size_t n) {
        for (size_t i = text_ascii_run(text, n); i < n; i += text_ascii_run(text + i, n - i)) {
                unsigned c;
                size_t used = text_decode(text + i, n - i, &c);
                if (c == 0xfffd && !(used == 3 && memcmp(text + i, "\xef\xbf\xbd", 3) == 0))
                        return false;
                i += used;
        }
        return true;
}
