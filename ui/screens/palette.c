/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Every command that works on the screen below, found by typing a part of its name or of what it does. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/field.h"

#define PALETTE_MAX 96

struct palette_state {
        struct screen *of;
        struct field field;
        struct {
                const struct binding *binding;
                bool menu;
        } items[PALETTE_MAX];
        size_t n;
        size_t shown[PALETTE_MAX], n_shown, at;
};

static void palette_add(struct palette_state *st, const struct binding *table, bool menu) {
        for (; table && table->key; table++) {
                /* Ways out of the palette are no commands to look for in it. */
                bool known = table->action == ACTION_NONE || table->action == ACTION_PALETTE || table->action == ACTION_BACK ||
                             table->action == ACTION_ESCAPE || table->action == ACTION_INTERRUPT ||
                             table->action == ACTION_MENU || !screen_can(st->of, table->action);
                for (size_t i = 0; i < st->n && !known; i++)
                        known = st->items[i].binding->action == table->action;
                if (known || st->n == PALETTE_MAX)
                        continue;
                st->items[st->n].binding = table;
                st->items[st->n++].menu = menu;
        }
}

static void palette_filter(struct palette_state *st) {
        const char *needle = field_text(&st->field);
        st->n_shown = st->at = 0;
        for (size_t i = 0; i < st->n; i++) {
                const struct action_row *row = action_row(st->items[i].binding->action);
                if (strcasestr(row->name, needle) || strcasestr(row->word, needle) || strcasestr(row->help, needle))
                        st->shown[st->n_shown++] = i;
        }
}

static int palette_open(struct screen *s, const void *arg, struct error **reterr) {
        struct palette_state *st = s->state;
        st->of = screen_under(s);
        if (!st->of)
                return error_set(reterr, -ENOENT, "There is nothing to give commands to");
        palette_add(st, st->of->class->bindings, false);
        palette_add(st, st->of->class->menu, true);
        palette_add(st, screen_widget_bindings(st->of), false);
        palette_add(st, ui_bindings(), false);
        palette_filter(st);
        return 0;
}

static void palette_close(struct screen *s) {
        struct palette_state *st = s->state;
        field_done(&st->field);
}

static int palette_rows(const struct screen *s, int columns) {
        return 1000;    /* all there is */
}

static void palette_draw(const struct screen *s, const struct canvas *c) {
        const struct palette_state *st = s->state;
        canvas_rule(c, 0, "Commands");
        canvas_text(c, 1, 2, 0, STYLE_STRONG, "Find:");
        field_draw(&st->field, c, 1, 8, c->columns - 10, STYLE_FIELD, '_', true);
        size_t rows = c->rows > 2 ? (size_t) c->rows - 2 : 0, top = st->at >= rows ? st->at - rows + 1 : 0;
        for (size_t i = top; i < st->n_shown && i - top < rows; i++) {
                int y = (int) (i - top) + 2;
                const struct binding *b = st->items[st->shown[i]].binding;
                bool focus = i == st->at;
                char key[16];
                canvas_text(c, y, 0, 1, STYLE_FOCUS, focus ? ">" : " ");
                canvas_text(c, y, 2, 16, focus ? STYLE_FOCUS : STYLE_PLAIN, action_row(b->action)->word);
                canvas_textf(c, y, 19, 9, STYLE_KEY, "%s%s", st->items[st->shown[i]].menu ? "x " : "", keys_name(b->key, key));
                canvas_text(c, y, 29, 0, STYLE_PLAIN, action_row(b->action)->help);
        }
        if (!st->n_shown)
                canvas_text(c, 2, 2, 0, STYLE_PLAIN, "No command has that in its name or its help.");
}

static void palette_status(const struct screen *s, struct str *out) {
        const struct palette_state *st = s->state;
        if (st->n_shown)
                str_addf(out, "Enter: %s.", action_row(st->items[st->shown[st->at]].binding->action)->help);
}

static bool palette_type(struct screen *s, int key) {
        struct palette_state *st = s->state;
        switch (key) {
        case KEY_CURSOR_UP:
                st->at -= st->at > 0;
                return true;
        case KEY_CURSOR_DOWN:
        case KEY_TAB:
                st->at += st->at + 1 < st->n_shown;
                return true;
        case KEY_RETURN:
                if (st->n_shown) {
                        struct screen *of = st->of;
                        enum action action = st->items[st->shown[st->at]].binding->action;
                        screen_close(s);
                        screen_act(of, action);
                }
                return true;
        case KEY_ERASE:
                if (!st->field.length) {
                        screen_close(s);
                        return true;
                }
                break;
        }
        if (!field_key(&st->field, key))
                return false;
        palette_filter(st);
        return true;
}

const struct screen_class palette_screen = {
        .name = "palette",
        .title = "Commands",
        .size = sizeof(struct palette_state),
        .overlay = true,
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "do it" },
                { KEY_ESC, ACTION_ESCAPE, "close" },
                {}
        },
        .open = palette_open,
        .close = palette_close,
        .draw = palette_draw,
        .status = palette_status,
        .rows = palette_rows,
        .type = palette_type,
};
