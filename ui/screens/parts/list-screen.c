/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/list-screen.h"

void list_screen_open(struct screen *s, struct list_screen *ls, const struct list_source *source,
                      const void *owner) {
        list_init(&ls->list, source, owner);
        s->list = &ls->list;
}

void list_screen_close(struct list_screen *ls) {
        op_cancel(ls->loading.op);
        list_done(&ls->list);
        error_free(ls->error);
}

void list_screen_loaded(struct screen *s, struct list_screen *ls, size_t n, struct error *e, unsigned topic) {
        error_free(ls->error);
        ls->error = e;
        if (n != LIST_NONE) {
                ls->loaded = true;
                list_set(&ls->list, n);
        }
        screen_invalidate(s);
        if (reload_answered(&ls->loading))
                s->class->changed(s, topic);
}

void list_screen_again(struct list_screen *ls) {
        list_set(&ls->list, ls->list.n);
        list_settle(&ls->list);
}

void list_screen_draw(struct list_screen *ls, const struct canvas *c, const char *thing, const char *looking,
                      const char *none) {
        list_draw(&ls->list, c);
        list_draw_empty(&ls->list, c, &(const struct list_empty) {
                                .thing = thing,
                                .looking = looking,
                                .none = none,
                                .loaded = ls->loaded,
                                .error = ls->error,
                        });
}
