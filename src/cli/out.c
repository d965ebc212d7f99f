/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/out.h"

#include <ctype.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

/* Of tables in pipes: cells beyond the first stick out of their column, beyond the second they are cut. */
#define COLUMN_MAX 100U
#define CELL_COLUMNS_MAX 1000U

static void write_clean(FILE *f, const char *text, size_t n) {
        _cleanup_str_ struct str clean = {};
        text_clean(&clean, text, n, 0, TEXT_UTF8, true);
        if (clean.text)
                fwrite(clean.text, 1, clean.length, f);
}

/* One conversion of a format: "%-10s", "%02u", "%*zu". */
struct out_conversion {
        bool left, zero;
        int width, precision; /* -1: none */
        char length;          /* 'l', 'L' (ll), 'z', 'j' or 0 */
        char letter;
};

static int out_number(const char **at, va_list *arguments) {
        if (**at == '*') {
                ++*at;
                return va_arg(*arguments, int);
        }
        int n = 0;
        for (; isdigit((unsigned char) **at); ++*at)
                n = n * 10 + (**at - '0');
        return n;
}

/* Reads what is behind the "%", and moves *at past it. */
static struct out_conversion out_conversion_read(const char **at, va_list *arguments) {
        struct out_conversion c = { .precision = -1 };
        for (;; ++*at)
                if (**at == '-')
                        c.left = true;
                else if (**at == '0')
                        c.zero = true;
                else
                        break;
        c.width = out_number(at, arguments);
        if (**at == '.') {
                ++*at;
                c.precision = out_number(at, arguments);
        }
        while (**at && strchr("hlzj", **at)) {
                c.length = c.length == 'l' && **at == 'l' ? 'L' : **at;
                ++*at;
        }
        c.letter = **at;
        *at += **at != '\0';
        return c;
}

static long long out_signed(char length, va_list *arguments) {
        switch (length) {
        case 'L': return va_arg(*arguments, long long);
        case 'l': return va_arg(*arguments, long);
        case 'z': return va_arg(*arguments, ssize_t);
        case 'j': return va_arg(*arguments, intmax_t);
        default: return va_arg(*arguments, int);
        }
}

static unsigned long long out_unsigned(char length, va_list *arguments) {
        switch (length) {
        case 'L': return va_arg(*arguments, unsigned long long);
        case 'l': return va_arg(*arguments, unsigned long);
        case 'z': return va_arg(*arguments, size_t);
        case 'j': return va_arg(*arguments, uintmax_t);
        default: return va_arg(*arguments, unsigned);
        }
}

/* The argument as clean text of one line. */
static void out_argument(struct str *text, const struct out_conversion *c, va_list *arguments) {
        char letter;
        const char *s;
        switch (c->letter) {
        case 's':
                s = va_arg(*arguments, const char *);
                s = s ? s : "-";
                text_clean(text, s, c->precision < 0 ? strlen(s) : strnlen(s, (size_t) c->precision), 0,
                           TEXT_UTF8, false);
                break;
        case 'c':
                letter = (char) va_arg(*arguments, int);
                text_clean(text, &letter, 1, 0, TEXT_UTF8, false);
                break;
        case 'd':
        case 'i': str_addf(text, "%lld", out_signed(c->length, arguments)); break;
        case 'u': str_addf(text, "%llu", out_unsigned(c->length, arguments)); break;
        case 'x': str_addf(text, "%llx", out_unsigned(c->length, arguments)); break;
        default: str_add_char(text, '%'); break;
        }
}

static void out_print(FILE *f, const char *format, va_list arguments) {
        _cleanup_str_ struct str s = {};
        va_list rest;
        va_copy(rest, arguments);
        for (const char *at = format; *at;) {
                size_t plain = strcspn(at, "%");
                str_add_bytes(&s, at, plain);
                at += plain;
                if (!*at)
                        break;
                at++;
                const struct out_conversion c = out_conversion_read(&at, &rest);
                _cleanup_str_ struct str text = {};
                out_argument(&text, &c, &rest);
                size_t wide = text_width(text.text), room = c.width > 0 ? (size_t) c.width : 0;
                _cleanup_free_ char *argument = str_take(&text);
                for (size_t n = wide; !c.left && n < room; n++)
                        str_add_char(&s, c.zero ? '0' : ' ');
                str_add(&s, argument);
                for (size_t n = wide; c.left && n < room; n++)
                        str_add_char(&s, ' ');
        }
        va_end(rest);
        if (s.text)
                write_clean(f, s.text, s.length);
}

void out(const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        out_print(stdout, format, arguments);
        va_end(arguments);
}

void out_note(const char *format, ...) {
        va_list arguments;
        fflush(stdout); /* keeps the order where both go to one file */
        va_start(arguments, format);
        out_print(stderr, format, arguments);
        va_end(arguments);
}

void out_text(const char *text) {
        write_clean(stdout, text, strlen(text));
}

int out_json(char *text) {
        fputs(text, stdout);
        free(text);
        return 0;
}

void out_clear(void) {
        fputs("\x1b[H\x1b[2J", stdout);
}

void out_raw(const void *bytes, size_t n) {
        fwrite(bytes, 1, n, stdout);
}

void out_error(const struct error *e) {
        out_note("fairlead: %s\n", e->message);
        for (const struct error *cause = e->cause; cause; cause = cause->cause)
                out_note("  because: %s\n", cause->message);
        for (const struct error *with = e; with; with = with->cause)
                if (with->hint) {
                        out_note("  hint: %s\n", with->hint);
                        break;
                }
}

void out_table_row(struct out_table *t, ...) {
        va_list arguments;
        va_start(arguments, t);
        for (size_t i = 0; i < t->columns; i++) {
                const char *cell = va_arg(arguments, const char *);
                room_for_one((void **) &t->cells, t->n, sizeof *t->cells);
                _cleanup_str_ struct str text = {};
                cell = cell ? cell : "";
                text_clean(&text, cell, strlen(cell), CELL_COLUMNS_MAX, TEXT_UTF8, false);
                t->cells[t->n++] = str_take(&text);
        }
        va_end(arguments);
}

/* 0: unlimited (a pipe, a file). */
static size_t terminal_columns(void) {
        struct winsize size;
        if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
                return 0;
        return size.ws_col;
}

static void out_measure(const struct out_table *t, size_t *widths) {
        size_t total = 0, widest = 0;
        for (size_t i = 0; i < t->n; i++) {
                size_t w = text_width(t->cells[i]);
                if (w > COLUMN_MAX)
                        w = COLUMN_MAX;
                if (w > widths[i % t->columns])
                        widths[i % t->columns] = w;
        }
        for (size_t c = 0; c < t->columns; c++) {
                total += widths[c] + 2;
                if (widths[c] > widths[widest])
                        widest = c;
        }
        size_t room = terminal_columns();
        if (room >= 40 && total > room + 2 && widths[widest] > total - room - 2 + 8)
                widths[widest] -= total - room - 2;
}

void out_table_print(struct out_table *t) {
        size_t widths[16] = {};
        if (t->columns > ELEMENTS(widths))
                return;
        out_measure(t, widths);
        for (size_t i = 0; i < t->n; i++) {
                size_t column = i % t->columns;
                bool last = column == t->columns - 1;
                _cleanup_str_ struct str cell = {};
                /* In a pipe a wide one sticks out. */
                size_t most = out_is_terminal() && widths[column] ? widths[column] : CELL_COLUMNS_MAX;
                size_t cells = text_clean(&cell, t->cells[i], strlen(t->cells[i]), most, TEXT_UTF8, false);
                if (cell.text)
                        fwrite(cell.text, 1, cell.length, stdout);
                if (last)
                        fputc('\n', stdout);
                else
                        fprintf(stdout, "%*s  ", cells < widths[column] ? (int) (widths[column] - cells) : 0,
                                "");
        }
        while (t->n > 0)
                free(t->cells[--t->n]);
        free(t->cells);
        *t = (struct out_table) { .columns = t->columns };
}

bool out_is_terminal(void) {
        return isatty(STDOUT_FILENO);
}

bool in_is_terminal(void) {
        return isatty(STDIN_FILENO);
}

bool ask_line(const char *question, char line[static ASK_BYTES]) {
        out("\n%s", question);
        fflush(stdout);
        if (!fgets(line, ASK_BYTES, stdin)) {
                out("\n");
                return false;
        }
        line[strcspn(line, "\n")] = '\0';
        return true;
}

bool ask_is_yes(const char *line) {
        return STR_IN_SET(line, "yes", "y");
}

bool ask_yes(const char *question) {
        char line[ASK_BYTES];
        _cleanup_free_ char *text = str_printf("%s [yes/no] ", question);
        return ask_line(text, line) && ask_is_yes(line);
}
