/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/out.h"

#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

static void write_clean(FILE *f, const char *text, size_t n) {
        _cleanup_str_ struct str clean = {};
        text_clean(&clean, text, n, 0, TEXT_UTF8, true);
        if (clean.text)
                fwrite(clean.text, 1, clean.length, f);
}

static void out_print(FILE *f, const char *format, va_list arguments) {
        _cleanup_str_ struct str s = {};
        str_vaddf(&s, format, arguments);
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

int out_json(char *text) {
        fputs(text, stdout);
        free(text);
        return 0;
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
                        out_note("  try: %s\n", with->hint);
                        break;
                }
}

void out_table_row(struct out_table *t, ...) {
        va_list arguments;
        va_start(arguments, t);
        for (size_t i = 0; i < t->columns; i++) {
                const char *cell = va_arg(arguments, const char *);
                room_for_one((void **) &t->cells, t->n, sizeof *t->cells);
                t->cells[t->n++] = text_cleaned(cell ? cell : "");
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
                size_t cells = text_clean(&cell, t->cells[i], strlen(t->cells[i]),
                                          widths[column] ? widths[column] : 1, TEXT_UTF8, false);
                if (cell.text)
                        fwrite(cell.text, 1, cell.length, stdout);
                if (last)
                        fputc('\n', stdout);
                else
                        fprintf(stdout, "%*s", (int) (widths[column] - cells + 2), "");
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

bool ask_yes(const char *question) {
        out("%s [yes/no] ", question);
        fflush(stdout);
        char line[16];
        if (!fgets(line, sizeof line, stdin)) {
                out("\n");
                return false;
        }
        line[strcspn(line, "\n")] = '\0';
        return strcmp(line, "yes") == 0 || strcmp(line, "y") == 0;
}
