/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/widgets/term.h"

#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>

#include "base/text.h"
#include "ui/widgets/keys.h"

/* A position report is ESC [ rows ; columns R. */
#define REPLY_MAX 16
#define PROBE_MS 400
#define SIZE_MAX_CELLS 1000

struct term {
        FILE *input, *output;
        SCREEN *screen;
        WINDOW *keys;           /* a pad: wget_wch() on a window would refresh it */
        char *name;
        char *unknown;          /* the name that terminfo does not know; NULL */
        long speed;             /* of a serial line; 0: not one */
        bool fixed;             /* the size was given */
        bool suspended;
        bool ended;             /* the end of the input was reported */
        bool pushed_resize;

        int64_t probe_until;    /* CLOCK_MONOTONIC ms; 0: nothing was asked */
        int reply[REPLY_MAX];   /* a possible answer, else keys again */
        size_t n_reply;
        size_t give;            /* of reply, given back already; n_reply: none */
        bool giving;
};

static int64_t term_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Baud of a serial line. A pty and a virtual console report a speed too, but it means nothing there. */
static long term_find_speed(int fd) {
        struct stat st;
        struct termios tio;
        if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || tcgetattr(fd, &tio) < 0)
                return 0;
        unsigned major_number = major(st.st_rdev), minor_number = minor(st.st_rdev);
        bool pty = (major_number >= 136 && major_number <= 143) || major_number == 3 || major_number == 5;
        bool console = major_number == 4 && minor_number < 64;
        if (pty || console)
                return 0;
        static const struct { speed_t code; long baud;
        } speeds[] = {
                { B300, 300 },     { B600, 600 },       { B1200, 1200 },     { B2400, 2400 },
                { B4800, 4800 },   { B9600, 9600 },     { B19200, 19200 },   { B38400, 38400 },
                { B57600, 57600 }, { B115200, 115200 }, { B230400, 230400 },
        };
        for (size_t i = 0; i < ELEMENTS(speeds); i++)
                if (speeds[i].code == cfgetospeed(&tio))
                        return speeds[i].baud;
        return 0;
}

/* Sequences of modern emulators that the terminfo entries of vt100 and vt220 lack: most "vt220" lines have an
 * emulator at their other end. */
static const struct {
        const char *sequence;
        int code;
} more_keys[] = {
        { "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT },
        { "\033OA", KEY_UP }, { "\033OB", KEY_DOWN }, { "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT },
        { "\033[H", KEY_HOME }, { "\033[F", KEY_END }, { "\033OH", KEY_HOME }, { "\033OF", KEY_END },
        { "\033[1~", KEY_HOME }, { "\033[4~", KEY_END }, { "\033[7~", KEY_HOME }, { "\033[8~", KEY_END },
        { "\033[2~", KEY_IC }, { "\033[3~", KEY_DC }, { "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE },
        { "\033[Z", KEY_BTAB },
        { "\033OP", KEY_F(1) }, { "\033OQ", KEY_F(2) }, { "\033OR", KEY_F(3) }, { "\033OS", KEY_F(4) },
        { "\033[11~", KEY_F(1) }, { "\033[12~", KEY_F(2) }, { "\033[13~", KEY_F(3) }, { "\033[14~",
          KEY_F(4) },
        { "\033[15~", KEY_F(5) }, { "\033[17~", KEY_F(6) }, { "\033[18~", KEY_F(7) }, { "\033[19~",
          KEY_F(8) },
        { "\033[20~", KEY_F(9) }, { "\033[21~", KEY_F(10) }, { "\033[28~", KEY_HELP },
};

/* Ctrl-C, Ctrl-Z, Ctrl-\ and their kin are keys here; the rest of the line's settings stays as found,
 * XON/XOFF too. */
static void term_free_keys(const struct term *term) {
        int fd = isatty(fileno(term->output)) ? fileno(term->output) : fileno(term->input);
        struct termios tio;
        if (tcgetattr(fd, &tio) < 0)
                return;
        static const unsigned char free_these[] = { VINTR, VQUIT, VSUSP, VLNEXT, VDISCARD };
        for (size_t i = 0; i < ELEMENTS(free_these); i++)
                tio.c_cc[free_these[i]] = _POSIX_VDISABLE;
        if (tcsetattr(fd, TCSADRAIN, &tio) == 0)
                def_prog_mode();
}

static void term_set_up(struct term *term) {
        cbreak();
        noecho();
        nonl();
        intrflush(stdscr, FALSE);
        keypad(term->keys, TRUE);
        nodelay(term->keys, TRUE);
        /* The scroll optimiser works with whole lines: cheap on a slow line, ugly elsewhere. */
        idlok(stdscr, TRUE);
        leaveok(stdscr, FALSE);
        if (!term_slow(term))
                typeahead(-1);
        if (has_colors()) {
                start_color();
                use_default_colors();
        }
        for (size_t i = 0; i < ELEMENTS(more_keys); i++)
                if (!key_defined(more_keys[i].sequence))
                        define_key(more_keys[i].sequence, more_keys[i].code);
        term_free_keys(term);
}

static void term_send(const struct term *term, const char *bytes) {
        size_t n = strlen(bytes);
        if (write(fileno(term->output), bytes, n) < 0)
                return;         /* the line is gone: the keyboard reports it */
}

/* Lets the whole screen scroll again. Curses leaves margins where it scrolled a part; when the size is
 * another than it assumed, cursor movements stop at them and everything below is blocked. */
static void term_free_margins(const struct term *term) {
        const char *capability = tigetstr("csr");
        if (!capability || capability == (const char *) -1)
                return;
        const char *margins = tparm(capability, 0L, (long) LINES - 1);
        if (margins)
                term_send(term, margins);
}

bool term_attributes(const struct term *term) {
        return (termattrs() & (A_REVERSE | A_BOLD)) == (A_REVERSE | A_BOLD);
}

const char *term_unknown(const struct term *term) {
        return term->unknown;
}

int term_new(FILE *input, FILE *output, const char *name, unsigned rows, unsigned columns, struct term **ret,
             struct error **reterr) {
        if (!name)
                name = getenv("TERM");
        if (str_empty(name))
                name = "vt100";

        _cleanup_free_ struct term *term = new0(struct term);
        term->input = input;
        term->output = output;
        term->speed = term_find_speed(fileno(output));

        /* A lone Esc and the first byte of an arrow key look the same until this has passed: slow lines need
         * longer. */
        const char *delay = getenv("ESCDELAY");
        long long ms;
        set_escdelay(delay && str_to_int(delay, 1, 5000, &ms) == 0 ? (int) ms : term->speed ? 300 : 25);

        const char *const tries[] = { name, "vt220", "vt100", "ansi" };
        for (size_t i = 0; i < ELEMENTS(tries) && !term->screen; i++) {
                term->screen = newterm(tries[i], output, input);
                if (!term->screen)
                        continue;
                term->unknown = i ? xstrdup(name) : NULL;
                name = tries[i];
        }
        if (!term->screen) {
                error_set(reterr, -ENOTSUP, "The console cannot draw on a terminal of type \"%s\"", name);
                error_hint(reterr, "Set TERM to vt100, or use \"fairlead --plain\", which only writes lines");
                return -ENOTSUP;
        }
        set_term(term->screen);
        const char *moves = tigetstr("cup");
        if (!moves || moves == (const char *) -1) {
                reset_shell_mode();
                delscreen(term->screen);
                free(term->unknown);
                return error_set(reterr, -ENOTSUP, "A terminal of type \"%s\" cannot move its cursor", name);
        }
        term->name = xstrdup(name);
        term->keys = newpad(1, 1);
        if (!term->keys)
                oom();
        term_set_up(term);
        if (rows && columns) {
                term->fixed = true;
                term_set_size(term, rows, columns);
        } else
                term_resize(term);
        term_free_margins(term);        /* a console whose line dropped may have left some */
        *ret = TAKE(term);
        return 0;
}

struct term *term_free(struct term *term) {
        if (!term)
                return NULL;
        if (!term->suspended)
                endwin();
        if (term->keys)
                delwin(term->keys);
        delscreen(term->screen);
        FREE_ALL(term->name, term->unknown, term);
        return NULL;
}

void term_set_size(struct term *term, unsigned rows, unsigned columns) {
        int new_lines = clamp_int((int) rows, 1, SIZE_MAX_CELLS),
            new_columns = clamp_int((int) columns, 1, SIZE_MAX_CELLS);
        if (new_lines == LINES && new_columns == COLS)
                return;
        resizeterm(new_lines, new_columns);
        term_free_margins(term);
        /* Only the terminal knows the remains of the old size. */
        clearok(curscr, TRUE);
}

bool term_resize(struct term *term) {
        struct winsize size;
        int rows = LINES, columns = COLS;
        if (term->fixed || ioctl(fileno(term->output), TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
                return false;
        term_set_size(term, size.ws_row, size.ws_col);
        return rows != LINES || columns != COLS;
}

int term_rows(const struct term *term) {
        return LINES;
}

int term_columns(const struct term *term) {
        return COLS;
}

void term_probe(struct term *term) {
        struct winsize size;
        if (term->fixed || !isatty(fileno(term->output)))
                return;
        if (ioctl(fileno(term->output), TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col && !term->speed)
                return;
        /* To the farthest corner, report the position, and back. */
        static const char question[] = "\0337\033[999;999H\033[6n\0338";
        term_send(term, question);
        term->probe_until = term_ms() + PROBE_MS;
}

static int term_map(int code) {
        switch (code) {
        case KEY_UP: return KEY_CURSOR_UP;
        case KEY_DOWN: return KEY_CURSOR_DOWN;
        case KEY_LEFT: return KEY_CURSOR_LEFT;
        case KEY_RIGHT: return KEY_CURSOR_RIGHT;
        case KEY_PPAGE: return KEY_PAGE_UP;
        case KEY_NPAGE: return KEY_PAGE_DOWN;
        case KEY_HOME:
        case KEY_FIND: return KEY_TO_FIRST;
        case KEY_END:
        case KEY_SELECT: return KEY_TO_LAST;
        case KEY_BACKSPACE: return KEY_ERASE;
        case KEY_DC: return KEY_DELETE;
        case KEY_IC: return KEY_INSERT;
        case KEY_BTAB: return KEY_BACK_TAB;
        case KEY_ENTER: return KEY_RETURN;
        case KEY_HELP: return KEY_F1;
        case KEY_RESIZE: return KEY_RESIZED;
        default: return code >= KEY_F(1) && code <= KEY_F(12) ? KEY_F1 + code - KEY_F(1) : KEY_NONE;
        }
}

/* One key from curses: KEY_NONE: none, -1: one without a meaning here. */
static int term_take(struct term *term) {
        wint_t c = 0;
        int r = wget_wch(term->keys, &c);
        if (r == ERR)
                return KEY_NONE;
        if (r == KEY_CODE_YES) {
                int key = term_map((int) c);
                return key ? key : -1;
        }
        if (c == 8 || c == 127)
                return KEY_ERASE;
        if (c == '\n')
                return KEY_RETURN;
        return c == 0 || c > 0x10ffff ? -1 : (int) c;
}

/* Whether the other side hung up: readable, but nothing to read. */
static bool term_at_end(const struct term *term) {
        struct pollfd p = { .fd = fileno(term->input), .events = POLLIN };
        int waiting = 0;
        if (poll(&p, 1, 0) <= 0)
                return false;
        return p.revents & (POLLERR | POLLNVAL) || (ioctl(p.fd, FIONREAD, &waiting) == 0 && waiting == 0);
}

/* Feeds one key to a possible position report. Returns true when it was taken. */
static bool term_collect(struct term *term, int key, bool *ret_resized) {
        bool fits = term->n_reply == 0 ? key == KEY_ESC :
                    term->n_reply == 1 ? key == '[' :
                                         (key >= '0' && key <= '9') || key == ';' || key == 'R';
        if (!fits || term->n_reply == REPLY_MAX)
                return false;
        term->reply[term->n_reply++] = key;
        if (key != 'R')
                return true;

        unsigned values[2] = {}, which = 0;
        for (size_t i = 2; i + 1 < term->n_reply; i++) {
                if (term->reply[i] == ';')
                        which = 1;
                else if (values[which] < (unsigned) SIZE_MAX_CELLS)
                        values[which] = values[which] * 10 + (unsigned) (term->reply[i] - '0');
        }
        term->n_reply = 0;
        term->probe_until = 0;
        if (values[0] >= 2 && values[1] >= 2 && ((int) values[0] != LINES || (int) values[1] != COLS)) {
                term_set_size(term, values[0], values[1]);
                *ret_resized = true;
        }
        return true;
}

int term_read_key(struct term *term, bool *ret_resized) {
        for (;;) {
                if (term->giving) {
                        if (term->give < term->n_reply)
                                return term->reply[term->give++];
                        term->giving = false;
                        term->n_reply = term->give = 0;
                }
                int key = term_take(term);
                if (key == -1 || key == KEY_RESIZED)
                        continue;
                bool asked = term->probe_until && term_ms() < term->probe_until;
                if (key != KEY_NONE && (asked || term->n_reply) && term_collect(term, key, ret_resized))
                        continue;
                if (term->n_reply && (key != KEY_NONE || !asked)) {
                        /* Not an answer: the held bytes are keys. */
                        if (key != KEY_NONE && term->n_reply < REPLY_MAX)
                                term->reply[term->n_reply++] = key;
                        term->giving = true;
                        term->probe_until = 0;
                        continue;
                }
                if (key == KEY_NONE && !term->ended && term_at_end(term)) {
                        term->ended = true;
                        return KEY_END_OF_INPUT;
                }
                if (key != KEY_ESC)
                        return key;
                /* Esc and then a digit at once is that F key (Alt and the digit, or the two typed
                 * quickly). */
                int next = term_take(term);
                if (next >= '0' && next <= '9')
                        return next == '0' ? KEY_F1 + 9 : KEY_F1 + next - '1';
                if (next != KEY_NONE && next != -1) {
                        term->reply[0] = next;
                        term->n_reply = 1;
                        term->give = 0;
                        term->giving = true;
                }
                return KEY_ESC;
        }
}

void term_redraw(struct term *term) {
        term_free_margins(term);
        clearok(curscr, TRUE);
}

void term_suspend(struct term *term) {
        if (term->suspended)
                return;
        term->suspended = true;
        endwin();
}

/* Where a sequence asks for padding ("$<50>"), the line's own speed gives it. */
void term_clear(struct term *term) {
        const char *clear = tigetstr("clear");
        if (!clear || clear == (const char *) -1)
                return;
        _cleanup_free_ char *bare = xstrndup(clear, strcspn(clear, "$"));
        term_send(term, bare);
}

void term_write_line(struct term *term, const char *line) {
        _cleanup_free_ char *clean = text_cleaned(line);
        _cleanup_free_ char *whole = str_printf("%s\r\n", clean);
        term_send(term, whole);
}

void term_drop_keys(struct term *term) {
        struct pollfd p = { .fd = fileno(term->input), .events = POLLIN };
        char typed[256];
        while (poll(&p, 1, 0) > 0 && read(p.fd, typed, sizeof typed) > 0)
                ;
}

void term_resume(struct term *term) {
        if (!term->suspended)
                return;
        term->suspended = false;
        reset_prog_mode();
        term_free_keys(term);
        term_free_margins(term);
        clearok(curscr, TRUE);
        refresh();
        term_resize(term);
}

const char *term_name(const struct term *term) {
        return term->name;
}

int term_colours(const struct term *term) {
        return has_colors() ? COLORS : 0;
}

bool term_slow(const struct term *term) {
        return term->speed > 0 && term->speed <= 38400;
}

long term_speed(const struct term *term) {
        return term->speed;
}

bool term_utf8(const struct term *term) {
        return str_equal_nocase(nl_langinfo(CODESET), "UTF-8") && !str_starts(term->name, "vt");
}
