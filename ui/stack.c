/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/internal.h"

/* The stack of screens: opened, loaded, closed, replaced, and freed while none of their code is running. */

struct screen *ui_base(const struct ui *ui) {
        struct screen *s = ui->top;
        while (s && s->class->overlay && s->below)
                s = s->below;
        return s;
}

bool screen_shown(const struct screen *s) {
        return ui_base(s->ui) == s;
}

struct screen *screen_under(const struct screen *s) {
        struct screen *under = s->below;
        while (under && (under->class->overlay || under->closing))
                under = under->below;
        return under;
}

struct screen *screen_home(const struct screen *s) {
        struct screen *home = s->ui->top;
        while (home->below)
                home = home->below;
        return home;
}

static struct screen *screen_free(struct screen *s) {
        if (!s)
                return NULL;
        if (s->ui->ask.asker == s)
                ask_drop(s->ui);
        if (s->ui->bar_of == s)
                s->ui->bar_of = NULL;
        op_cancel(s->loading.op);
        if (s->class->close)
                s->class->close(s);
        list_done(&s->rows);
        pager_done(&s->text);
        error_free(s->error);
        FREE_ALL(s->about, s->sleeping, s->state, s);
        return NULL;
}

void ui_reap(struct ui *ui) {
        for (struct screen **link = &ui->top; *link;) {
                struct screen *s = *link;
                if (!s->closing) {
                        link = &s->below;
                        continue;
                }
                *link = s->below;
                screen_free(s);
        }
        if (!ui->top)
                ui->over = true;
}

void screen_open(struct ui *ui, const struct screen_class *class, const void *arg) {
        struct screen *s = new0(struct screen);
        s->state = xcalloc(1, class->size);
        s->class = class;
        s->ui = ui;
        s->about = class->about ? xstrdup(arg) : NULL;
        s->below = ui->top;
        list_init(&s->rows, class->source, s);
        pager_init(&s->text, class->text, class->follow);
        s->text.name_width = class->name_width;
        s->list = class->source ? &s->rows : NULL;
        s->pager = class->text && !class->source ? &s->text : NULL;
        if (class->open)
                class->open(s, arg);
        if (class->changed)
                class->changed(s, ~0U);
        if (ui->ask.asker)
                ask_drop(ui);
        ui->top = s;
        if (class->resized)
                class->resized(s, term_rows(ui->term), term_columns(ui->term));
        ui_invalidate(ui);
}

void screen_close(struct screen *s) {
        for (struct screen *above = s->ui->top; above; above = above->below) {
                above->closing = true;
                if (above == s)
                        break;
        }
        ui_invalidate(s->ui);
}

void screen_replace(struct screen *s, const struct screen_class *class, const void *arg) {
        screen_open(s->ui, class, arg);
        struct screen *fresh = s->ui->top;
        screen_close(s);
        fresh->closing = false;
}

void screen_loaded(struct screen *s, size_t n, struct error *e, unsigned topic) {
        error_free(s->error);
        s->error = e;
        if (!e) {
                s->loaded = true;
                if (s->class->source)
                        list_set(&s->rows, n);
        }
        screen_invalidate(s);
        if (reload_answered(&s->loading))
                s->class->changed(s, topic);
}

void screen_arrange(struct screen *s) {
        list_set(&s->rows, s->rows.n);
        list_settle(&s->rows);
}

/* Unsaved answers stay below the new place. */
void ui_go(struct ui *ui, const struct screen_class *class) {
        struct screen *unsaved = NULL;
        for (struct screen *s = ui->top; s && !unsaved; s = s->below)
                if (s->class->keep && !s->closing)
                        unsaved = s;
        struct screen *base = ui_base(ui);
        if (base->class == class) {
                if (ui->top != base)
                        for (struct screen *s = ui->top; s != base; s = s->below)
                                s->closing = true;
                ui_invalidate(ui);
                return;
        }
        for (struct screen *s = ui->top; s != unsaved && s->below; s = s->below)
                s->closing = true;
        if (unsaved || class != ui->options.places->home)
                screen_open(ui, class, NULL);
        ui_invalidate(ui);
}
