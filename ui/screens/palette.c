/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Every command of the screen below, found by typing a part of its name or of its help. */

#include "ui/widgets/field.h"

#define PALETTE_MAX 96

struct palette_state {
        struct screen *of;
        struct field field;
        struct palette_item {
                const struct binding *binding;
                bool menu;
        } items[PALETTE_MAX];
        size_t n;
};

static const struct action_row *palette_row(const struct screen *s, size_t row) {
        const struct palette_state *st = s->state;
        return action_row(row == LIST_NONE ? ACTION_NONE : st->items[row].binding->action);
}

static const struct column columns[] = {
        { "COMMAND", 15, 16, 0 },
        { "KEY", 6, 8, 0 },
        { "WHAT IT DOES", 12, 50, 0, .grow = true },
};

static void palette_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct palette_state *st = s->state;
        char key[16];
        switch (column) {
        case 0: ret->text = palette_row(s, row)->word; break;
        case 1:
                snprintf(ret->buffer, sizeof ret->buffer, "%s%s", st->items[row].menu ? "x " : "",
                         keys_name(st->items[row].binding->key, key));
                ret->text = ret->buffer;
                ret->style = STYLE_KEY;
                break;
        default:
                ret->text = palette_row(s, row)->help;
        }
}

static const char *palette_identity(const void *owner, size_t row) {
        return palette_row(owner, row)->name;
}

static bool palette_matches(const void *owner, size_t row, const char *needle) {
        const struct action_row *action = palette_row(owner, row);
        return strcasestr(action->name, needle) || strcasestr(action->word, needle) ||
               strcasestr(action->help, needle);
}

static const struct list_source palette_source = {
        .bare = true,
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = palette_cell,
        .identity = palette_identity,
        .matches = palette_matches,
};

static void palette_add(struct palette_state *st, const struct binding *table, bool menu) {
        for (; table && table->key; table++) {
                enum action action = table->action;
                /* Ways out of the palette are not offered in it. */
                bool known = action == ACTION_NONE || action == ACTION_PALETTE || action == ACTION_BACK ||
                             action == ACTION_ESCAPE || action == ACTION_INTERRUPT || action == ACTION_MENU ||
                             !screen_can(st->of, action);
                for (size_t i = 0; i < st->n && !known; i++)
                        known = st->items[i].binding->action == action;
                if (!known && st->n < PALETTE_MAX)
                        st->items[st->n++] = (struct palette_item) { table, menu };
        }
}

static void palette_open(struct screen *s, const void *arg) {
        struct palette_state *st = s->state;
        st->of = screen_under(s);
        if (st->of->list)
                list_stay(st->of->list);
        palette_add(st, st->of->class->bindings, false);
        palette_add(st, st->of->class->menu, true);
        palette_add(st, screen_widget_bindings(st->of), false);
        palette_add(st, ui_bindings(), false);
        list_set(s->list, st->n);
}

static void palette_close(struct screen *s) {
        struct palette_state *st = s->state;
        field_done(&st->field);
}

static void palette_draw(struct screen *s, const struct canvas *c) {
        const struct palette_state *st = s->state;
        struct canvas rows = canvas_part(c, 2, 0, -1, -1);
        canvas_rule(c, 0, "Commands");
        canvas_text(c, 1, 2, 0, STYLE_STRONG, "Find:");
        list_draw(s->list, &rows);
        if (!s->list->shown)
                canvas_paragraph(&rows, 0, 2, c->columns - 4, STYLE_PLAIN, "No command matches.");
        /* The cursor is in the field until the person goes down into the list. */
        field_draw(&st->field, c, 1, 8, c->columns - 10, STYLE_FIELD, '_', s->list->at == 0);
}

static void palette_status(const struct screen *s, struct str *out) {
        size_t row = list_settled_row(s->list);
        if (row != LIST_NONE)
                str_addf(out, "Enter: %s.", palette_row(s, row)->help);
}

static bool palette_type(struct screen *s, int key) {
        struct palette_state *st = s->state;
        size_t row = list_row(s->list);
        if (key == KEY_RETURN && row != LIST_NONE) {
                screen_close(s);        /* s lives until the ui has its turn */
                screen_act(st->of, st->items[row].binding->action);
        }
        if (key == KEY_RETURN)
                return true;
        if (key == KEY_ERASE && !st->field.length) {
                screen_close(s);
                return true;
        }
        if (!field_key(&st->field, key))
                return key >= ' ' && key < KEY_NAMED;   /* letters are text, also refused ones */
        list_filter(s->list, field_text(&st->field));
        list_act(s->list, ACTION_FIRST);
        list_settle(s->list);
        return true;
}

static bool palette_act(struct screen *s, enum action action) {
        if (action == ACTION_NEXT_FIELD || action == ACTION_PREVIOUS_FIELD)
                return list_act(s->list, action == ACTION_NEXT_FIELD ? ACTION_DOWN : ACTION_UP);
        if (action != ACTION_ESCAPE)
                return false;
        screen_close(s);        /* not only its filter */
        return true;
}

const struct screen_class palette_screen = {
        .name = "palette",
        .title = "Commands",
        .size = sizeof(struct palette_state),
        .overlay = true,
        .source = &palette_source,
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "do it" }, { KEY_ESC, ACTION_ESCAPE, "close" },
                { KEY_TAB, ACTION_NEXT_FIELD, NULL, true },
                { KEY_BACK_TAB, ACTION_PREVIOUS_FIELD, NULL, true }, {}
        },
        .open = palette_open,
        .close = palette_close,
        .draw = palette_draw,
        .status = palette_status,
        .act = palette_act,
        .type = palette_type,
};
