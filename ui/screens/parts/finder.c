/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/finder.h"

void finder_draw(struct screen *s, const struct finder *f, const struct canvas *c) {
        struct canvas rows = canvas_part(c, 2, 0, -1, -1);
        int at = (int) strlen(f->label) + 3;
        canvas_rule(c, 0, f->title);
        canvas_text(c, 1, 2, 0, STYLE_STRONG, f->label);
        list_draw(s->list, &rows);
        if (!s->list->shown)
                canvas_paragraph(&rows, 0, 2, c->columns - 4, STYLE_PLAIN, f->none);
        field_draw(f->field, c, 1, at, c->columns - at - 2, STYLE_FIELD, '_', s->list->at == 0);
}

void finder_show(struct screen *s, const char *text) {
        list_filter(s->list, text);
        list_act(s->list, ACTION_FIRST);
        list_settle(s->list);
}

bool finder_type(struct screen *s, const struct finder *f, int key) {
        size_t row = list_row(s->list);
        if (key == KEY_RETURN && row != LIST_NONE)
                f->choose(s, row);
        if (key == KEY_RETURN)
                return true;
        if (key == KEY_ERASE && !f->field->length) {
                screen_close(s);
                return true;
        }
        if (!field_key(f->field, key))
                return key >= ' ' && key < KEY_NAMED;   /* letters are text, also refused ones */
        f->typed(s);
        return true;
}

bool finder_act(struct screen *s, enum action action) {
        if (action == ACTION_NEXT_FIELD || action == ACTION_PREVIOUS_FIELD)
                return list_act(s->list, action == ACTION_NEXT_FIELD ? ACTION_DOWN : ACTION_UP);
        if (action != ACTION_ESCAPE)
                return false;
        screen_close(s);        /* not only its filter */
        return true;
}
