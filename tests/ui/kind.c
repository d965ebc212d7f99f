/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/kind.h"

#include <unistd.h>

#include "tests/ui/cells.h"

/* ---- keys ---- */

static bool kind_has_key(int key) {
        if (key == KEY_CTRL('S') || key == KEY_CTRL('Q'))
                return false;
        return (key > 0 && key < 127) || key == KEY_ERASE || (key >= KEY_CURSOR_UP && key <= KEY_CURSOR_RIGHT);
}

/* Shortcuts of modern keyboards for what other keys reach as well. */
static const enum action by_other_ways[] = {
        ACTION_PREVIOUS_PLACE,  /* Tab goes round, and 1 to 5 go there */
        ACTION_PREVIOUS_FIELD,  /* Up, Left, or Tab round */
};

char *kind_keys_complaint(const struct ui *ui) {
        const struct screen_class *class = ui->top->class;
        const struct binding *const tables[] = { class->bindings, class->menu, screen_widget_bindings(ui->top), ui_bindings(),
                                                 ui_moving_bindings() };
        for (size_t t = 0; t < ELEMENTS(tables); t++)
                for (const struct binding *b = tables[t]; b && b->key; b++) {
                        bool reached = kind_has_key(b->key);
                        for (size_t i = 0; i < ELEMENTS(by_other_ways); i++)
                                reached = reached || b->action == by_other_ways[i];
                        for (size_t u = 0; u < ELEMENTS(tables); u++)
                                for (const struct binding *other = tables[u]; other && other->key && !reached; other++)
                                        reached = other->action == b->action && kind_has_key(other->key);
                        char name[16];
                        if (!reached)
                                return str_printf("a vt100 has no key for \"%s\" of %s, only others have: %s",
                                                  action_row(b->action)->word, class->name, keys_name(b->key, name));
                }
        return NULL;
}

/* ---- screens ---- */

void kind_answer(const void *bytes, size_t n, void *userdata) {
}

static char *kind_row(const struct ui *ui, int row) {
        struct str s = {};
        for (int x = 0; x < term_columns(ui->term); x++) {
                char text[32];
                enum style style;
                screen_cell(&ui->theme, row, x, text, &style);
                str_add(&s, text);
        }
        return str_take(&s);
}

/* Without the blanks at its end. */
static void kind_trim(char *row) {
        for (size_t n = strlen(row); n && row[n - 1] == ' '; n--)
                row[n - 1] = '\0';
}

char *kind_complaint(const struct ui *ui, struct terminal *screen, int output, off_t *shown) {
        char bytes[16384];
        for (ssize_t n; (n = pread(output, bytes, sizeof bytes, *shown)) > 0; *shown += n)
                terminal_write(screen, bytes, (size_t) n, false);
        for (int y = 0; y < term_rows(ui->term); y++) {
                _cleanup_free_ uint8_t *marks = NULL;
                _cleanup_free_ char *seen = terminal_row(screen, y, &marks), *meant = kind_row(ui, y);
                kind_trim(seen);
                kind_trim(meant);
                if (!str_equal(seen, meant))
                        return str_printf("a %s shows in row %d\n  %s\nfor\n  %s", term_name(ui->term), y + 1, seen, meant);
        }
        return NULL;
}

char *kind_sections(const char *golden) {
        struct str s = {};
        bool wanted = false;
        str_add(&s, "");
        for (const char *line = golden, *end; *line; line = end) {
                end = line + strcspn(line, "\n");
                end += *end == '\n';
                _cleanup_free_ char *text = xstrndup(line, (size_t) (end - line));
                if (str_starts(text, "== "))
                        wanted = strstr(text, ": vt220 ") && strstr(text, " basic, cursor at ");
                if (wanted)
                        str_add(&s, text);
        }
        return str_take(&s);
}

char *kind_unnamed(const char *row, const char *kind) {
        _cleanup_free_ char *name = str_printf("display, %s, ", kind);
        const char *at = strstr(row, name);
        return at ? str_printf("%.*sdisplay, vt220, %s", (int) (at - row), row, at + strlen(name)) : xstrdup(row);
}
