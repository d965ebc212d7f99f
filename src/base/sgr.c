/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sgr.h"

#include "base/feed.h"

/* The eight colours of ECMA-48 as marks: 30 is black, and 0 must stay "none". */
static uint8_t colour_of(unsigned n) {
        n &= 7;
        return (uint8_t) (n == 0 ? 8 : n);
}

/* The nearest of the eight colours: the bright ones of red, green and blue. */
static uint8_t colour_near(unsigned red, unsigned green, unsigned blue) {
        unsigned most = red > green ? red : green;
        if (blue > most)
                most = blue;
        unsigned edge = most < 64 ? 64 : most / 2 + 1;
        return colour_of((red >= edge ? 1U : 0) | (green >= edge ? 2U : 0) | (blue >= edge ? 4U : 0));
}

static uint8_t colour_of_256(unsigned n) {
        if (n < 16)
                return colour_of(n);
        if (n >= 232)
                return colour_of(n < 244 ? 0 : 7);
        n -= 16;
        return colour_near(n / 36 * 51, n / 6 % 6 * 51, n % 6 * 51);
}

/* 38;5;N and 38;2;R;G;B (or with colons: 2::R:G:B has an empty colour space). Returns the parameters used. */
static size_t extended_colour(const unsigned *p, const bool *joined, size_t n, uint8_t *ret) {
        size_t end = 1, i = 2;
        *ret = 0;
        if (n < 2)
                return n;
        while (end < n && joined[end])
                end++;
        bool colons = end > 1;
        if (!colons)
                end = p[1] == 5 ? 3 : p[1] == 2 ? 5 : 2;
        if (end > n)
                return n;
        if (p[1] == 5 && end >= 3)
                *ret = colour_of_256(p[2] > 255 ? 255 : p[2]);
        if (colons && end >= 6)
                i = 3;
        if (p[1] == 2 && end >= i + 3)
                *ret = colour_near(p[i], p[i + 1], p[i + 2]);
        return end;
}

/* One parameter that is neither 38 nor 48. off: it says ":0" (as in 4:0, no underline). */
static uint8_t apply_one(uint8_t mark, unsigned v, bool off) {
        unsigned set = 0, clear = 0;
        switch (v) {
        case 0: clear = 0xff; break;
        case 1: set = MARK_BOLD; break;
        case 2: set = MARK_DIM; break;
        case 4:
        case 21:
                set = off ? 0 : MARK_UNDERLINE;
                clear = off ? MARK_UNDERLINE : 0;
                break;
        case 7: set = MARK_REVERSE; break;
        case 22: clear = MARK_BOLD | MARK_DIM; break;
        case 24: clear = MARK_UNDERLINE; break;
        case 27: clear = MARK_REVERSE; break;
        case 39: clear = MARK_COLOUR; break;
        default:
                if ((v >= 30 && v <= 37) || (v >= 90 && v <= 97)) {
                        clear = MARK_COLOUR;
                        set = colour_of(v % 10);
                }
        }
        return (uint8_t) ((mark & ~clear) | set);
}

uint8_t sgr_apply(const struct sgr *sgr, uint8_t mark) {
        for (size_t i = 0; i < sgr->n; i++) {
                const unsigned *p = sgr->value + i;
                const bool *joined = sgr->joined + i;
                size_t left = sgr->n - i;

                if (p[0] == 38 || p[0] == 48) {
                        uint8_t colour;
                        i += extended_colour(p, joined, left, &colour) - 1;
                        if (p[0] == 38)
                                mark = (uint8_t) ((mark & ~MARK_COLOUR) | colour);
                        continue;
                }
                mark = apply_one(mark, p[0], left > 1 && joined[1] && p[1] == 0);
                while (i + 1 < sgr->n && sgr->joined[i + 1])
                        i++;
        }
        return mark;
}

bool sgr_read(const char *s, size_t n, struct sgr *ret) {
        struct sgr p = { .n = 1 };
        for (size_t i = 0; i < n; i++) {
                unsigned *last = &p.value[p.n - 1];
                if (s[i] >= '0' && s[i] <= '9') {
                        if (*last < 10000)
                                *last = *last * 10 + (unsigned) (s[i] - '0');
                } else if ((s[i] == ';' || s[i] == ':') && p.n < SGR_PARAMETERS_MAX)
                        p.joined[p.n++] = s[i] == ':';
                else
                        return false;
        }
        *ret = p;
        return true;
}
