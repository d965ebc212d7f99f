/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/size.h"

#include <linux/kd.h>
#include <termios.h>
#include <unistd.h>

#include "backend/console/cmdline.h"

#define QUESTION "\0337\033[999;999H\033[6n\0338"
#define ANSWER_BYTES 256U
#define NUMBER_MAX 9999U

struct asking {
        struct op op;
        void (*done)(bool answered, const struct winsize *size, void *userdata);
        void *userdata;
        int fd;
        char bytes[ANSWER_BYTES];
        size_t n;
        sd_event_source *io, *timer;
};

bool size_is_asked(int fd, const char *term) {
        struct winsize size = {};
        char kind;
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
                return false;
        return ioctl(fd, KDGKBTYPE, &kind) < 0 && !str_equal(term, "dumb");
}

static bool size_word(char *const *words, const char *what, const char *name, unsigned short *ret) {
        _cleanup_free_ char *key = str_printf("systemd.tty.%s.%s", what, name);
        long long number;
        const char *value = cmdline_value(words, key);
        if (!value || str_to_int(value, 1, NUMBER_MAX, &number) < 0)
                return false;
        *ret = (unsigned short) number;
        return true;
}

bool size_of_words(char *const *words, const char *name, struct winsize *ret) {
        *ret = (struct winsize) {};
        return size_word(words, "rows", name, &ret->ws_row) &&
               size_word(words, "columns", name, &ret->ws_col);
}

/* The digits at *at, which goes behind them; 0: none, or too many. */
static unsigned size_number(const char **at, const char *end) {
        unsigned number = 0;
        for (; *at < end && **at >= '0' && **at <= '9'; ++*at)
                number = number <= NUMBER_MAX ? number * 10 + (unsigned) (**at - '0') : number;
        return number <= NUMBER_MAX ? number : 0;
}

bool size_read_answer(const char *bytes, size_t n, unsigned *ret_rows, unsigned *ret_columns) {
        const char *end = bytes + n;
        bool found = false;
        for (const char *at = bytes; at < end; at++) {
                if (*at != '\033' || end - at < 2 || at[1] != '[')
                        continue;
                const char *next = at + 2;
                unsigned rows = size_number(&next, end), columns = 0;
                if (next < end && *next == ';') {
                        next++;
                        columns = size_number(&next, end);
                        if (next < end && *next == 'R') {
                                *ret_rows = rows;
                                *ret_columns = columns;
                                found = true;
                        }
                }
        }
        return found;
}

static void size_drop(struct op *op) {
        struct asking *a = container_of(op, struct asking, op);
        a->io = sd_event_source_disable_unref(a->io);
        a->timer = sd_event_source_disable_unref(a->timer);
}

static void size_end(struct asking *a) {
        struct winsize size = { .ws_row = SIZE_ROWS, .ws_col = SIZE_COLUMNS };
        unsigned rows = 0, columns = 0;
        bool answered = size_read_answer(a->bytes, a->n, &rows, &columns) && rows >= SIZE_LEAST_ROWS &&
                        columns >= SIZE_LEAST_COLUMNS && rows != 999 && columns != 999;
        if (answered)
                size = (struct winsize) { .ws_row = (unsigned short) rows,
                                         .ws_col = (unsigned short) columns };
        op_end(&a->op);
        a->done(answered, &size, a->userdata);
}

static int size_on_input(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct asking *a = userdata;
        unsigned rows, columns;
        ssize_t n = read(fd, a->bytes + a->n, sizeof a->bytes - a->n);
        if (n > 0)
                a->n += (size_t) n;
        bool over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || a->n == sizeof a->bytes;
        if (over || size_read_answer(a->bytes, a->n, &rows, &columns))
                size_end(a);
        return 0;
}

static int size_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        size_end(userdata);
        return 0;
}

struct op *size_ask(sd_event *event, int fd,
                    void (*done)(bool answered, const struct winsize *size, void *userdata), void *userdata) {
        struct asking *a = new0(struct asking);
        *a = (struct asking) { .op.drop = size_drop, .done = done, .userdata = userdata, .fd = fd };
        (void) tcflush(fd, TCIFLUSH);
        (void) !write(fd, QUESTION, sizeof QUESTION - 1);
        (void) sd_event_add_io(event, &a->io, fd, EPOLLIN, size_on_input, a);
        (void) sd_event_add_time_relative(event, &a->timer, CLOCK_MONOTONIC, SIZE_WAIT_USEC, 1000,
                                          size_on_time, a);
        return &a->op;
}
