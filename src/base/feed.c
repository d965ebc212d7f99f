/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/feed.h"

#include "base/sgr.h"
#include "base/text.h"

/* The longest cell: a character of four bytes and two combining marks. */
#define CELL_BYTES 12U
#define COMBINING_MAX 2
#define NO_BASE (-1)

/* One cell of a line that is being rewritten. The right half of a wide character has width 0 and no bytes. */
struct feed_cell {
        char bytes[CELL_BYTES];
        uint8_t length;
        uint8_t width;
        uint8_t mark;
};

enum state {
        GROUND,
        ESCAPE,
        ESCAPE_INTERMEDIATE,    /* ESC with 0x20 to 0x2f: one more byte, e.g. ESC ( B */
        CONTROL,                /* CSI */
        STRING,                 /* OSC, DCS, SOS, PM, APC */
        STRING_ESCAPE,          /* ESC within one: its end, or the next sequence */
};

struct feed {
        struct feed_sink sink;
        enum state state;
        char sequence[FEED_SEQUENCE_MAX];       /* of a CSI, after the "[" */
        size_t sequence_length;
        bool sequence_too_long;
        char partial[4];                        /* the beginning of a character at the end of a chunk */
        size_t partial_length;

        uint8_t mark;                           /* the current mark */
        size_t cursor;                          /* column, 0 to FEED_CELLS_MAX */
        size_t cells;                           /* columns of the line */
        int combining;                          /* marks on the character before the cursor, or NO_BASE */

        /* The line, in one of two shapes. Bytes: text and marks, appended to; while it is all ASCII (bytes ==
         * cells) it can be overwritten in place. Cells: after an overwrite in a line that is not ASCII. text
         * has the bytes of both after each feed_write(). marks is all zero unless marked. */
        bool in_cells;
        bool marked;
        size_t length;
        struct feed_cell *grid; /* FEED_CELLS_MAX of them; NULL until first needed */
        uint8_t marks[FEED_CELLS_MAX * CELL_BYTES + 1];
        char text[FEED_CELLS_MAX * CELL_BYTES + 1];
};

struct feed *feed_new(const struct feed_sink *sink) {
        struct feed *feed = new0(struct feed);
        feed->sink = *sink;
        feed->combining = NO_BASE;
        return feed;
}

struct feed *feed_free(struct feed *feed) {
        if (feed)
                free(feed->grid);
        free(feed);
        return NULL;
}

/* ---- the line ---- */

static void forget_line(struct feed *feed) {
        if (feed->marked)
                memset(feed->marks, 0, feed->length);
        feed->marked = false;
        feed->in_cells = false;
        feed->length = 0;
        feed->cells = 0;
        feed->text[0] = '\0';
}

static void bytes_from_cells(struct feed *feed) {
        if (feed->marked)
                memset(feed->marks, 0, feed->length);
        feed->length = 0;
        for (size_t i = 0; i < feed->cells; i++) {
                const struct feed_cell *cell = &feed->grid[i];
                memcpy(feed->text + feed->length, cell->bytes, cell->length);
                if (cell->mark != 0) {
                        memset(feed->marks + feed->length, cell->mark, cell->length);
                        feed->marked = true;
                }
                feed->length += cell->length;
        }
        feed->text[feed->length] = '\0';
}

static void cell_set(struct feed_cell *cell, const char *bytes, size_t length, int width, uint8_t mark) {
        memcpy(cell->bytes, bytes, length);
        cell->length = (uint8_t) length;
        cell->width = (uint8_t) width;
        cell->mark = mark;
}

static void cells_from_bytes(struct feed *feed) {
        if (feed->in_cells)
                return;
        if (!feed->grid)
                feed->grid = xcalloc(FEED_CELLS_MAX, sizeof *feed->grid);
        size_t column = 0, last = 0;
        for (size_t i = 0; i < feed->length;) {
                unsigned c;
                size_t used = text_decode(feed->text + i, feed->length - i, &c);
                int width = text_cells(c);
                if (width > 0) {
                        last = column;
                        cell_set(&feed->grid[column++], feed->text + i, used, width, feed->marks[i]);
                        if (width == 2)
                                cell_set(&feed->grid[column++], "", 0, 0, 0);
                } else {
                        struct feed_cell *base = &feed->grid[last];
                        memcpy(base->bytes + base->length, feed->text + i, used);
                        base->length = (uint8_t) (base->length + used);
                }
                i += used;
        }
        feed->in_cells = true;
}

static void end_line(struct feed *feed) {
        if (feed->in_cells)
                bytes_from_cells(feed);
        else
                feed->text[feed->length] = '\0';
        feed->sink.line(feed->text, feed->marks, feed->length, feed->sink.userdata);
        forget_line(feed);
        feed->cursor = 0;
        feed->combining = NO_BASE;
}

static void feed_append(struct feed *feed, const char *bytes, size_t n, size_t cells, uint8_t mark) {
        memcpy(feed->text + feed->length, bytes, n);
        if (mark != 0) {
                memset(feed->marks + feed->length, mark, n);
                feed->marked = true;
        }
        feed->length += n;
        feed->cells += cells;
}

/* Blanks up to the cursor, where it was moved beyond the end of the line. */
static void feed_pad(struct feed *feed) {
        while (feed->cells < feed->cursor)
                if (feed->in_cells)
                        cell_set(&feed->grid[feed->cells++], " ", 1, 1, 0);
                else
                        feed_append(feed, " ", 1, 1, 0);
}

/* A wide character that loses one half becomes a blank. */
static void split_wide(struct feed *feed, size_t column) {
        struct feed_cell *cell = &feed->grid[column];
        if (column > 0 && column < feed->cells && cell->width == 0) {
                cell_set(cell - 1, " ", 1, 1, cell[-1].mark);
                cell_set(cell, " ", 1, 1, cell[-1].mark);
        }
}

static void put_cells(struct feed *feed, const char *bytes, size_t length, int width) {
        size_t end = feed->cursor + (size_t) width;
        split_wide(feed, feed->cursor);
        if (end < feed->cells)
                split_wide(feed, end);
        cell_set(&feed->grid[feed->cursor], bytes, length, width, feed->mark);
        if (width == 2)
                cell_set(&feed->grid[feed->cursor + 1], "", 0, 0, 0);
        if (feed->cells < end)
                feed->cells = end;
        if (feed->mark != 0)
                feed->marked = true;
        feed->cursor = end;
}

/* One character of width 1 or 2 at the cursor. */
static void feed_put(struct feed *feed, const char *bytes, size_t length, int width) {
        if (feed->cursor + (size_t) width > FEED_CELLS_MAX)
                end_line(feed);
        feed_pad(feed);
        feed->combining = 0;
        if (!feed->in_cells && feed->cursor == feed->cells) {
                feed_append(feed, bytes, length, (size_t) width, feed->mark);
                feed->cursor += (size_t) width;
                return;
        }
        cells_from_bytes(feed);
        put_cells(feed, bytes, length, width);
}

static void feed_combine(struct feed *feed, const char *bytes, size_t length) {
        if (feed->combining == COMBINING_MAX)
                return;
        feed->combining++;
        if (!feed->in_cells && feed->cursor == feed->cells) {
                feed_append(feed, bytes, length, 0, feed->marks[feed->length - 1]);
                return;
        }
        cells_from_bytes(feed);
        size_t column = feed->cursor - 1;
        if (feed->grid[column].width == 0)
                column--;
        struct feed_cell *cell = &feed->grid[column];
        memcpy(cell->bytes + cell->length, bytes, length);
        cell->length = (uint8_t) (cell->length + length);
}

static void put_character(struct feed *feed, unsigned c) {
        char buffer[TEXT_ESCAPE_MAX];
        int cells = text_cells(c);
        if (cells > 0)
                feed_put(feed, buffer, text_encode(buffer, c), cells);
        else if (cells == 0 && feed->combining != NO_BASE)
                feed_combine(feed, buffer, text_encode(buffer, c));
        else {
                size_t n = text_escape(buffer, c);
                for (size_t i = 0; i < n; i++)
                        feed_put(feed, buffer + i, 1, 1);
                feed->combining = NO_BASE;
        }
}

/* Printable ASCII in one copy: nearly all output. */
static void put_run(struct feed *feed, const char *s, size_t n) {
        while (n > 0) {
                if (feed->cursor == FEED_CELLS_MAX)
                        end_line(feed);
                feed_pad(feed);
                size_t take = FEED_CELLS_MAX - feed->cursor;
                if (take > n)
                        take = n;
                if (!feed->in_cells && feed->cursor == feed->cells) {
                        feed_append(feed, s, take, take, feed->mark);
                        feed->cursor += take;
                } else if (!feed->in_cells && feed->length == feed->cells) {
                        memcpy(feed->text + feed->cursor, s, take);
                        if (feed->mark != 0 || feed->marked) {
                                memset(feed->marks + feed->cursor, feed->mark, take);
                                feed->marked = true;
                        }
                        feed->cursor += take;
                        if (feed->cells < feed->cursor)
                                feed->cells = feed->length = feed->cursor;
                } else
                        for (size_t i = 0; i < take; i++)
                                feed_put(feed, s + i, 1, 1);
                feed->combining = 0;
                s += take;
                n -= take;
        }
}

static void feed_erase(struct feed *feed, size_t from, size_t to) {
        if (to > feed->cells)
                to = feed->cells;
        if (from >= to)
                return;
        if (from == 0 && to == feed->cells) {
                forget_line(feed);
                return;
        }
        if (!feed->in_cells && feed->length == feed->cells) {
                /* Zeroed to the old end, since marks beyond the line are zero. */
                memset(feed->marks + from, 0, to - from);
                if (to == feed->cells)
                        feed->cells = feed->length = from;
                else
                        memset(feed->text + from, ' ', to - from);
                return;
        }
        cells_from_bytes(feed);
        split_wide(feed, from);
        if (to < feed->cells)
                split_wide(feed, to);
        for (size_t i = from; i < to; i++)
                cell_set(&feed->grid[i], " ", 1, 1, 0);
        if (to == feed->cells)
                feed->cells = from;
}

static void delete_cells(struct feed *feed, size_t n) {
        if (feed->cursor >= feed->cells)
                return;
        size_t rest = feed->cells - feed->cursor;
        if (n >= rest) {
                feed_erase(feed, feed->cursor, feed->cells);
                return;
        }
        cells_from_bytes(feed);
        split_wide(feed, feed->cursor);
        split_wide(feed, feed->cursor + n);
        memmove(&feed->grid[feed->cursor], &feed->grid[feed->cursor + n], (rest - n) * sizeof *feed->grid);
        feed->cells -= n;
}

/* ---- sequences ---- */

static void control_sequence(struct feed *feed, char final) {
        struct sgr p;
        if (feed->sequence_too_long || !sgr_read(feed->sequence, feed->sequence_length, &p))
                return;
        if (final == 'm') {
                feed->mark = sgr_apply(&p, feed->mark);
                return;
        }
        size_t first = p.value[0], one = first == 0 ? 1 : first;
        switch (final) {
        case 'C':
                feed->cursor = feed->cursor + one > FEED_CELLS_MAX ? FEED_CELLS_MAX : feed->cursor + one;
                break;
        case 'D': feed->cursor -= feed->cursor < one ? feed->cursor : one; break;
        case 'G': feed->cursor = one > FEED_CELLS_MAX ? FEED_CELLS_MAX : one - 1; break;
        case 'K':
                if (first <= 2)
                        feed_erase(feed, first == 0 ? feed->cursor : 0,
                                   first == 1 ? feed->cursor + 1 : feed->cells);
                break;
        case 'X': feed_erase(feed, feed->cursor, feed->cursor + one); break;
        case 'P': delete_cells(feed, one); break;
        default: return;
        }
        feed->combining = NO_BASE;
}

/* C0 controls; they also act in the midst of a sequence, as on a terminal. */
static void feed_control(struct feed *feed, unsigned char c) {
        switch (c) {
        case '\n':
        case '\v':
        case '\f':
                end_line(feed);
                if (feed->mark == MARK_OWN)
                        feed->mark = 0;
                return;
        case FEED_OWN:
                feed_flush(feed);
                feed->mark = MARK_OWN;
                return;
        case '\r': feed->cursor = 0; break;
        case '\b': feed->cursor -= feed->cursor > 0 ? 1 : 0; break;
        case '\t':
                feed->cursor = feed->cursor / 8 * 8 + 8;
                if (feed->cursor > FEED_CELLS_MAX)
                        feed->cursor = FEED_CELLS_MAX;
                break;
        case '\0':
        case '\a':
        case 0x0e:
        case 0x0f:
        case 0x7f: return;
        default:
                put_character(feed, c);
                return;
        }
        feed->combining = NO_BASE;
}

static void begin_escape(struct feed *feed) {
        feed->state = ESCAPE;
        feed->sequence_length = 0;
        feed->sequence_too_long = false;
}

static bool is_cancel(unsigned char c) {
        return c == 0x18 || c == 0x1a;          /* CAN, SUB */
}

static void after_escape(struct feed *feed, unsigned char c) {
        switch (c) {
        case '[': feed->state = CONTROL; break;
        case ']': case 'P': case 'X': case '^': case '_': feed->state = STRING; break;
        default: feed->state = c >= 0x20 && c <= 0x2f ? ESCAPE_INTERMEDIATE : GROUND;
        }
}

/* One byte of a sequence. Whether it is used; else it belongs to the state GROUND. */
static bool sequence_byte(struct feed *feed, unsigned char c) {
        if (c == FEED_OWN) {
                feed_control(feed, c);
                return true;
        }
        if (feed->state == STRING_ESCAPE && c != '\\' && c != '\n')
                begin_escape(feed);
        if (feed->state == STRING || feed->state == STRING_ESCAPE) {
                feed->state = feed->state == STRING && c == 0x1b ? STRING_ESCAPE
                              : feed->state == STRING_ESCAPE || c == '\a' || c == '\n' || is_cancel(c)
                                      ? GROUND
                                      : STRING;
                return c != '\n';
        }
        if (c == 0x1b)
                begin_escape(feed);
        else if (c >= 0x80 || is_cancel(c))
                feed->state = GROUND;
        else if (c < 0x20 || c == 0x7f)
                feed_control(feed, c);
        else if (feed->state == ESCAPE)
                after_escape(feed, c);
        else if (feed->state == ESCAPE_INTERMEDIATE)
                feed->state = c <= 0x2f ? ESCAPE_INTERMEDIATE : GROUND;
        else if (c >= 0x40) {
                feed->state = GROUND;
                control_sequence(feed, (char) c);
        } else if (feed->sequence_length < FEED_SEQUENCE_MAX)
                feed->sequence[feed->sequence_length++] = (char) c;
        else
                feed->sequence_too_long = true;
        return c < 0x80;
}

/* One character of the ground state, or a control. The bytes it took; 0: more are needed. */
static size_t feed_ground(struct feed *feed, const char *s, size_t n) {
        unsigned char first = (unsigned char) s[0];
        if (first == 0x1b)
                begin_escape(feed);
        else if (first < 0x20 || first == 0x7f)
                feed_control(feed, first);
        else if (text_incomplete(s, n))
                return 0;
        else {
                unsigned c;
                size_t used = text_decode(s, n, &c);
                put_character(feed, c);
                return used;
        }
        return 1;
}

/* Completes a character of the previous chunk. The bytes that it needed of the n. */
static size_t finish_partial(struct feed *feed, const char *s, size_t n) {
        size_t before = feed->partial_length, more = 0;
        while (feed->partial_length < sizeof feed->partial && more < n &&
               text_incomplete(feed->partial, feed->partial_length))
                feed->partial[feed->partial_length++] = s[more++];
        size_t used = feed_ground(feed, feed->partial, feed->partial_length);
        if (used == 0)
                return more;
        /* A broken character ends before the byte that broke it, which is still to be read. */
        feed->partial_length = 0;
        return used - before;
}

void feed_write(struct feed *feed, const void *bytes, size_t n) {
        const char *s = bytes;
        size_t i = feed->partial_length > 0 && n > 0 ? finish_partial(feed, s, n) : 0;
        while (i < n) {
                size_t run = feed->state == GROUND ? text_ascii_run(s + i, n - i) : 0;
                if (feed->state != GROUND)
                        i += sequence_byte(feed, (unsigned char) s[i]);
                else if (run > 0) {
                        put_run(feed, s + i, run);
                        i += run;
                } else {
                        size_t used = feed_ground(feed, s + i, n - i);
                        if (used == 0) {
                                feed->partial_length = n - i;
                                memcpy(feed->partial, s + i, n - i);
                                break;
                        }
                        i += used;
                }
        }
        if (feed->in_cells)
                bytes_from_cells(feed);
        else
                feed->text[feed->length] = '\0';
}

void feed_pending(const struct feed *feed, const char **ret_text, const uint8_t **ret_marks,
                  size_t *ret_bytes) {
        *ret_text = feed->text;
        *ret_marks = feed->marks;
        *ret_bytes = feed->length;
}

void feed_flush(struct feed *feed) {
        if (feed->partial_length > 0)
                put_character(feed, 0xfffd);
        feed->partial_length = 0;
        feed->state = GROUND;
        if (feed->length > 0 || feed->cells > 0)
                end_line(feed);
        feed->cursor = 0;
        feed->combining = NO_BASE;
}
