/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/terminal.h"

#include <vterm.h>

#include "base/feed.h"

#define CELL_BYTES_MAX 32U
#define SEQUENCE_MAX 64U
#define NUMBERS_MAX 15U /* of one sequence */
#define DIGITS_MAX 3U   /* of a number: no side has more */
#define DIGITS_OF_MODES 4U
#define TEXT_PIECE 256U

enum { TEXT, ESCAPE, CONTROL, STRING, ENDED }; /* where in a sequence */

struct terminal {
        VTermAllocatorFunctions memory;
        VTerm *vterm;
        VTermScreen *screen;
        int at;
        char sequence[SEQUENCE_MAX + 1]; /* what there is of it */
        size_t length;
        char character[4], last[4]; /* the beginning of one; the last one that was drawn */
        size_t bytes, last_bytes;
        bool deaf; /* its questions have been asked before */
        void (*type)(const void *bytes, size_t n, void *userdata);
        void *userdata;
};

static void *terminal_memory(size_t size, void *userdata) {
        return xcalloc(1, size);
}

static void terminal_release(void *memory, void *userdata) {
        free(memory);
}

static void terminal_says(const char *bytes, size_t n, void *userdata) {
        struct terminal *t = userdata;
        if (!t->deaf)
                t->type(bytes, n, t->userdata);
}

static int terminal_side(int cells) {
        return cells < TERMINAL_SIDE_MIN   ? TERMINAL_SIDE_MIN
               : cells > TERMINAL_SIDE_MAX ? TERMINAL_SIDE_MAX
                                           : cells;
}

struct terminal *terminal_new(int rows, int columns,
                              void (*type)(const void *bytes, size_t n, void *userdata), void *userdata) {
        struct terminal *t = new0(struct terminal);
        t->memory = (VTermAllocatorFunctions){ terminal_memory, terminal_release };
        t->type = type;
        t->userdata = userdata;
        t->vterm = vterm_new_with_allocator(terminal_side(rows), terminal_side(columns), &t->memory, NULL);
        vterm_set_utf8(t->vterm, 1);
        vterm_output_set_callback(t->vterm, terminal_says, t);
        t->screen = vterm_obtain_screen(t->vterm);
        vterm_screen_enable_altscreen(t->screen, 1);
        vterm_screen_reset(t->screen, 1);
        return t;
}

struct terminal *terminal_free(struct terminal *terminal) {
        if (!terminal)
                return NULL;
        vterm_free(terminal->vterm);
        free(terminal);
        return NULL;
}

void terminal_resize(struct terminal *terminal, int rows, int columns) {
        vterm_set_size(terminal->vterm, terminal_side(rows), terminal_side(columns));
}

/* ---- output ---- */

/* Whether libvterm may have the sequence: 0.1.4 (Debian 12) writes behind its array from the 17th number. */
static bool terminal_harmless(const struct terminal *t) {
        size_t numbers = 1, digits = 0, most = t->sequence[2] == '?' ? DIGITS_OF_MODES : DIGITS_MAX;
        if (t->length == SEQUENCE_MAX)
                return false;
        for (size_t i = 1; i < t->length && numbers <= NUMBERS_MAX && digits <= most; i++) {
                char c = t->sequence[i];
                digits = c >= '0' && c <= '9' ? digits + 1 : 0;
                numbers += c == ';' || c == ':';
        }
        return numbers <= NUMBERS_MAX && digits <= most;
}

/* The state behind a byte of a sequence (ECMA-48, 5.3 to 5.6), which is collected. */
static int terminal_state(const struct terminal *t, unsigned char c) {
        bool cancelled = c == 0x18 || c == 0x1a;
        if (cancelled || (t->at == STRING && (c == '\a' || c == '\n')))
                return TEXT;
        if (t->at == STRING)
                return STRING;
        if (c < 0x20)
                return t->at;
        if (t->at == CONTROL)
                return c >= 0x20 && c < 0x40 ? CONTROL : ENDED;
        if (c == '[' && t->length == 2)
                return CONTROL;
        if (strchr("]PX^_", c) && t->length == 2)
                return STRING;
        return c < 0x30 ? ESCAPE : ENDED;
}

/* REP: the last character again. 0.1.4 never ends where there is none. */
static void terminal_repeat(struct terminal *t) {
        int rows, columns, times = atoi(t->sequence + 2);
        vterm_get_size(t->vterm, &rows, &columns);
        for (int i = 0; i < (times > 0 ? times : 1) && i < columns && t->last_bytes; i++)
                vterm_input_write(t->vterm, t->last, t->last_bytes);
}

/* Strings (titles, the clipboard, settings asked for) are dropped: no cell is in them, and 0.1.4 reads before
 * one whose end comes in another piece. Other sequences are handed on whole, so that no piece ends in one. */
static void terminal_sequence(struct terminal *t, unsigned char c) {
        if (c == '\033') {
                t->at = ESCAPE;
                t->length = 0;
        }
        if (t->at != STRING && (c >= 0x20 || c == '\033') && t->length < SEQUENCE_MAX)
                t->sequence[t->length++] = (char) c;
        if (c != '\033')
                t->at = terminal_state(t, c);
        if (t->at != ENDED)
                return;
        if (c == 'b' && t->sequence[1] == '[')
                terminal_repeat(t);
        else if (c < 0x7f && terminal_harmless(t)) {
                vterm_input_write(t->vterm, t->sequence, t->length);
                vterm_input_write(t->vterm, "\x18", 1); /* CAN: it reads "ESC SP [" as a beginning */
        }
        t->at = TEXT;
}

static void terminal_feed(struct terminal *t, const char *s, size_t n) {
        if (n > 0 && (unsigned char) s[n - 1] >= ' ') {
                t->last_bytes = s[n - 1] & 0x80 ? n : 1;
                memcpy(t->last, s + n - t->last_bytes, t->last_bytes);
        }
        for (size_t piece; n > 0; s += piece, n -= piece) {
                piece = n < TEXT_PIECE ? n : TEXT_PIECE;
                vterm_input_write(t->vterm, s, piece);
        }
}

/* A character that is not ASCII, or a byte of it. What is no UTF-8 overruns an array of 0.1.4, and marks on a
 * letter are kept there without a ceiling: only whole characters of a cell or two go in. */
static void terminal_character(struct terminal *t, char c) {
        unsigned code;
        t->character[t->bytes++] = c;
        if (text_incomplete(t->character, t->bytes) && t->bytes < sizeof t->character)
                return;
        size_t used = text_decode(t->character, t->bytes, &code);
        int cells = text_cells(code);
        if (cells > 0)
                terminal_feed(t, t->character, text_encode(t->character, code));
        else if (cells < 0)
                terminal_feed(t, "?", 1);
        t->bytes = 0;
        if (used > 0 && used < sizeof t->character && code == 0xfffd && (unsigned char) c >= 0xc0)
                t->character[t->bytes++] = c; /* it broke off the one before, and begins another */
}

void terminal_write(struct terminal *terminal, const void *bytes, size_t n, bool answer) {
        const char *s = bytes, *end = s + n;
        terminal->deaf = !answer;
        while (s < end) {
                const char *from = s;
                while (terminal->at == TEXT && s < end && *s != '\033' && !(*s & 0x80))
                        s++;
                if (s > from)
                        terminal->bytes = 0;
                terminal_feed(terminal, from, (size_t) (s - from));
                if (s == end)
                        break;
                if (terminal->at == TEXT && *s != '\033')
                        terminal_character(terminal, *s++);
                else
                        terminal_sequence(terminal, (unsigned char) *s++);
        }
        terminal->deaf = false;
}

/* ---- keys ---- */

static VTermKey terminal_named(int key) {
        static const struct {
                int key;
                VTermKey named;
        } rows[] = {
                { KEY_CURSOR_UP, VTERM_KEY_UP },     { KEY_CURSOR_DOWN, VTERM_KEY_DOWN },
                { KEY_CURSOR_LEFT, VTERM_KEY_LEFT }, { KEY_CURSOR_RIGHT, VTERM_KEY_RIGHT },
                { KEY_PAGE_UP, VTERM_KEY_PAGEUP },   { KEY_PAGE_DOWN, VTERM_KEY_PAGEDOWN },
                { KEY_TO_FIRST, VTERM_KEY_HOME },    { KEY_TO_LAST, VTERM_KEY_END },
                { KEY_ERASE, VTERM_KEY_BACKSPACE },  { KEY_DELETE, VTERM_KEY_DEL },
                { KEY_INSERT, VTERM_KEY_INS },       { KEY_BACK_TAB, VTERM_KEY_TAB },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (rows[i].key == key)
                        return rows[i].named;
        return key >= KEY_F1 && key <= KEY_F12 ? (VTermKey) VTERM_KEY_FUNCTION(key - KEY_F1 + 1)
                                               : VTERM_KEY_NONE;
}

void terminal_key(struct terminal *terminal, int key) {
        VTermKey named = terminal_named(key);
        if (named != VTERM_KEY_NONE) {
                vterm_keyboard_key(terminal->vterm, named,
                                   key == KEY_BACK_TAB ? VTERM_MOD_SHIFT : VTERM_MOD_NONE);
                return;
        }
        if (key <= 0 || key >= KEY_NAMED)
                return;
        char bytes[8]; /* not through libvterm, whose copies nobody wipes: it may be of a secret */
        terminal->type(bytes, text_encode(bytes, (unsigned) key), terminal->userdata);
        explicit_bzero(bytes, sizeof bytes);
}

/* ---- the screen ---- */

static int terminal_light(const struct terminal *t, VTermColor colour) {
        vterm_screen_convert_color_to_rgb(t->screen, &colour);
        return 3 * colour.rgb.red + 6 * colour.rgb.green + colour.rgb.blue;
}

/* 0 for a colour that no mark has. Colours 0 to 7 of ECMA-48 begin with black, those of marks end with it. */
static uint8_t terminal_colour(const VTermColor *colour) {
        if (!VTERM_COLOR_IS_INDEXED(colour) || VTERM_COLOR_IS_DEFAULT_FG(colour) ||
            VTERM_COLOR_IS_DEFAULT_BG(colour) || colour->indexed.idx >= 16)
                return 0;
        return colour->indexed.idx % 8 ? colour->indexed.idx % 8 : 8;
}

/* A mark has one colour: of the text, or, where the text is darker than what is behind it (the windows and
 * fields of dialogs), of what is behind it. */
static uint8_t terminal_mark(const struct terminal *t, const VTermScreenCell *cell) {
        const VTermColor *text = cell->attrs.reverse ? &cell->bg : &cell->fg,
                         *behind = cell->attrs.reverse ? &cell->fg : &cell->bg;
        bool dark = terminal_light(t, *text) < terminal_light(t, *behind);
        return (uint8_t) (terminal_colour(dark ? behind : text) | (dark ? MARK_REVERSE : 0) |
                          (cell->attrs.bold ? MARK_BOLD : 0) | (cell->attrs.underline ? MARK_UNDERLINE : 0));
}

/* A cell's characters, or its first one where the others would not stay in it, or "?". */
static void terminal_cell(const VTermScreenCell *cell, int width, struct str *out) {
        const size_t most[] = { VTERM_MAX_CHARS_PER_CELL, 1 };
        bool empty = !cell->chars[0] || cell->chars[0] == UINT32_MAX; /* or behind half a wide one */
        size_t before = out->length;
        for (size_t k = 0; k < ELEMENTS(most) && !empty; k++) {
                char raw[CELL_BYTES_MAX];
                size_t n = 0;
                for (size_t i = 0; i < most[k] && cell->chars[i] && n + 4 < sizeof raw; i++)
                        n += text_encode(raw + n, cell->chars[i]);
                if (text_clean(out, raw, n, 0, TEXT_UTF8, false) == (size_t) width)
                        return;
                str_cut(out, before);
        }
        str_add(out, empty ? (width == 2 ? "  " : " ") : width == 2 ? "??" : "?");
}

char *terminal_row(const struct terminal *terminal, int row, uint8_t **ret_marks) {
        _cleanup_str_ struct str text = {};
        int rows, columns;
        vterm_get_size(terminal->vterm, &rows, &columns);
        uint8_t *marks = xcalloc((size_t) columns + 1, CELL_BYTES_MAX);
        for (int column = 0; column < columns;) {
                VTermScreenCell cell = {};
                vterm_screen_get_cell(terminal->screen, (VTermPos){ row, column }, &cell);
                int width = cell.width == 2 && column + 1 < columns ? 2 : 1;
                size_t from = text.length;
                terminal_cell(&cell, width, &text);
                memset(marks + from, terminal_mark(terminal, &cell), text.length - from);
                column += width;
        }
        *ret_marks = marks;
        return str_take(&text);
}

void terminal_draw(const struct terminal *terminal, const struct canvas *c) {
        int rows, columns;
        VTermPos at;
        vterm_get_size(terminal->vterm, &rows, &columns);
        for (int row = 0; row < rows && row < c->rows; row++) {
                _cleanup_free_ uint8_t *marks = NULL;
                _cleanup_free_ char *text = terminal_row(terminal, row, &marks);
                canvas_marked(c, row, 0, text, marks, strlen(text), 0, 0, 0);
        }
        vterm_state_get_cursorpos(vterm_obtain_state(terminal->vterm), &at);
        if (at.row < c->rows && at.col < c->columns)
                canvas_cursor(c, at.row, at.col);
}
