/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/widgets/keys.h"
#include "ui/widgets/term.h"

/* A terminal on a pty, whose other end is the test. */
struct line {
        int master;
        FILE *input, *output;
        struct term *term;
        char sent[8192];        /* what it was sent since the last look */
};

static void line_open(struct line *l, unsigned short rows, unsigned short columns) {
        const struct winsize size = { .ws_row = rows, .ws_col = columns };
        *l = (struct line) { .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK) };
        assert_true(l->master >= 0);
        assert_int_equal(grantpt(l->master), 0);
        assert_int_equal(unlockpt(l->master), 0);
        assert_int_equal(ioctl(l->master, TIOCSWINSZ, &size), 0);
        const char *name = ptsname(l->master);
        assert_non_null(l->input = fdopen(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC), "r"));
        assert_non_null(l->output = fdopen(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC), "w"));
        assert_int_equal(term_new(l->input, l->output, "vt220", 0, 0, &l->term, NULL), 0);
}

static void line_close(struct line *l) {
        term_free(l->term);
        fclose(l->input);
        fclose(l->output);
        close(l->master);
}

static const char *line_sent(struct line *l) {
        fflush(l->output);
        ssize_t n = read(l->master, l->sent, sizeof l->sent - 1);
        l->sent[n > 0 ? n : 0] = '\0';
        return l->sent;
}

/* The keys that these bytes are, and whether they changed the size. */
static bool line_types(struct line *l, const char *bytes, const int *keys) {
        bool resized = false;
        assert_int_equal(write(l->master, bytes, strlen(bytes)), (ssize_t) strlen(bytes));
        for (size_t i = 0; i == 0 || keys[i - 1] != KEY_NONE; i++)
                assert_int_equal(term_read_key(l->term, &resized), keys[i]);
        return resized;
}
#define KEYS(...) ((const int[]){ __VA_ARGS__, KEY_NONE })

#define QUESTION "\033[6n"

static void asks_with_the_first_key_where_nobody_knows_the_size(void **state) {
        struct line l;
        struct winsize size = {};
        line_open(&l, 0, 0);
        assert_int_equal(term_rows(l.term), 24);
        assert_null(strstr(line_sent(&l), QUESTION));
        assert_false(line_types(&l, "x", KEYS('x')));
        assert_non_null(strstr(line_sent(&l), QUESTION));
        assert_true(line_types(&l, "\033[31;97R", (const int[]) { KEY_NONE }));
        assert_int_equal(term_rows(l.term), 31);
        assert_int_equal(term_columns(l.term), 97);
        assert_int_equal(ioctl(l.master, TIOCGWINSZ, &size), 0);
        assert_int_equal(size.ws_row, 31);
        assert_int_equal(size.ws_col, 97);
        assert_false(line_types(&l, "y", KEYS('y')));
        assert_null(strstr(line_sent(&l), QUESTION));
        line_close(&l);
}

static void an_answer_in_pieces_is_one(void **state) {
        struct line l;
        line_open(&l, 0, 0);
        assert_false(line_types(&l, "x", KEYS('x')));
        assert_false(line_types(&l, "\033[31", (const int[]) { KEY_NONE }));
        assert_true(line_types(&l, ";97Rz", KEYS('z')));
        assert_int_equal(term_rows(l.term), 31);
        line_close(&l);
}

/* Nobody answers: what is typed meanwhile is keys. */
static void keys_are_keys_without_an_answer(void **state) {
        struct line l;
        line_open(&l, 0, 0);
        assert_false(line_types(&l, "x", KEYS('x')));
        assert_false(line_types(&l, "\033", KEYS(KEY_ESC)));
        assert_false(line_types(&l, "\033[A", KEYS(KEY_CURSOR_UP)));
        assert_false(line_types(&l, "\033[1q", KEYS(KEY_ESC, '[', '1', 'q')));
        assert_int_equal(term_rows(l.term), 24);
        line_close(&l);
}

static void a_size_that_is_known_is_not_asked_for(void **state) {
        struct line l;
        line_open(&l, 30, 90);
        assert_int_equal(term_rows(l.term), 30);
        assert_false(line_types(&l, "x", KEYS('x')));
        assert_null(strstr(line_sent(&l), QUESTION));
        line_close(&l);
}

/* Who has one of these goes on line by line (src/cli.c). */
static void without_a_cursor_it_draws_nothing(void **state) {
        static const char *const names[] = { "dumb", "unknown" };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_error_ struct error *e = NULL;
                struct term *term = NULL;
                FILE *input = fopen("/dev/null", "re"), *output = fopen("/dev/null", "we");
                assert_int_equal(term_new(input, output, names[i], 0, 0, &term, &e), -ENOTSUP);
                assert_non_null(strstr(e->message, names[i]));
                fclose(input);
                fclose(output);
        }
}

/* ncurses 6.4 keeps what it allots before newterm(3) refuses a terminal: no function frees it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
        return "leak:new_prescr\n";
}

int main(void) {
        setenv("ESCDELAY", "10", 1);
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(asks_with_the_first_key_where_nobody_knows_the_size),
                cmocka_unit_test(an_answer_in_pieces_is_one),
                cmocka_unit_test(keys_are_keys_without_an_answer),
                cmocka_unit_test(a_size_that_is_known_is_not_asked_for),
                cmocka_unit_test(without_a_cursor_it_draws_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
