/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/dialog.h"

/* Things to choose from: letter, word, help; the actions for the focused thing are the most used. A narrow
 * screen shows the help below, of the focused row only. */

#define MENU_MAX 24
/* Below so many columns the help of an action has no room beside its word. */
#define NARROW 60
#define MEANING_ROWS 2

struct menu_state {
        struct screen *asker;
        const char *title;
        struct choice items[MENU_MAX];
        size_t n;
        void (*chosen)(struct screen *asker, int value);
};

struct menu_arg {
        struct screen *asker;
        const char *title;
        const struct choice *choices;
        size_t n;
        int value;
        void (*chosen)(struct screen *asker, int value);
};

static const struct column columns[] = {
        { "KEY", 2, 2, 0 },
        { "ACTION", 12, 14, 0 },
        { "WHAT IT DOES", 40, 60, 1 },
};

static const struct choice *menu_item(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct menu_state *st = s->state;
        return &st->items[row];
}

static void menu_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct choice *item = menu_item(owner, row);
        char key[16];
        switch (column) {
        case 0:
                snprintf(ret->buffer, sizeof ret->buffer, "%s", item->key ? keys_name(item->key, key) : "");
                ret->text = ret->buffer;
                ret->style = STYLE_KEY;
                break;
        case 1: ret->text = item->word; break;
        default: ret->text = item->help;
        }
}

static const char *menu_identity(const void *owner, size_t row) {
        return menu_item(owner, row)->word;
}

static const struct list_source menu_source = {
        .bare = true,
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = menu_cell,
        .identity = menu_identity,
};

static void menu_open(struct screen *s, const void *arg) {
        struct menu_state *st = s->state;
        const struct menu_arg *a = arg;
        st->asker = a->asker;
        st->title = a->title;
        st->chosen = a->chosen;
        const char *at = NULL;
        for (; st->n < a->n && st->n < MENU_MAX; st->n++) {
                st->items[st->n] = a->choices[st->n];
                if (a->choices[st->n].value == a->value)
                        at = a->choices[st->n].word;
        }
        if (st->asker->list)
                list_stay(st->asker->list);
        list_set(s->list, st->n);
        if (at)
                list_focus(s->list, at);
}

static int menu_rows(const struct screen *s, int cells) {
        const struct menu_state *st = s->state;
        return 1 + (int) st->n + (cells < NARROW ? MEANING_ROWS : 1);
}

static void menu_draw(struct screen *s, const struct canvas *c) {
        const struct menu_state *st = s->state;
        int below = c->columns < NARROW ? MEANING_ROWS : 0;
        struct canvas rows = canvas_part(c, 1, 0, c->rows - 1 - below, -1);
        list_draw(s->list, &rows);
        _cleanup_str_ struct str title = {}, place = {};
        list_place_text(s->list, &place);
        str_addf(&title, place.length ? "%s, %s" : "%s", st->title, place.text);
        canvas_rule(c, 0, title.text);
        size_t row = list_settled_row(s->list);
        if (!below || row == LIST_NONE)
                return;
        struct canvas meaning = canvas_part(c, c->rows - below, 0, below, -1);
        canvas_paragraph(&meaning, 0, 2, c->columns - 3, STYLE_PLAIN, st->items[row].help);
}

static void menu_choose(struct screen *s, size_t row) {
        struct menu_state *st = s->state;
        struct screen *asker = st->asker;
        void (*chosen)(struct screen * asker, int value) = st->chosen;
        int value = st->items[row].value;
        screen_close(s);
        chosen(asker, value);
}

static bool menu_type(struct screen *s, int key) {
        struct menu_state *st = s->state;
        for (size_t i = 0; i < st->n; i++)
                if (st->items[i].key && st->items[i].key == key) {
                        menu_choose(s, i);
                        return true;
                }
        return false;
}

static bool menu_act(struct screen *s, enum action action) {
        switch (action) {
        case ACTION_OPEN: menu_choose(s, list_row(s->list)); return true;
        case ACTION_MENU: screen_close(s); return true;
        default: return false;
        }
}

static const struct screen_class menu_screen = {
        .name = "menu",
        .title = "Actions",
        .size = sizeof(struct menu_state),
        .overlay = true,
        .source = &menu_source,
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN, "do it" },
                                              { KEY_ESC, ACTION_ESCAPE, "close" },
                                              {} },
        .open = menu_open,
        .draw = menu_draw,
        .rows = menu_rows,
        .type = menu_type,
        .act = menu_act,
};

void dialog_choose(struct screen *asker, const char *title, const struct choice *choices, size_t n, int value,
                   void (*chosen)(struct screen *asker, int value)) {
        const struct menu_arg arg = {
                .asker = asker, .title = title, .choices = choices, .n = n, .value = value, .chosen = chosen
        };
        screen_open(asker->ui, &menu_screen, &arg);
}

static void menu_act_on_asker(struct screen *asker, int value) {
        screen_act(asker, (enum action) value);
}

void dialog_menu(struct screen *asker) {
        struct choice choices[MENU_MAX];
        size_t n = 0;
        for (const struct binding *b = asker->class->menu; b->key && n < MENU_MAX; b++)
                if (screen_can(asker, b->action)) {
                        const struct action_row *row = action_row(b->action);
                        choices[n++] = (struct choice){ .key = b->key,
                                                        .word = b->word ? b->word : row->word,
                                                        .help = row->help,
                                                        .value = (int) b->action };
                }
        if (n)
                dialog_choose(asker, "Actions", choices, n, ACTION_NONE, menu_act_on_asker);
        else
                screen_say(asker, "No action fits the focused row");
}
