/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What needs a person, a line each, below the services: as many as fit, and how many more there are. */

#include "ui/screens/home/internal.h"
#include "ui/screens/parts/trouble-actions.h"

/* Units change in storms: no more than one look in so many microseconds. */
#define LOOK_USEC 1000000
/* Disks, pressure, clocks send no signal. */
#define LOOK_AGAIN_USEC 30000000

static const struct trouble *lines_at(const struct home_trouble *t, size_t row) {
        return t->found && row < t->found->awake ? &t->found->items[row] : NULL;
}

static const struct column columns[] = {
        { "", 34, 60, 0, .grow = true, .fit = true },
        { "", 9, 9, 1, .right = true, .optional = true },
};

static void lines_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct trouble *t = lines_at(s->trouble, row);
        if (column == 0) {
                ret->text = t->sentence;
                ret->style = trouble_style(t);
        } else if (t->since)
                ret->text = text_age(ret->buffer, ui_now(s->ui) - t->since);
        else
                ret->text = "";
}

static const char *lines_identity(const void *owner, size_t row) {
        return lines_at(((const struct screen *) owner)->trouble, row)->id;
}

static char lines_flag(const void *owner, size_t row) {
        return lines_at(((const struct screen *) owner)->trouble, row)->severity == SEVERITY_INFO ? ' ' : '!';
}

static const struct list_source lines_source = {
        .bare = true,
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = lines_cell,
        .identity = lines_identity,
        .flag = lines_flag,
};

void home_trouble_init(struct screen *s, struct home_trouble *t) {
        s->trouble = t;
        list_init(&t->list, &lines_source, s);
        t->list.passive = true;
        t->upper = &s->rows;
}

void home_trouble_done(struct home_trouble *t) {
        op_cancel(t->loading.op);
        list_done(&t->list);
        trouble_list_free(t->found);
}

/* ---- answers ---- */

static void home_trouble_found(struct trouble_list *found, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct home_trouble *t = s->trouble;
        error_free(e);  /* a source that fails is a line of the list */
        if (found) {
                trouble_list_free(t->found);
                t->found = found;
                list_set(&t->list, found->awake);
        }
        /* nothing is left to stand on */
        if (!t->list.shown && s->list == &t->list)
                home_trouble_leave(s);
        screen_invalidate(s);
        if (reload_answered(&t->loading))
                home_trouble_load(s, 0);
}

int64_t home_trouble_due(const struct home_trouble *t) {
        if (t->loading.op)
                return INT64_MAX;
        return !t->looked ? 0 : t->looked + (t->stale ? LOOK_USEC : LOOK_AGAIN_USEC);
}

void home_trouble_load(struct screen *s, unsigned topics) {
        struct home_trouble *t = s->trouble;
        bool soon = !(topics & TOPIC_HOST) && t->looked && ui_boottime(s->ui) < t->looked + LOOK_USEC;
        t->stale = soon || !screen_shown(s);
        if (t->stale || !reload_wanted(&t->loading, topics))
                return;
        t->looked = ui_boottime(s->ui);
        t->loading.op = host_look_trouble(ui_host(s->ui), home_trouble_found, s);
}

/* ---- the focus, which is in one of the two lists ---- */

const struct trouble *home_trouble_focus(const struct screen *s) {
        return s->list == &s->trouble->list ? lines_at(s->trouble, list_row(s->list)) : NULL;
}

void home_trouble_below(struct screen *s, struct list *upper) {
        if (s->list == s->trouble->upper)
                s->list = upper;
        s->trouble->upper = upper;
}

void home_trouble_enter(struct screen *s) {
        s->trouble->upper->passive = true;
        s->trouble->list.passive = false;
        s->list = &s->trouble->list;
        list_act(s->list, ACTION_FIRST);
        list_settle(s->list);
        screen_invalidate(s);
}

void home_trouble_leave(struct screen *s) {
        s->trouble->upper->passive = false;
        s->trouble->list.passive = true;
        s->list = s->trouble->upper;
        list_settle(s->list);
        screen_invalidate(s);
}

/* Of the services the next that is flagged, then the lines of trouble, then the first service again. */
static void home_next_trouble(struct screen *s) {
        struct home_trouble *t = s->trouble;
        size_t before = s->list->at;
        bool lines = t->found && t->found->awake, any;
        if (s->list == t->upper) {
                any = list_next_flagged(s->list);
                if (any && (s->list->at > before || !lines))
                        return;
                s->list->at = before;
                if (lines)
                        home_trouble_enter(s);
                else
                        screen_say(s, "Nothing needs you");
                return;
        }
        if (list_act(s->list, ACTION_DOWN) && s->list->at > before)
                return;
        home_trouble_leave(s);
        if (s->list->shown)
                s->list->at = s->list->shown - 1;
        if (!list_next_flagged(s->list))
                home_trouble_enter(s);
}

/* The lists are one for Up and Down. */
bool home_trouble_move(struct screen *s, enum action action) {
        struct home_trouble *t = s->trouble;
        bool lines = t->found && t->found->awake;
        if (action == ACTION_NEXT_TROUBLE) {
                home_next_trouble(s);
                list_settle(s->list);
        }
        else if (action == ACTION_DOWN && s->list != &t->list && lines &&
                 s->list->at + 1 >= s->list->shown)
                home_trouble_enter(s);
        else if (action == ACTION_UP && s->list == &t->list && !s->list->at)
                home_trouble_leave(s);
        else
                return false;
        return true;
}

/* ---- drawn ---- */

int home_trouble_rows(const struct home_trouble *t, int room) {
        int n = t->found ? (int) t->found->awake : 0;
        return n < 1 ? 1 : n < room ? n : room;
}

/* A service above that does not serve needs a person, too. */
static bool home_trouble_is_above(const struct home_trouble *t) {
        const struct list *list = t->upper;
        for (size_t i = 0; list->source->flag && i < list->shown; i++)
                if (list->source->flag(list->owner, list->order[i]) != ' ')
                        return true;
        return false;
}

static void home_trouble_draw_nothing(const struct home_trouble *t, const struct canvas *c) {
        bool more, above = home_trouble_is_above(t);
        _cleanup_free_ char *text = trouble_list_nothing(t->found, &more);
        if (above && trouble_list_well(t->found))
                str_replace(&text, "Nothing else needs you");
        canvas_textf(c, 0, 0, 0, t->found->n_silent || above ? STYLE_PLAIN : STYLE_GOOD,
                     more ? "%s (a)." : "%s.", text);
}

void home_trouble_draw(struct screen *s, const struct canvas *c) {
        struct home_trouble *t = s->trouble;
        if (!t->found)
                canvas_text(c, 0, 0, 0, STYLE_BUSY, "Looking for what needs you ...");
        else if (!t->found->awake)
                home_trouble_draw_nothing(t, c);
        else {
                struct canvas lines = *c;
                size_t more = t->found->awake > (size_t) c->rows ? t->found->awake - (size_t) c->rows + 1 : 0;
                lines.rows -= more && lines.rows > 1;
                list_draw(&t->list, &lines);
                if (more && lines.rows < c->rows)
                        canvas_textf(c, c->rows - 1, 2, 0, STYLE_STRONG,
                                     plural(more, "%zu more needs you: a", "%zu more need you: a"), more);
        }
}

void home_trouble_status(const struct screen *s, struct str *out) {
        const struct trouble *t = lines_at(s->trouble, list_settled_row(&s->trouble->list));
        if (t)
                str_addf(out, "%zu of %zu: %s. Enter leads to it, z lets it sleep, a says more.",
                         s->trouble->list.settled + 1, s->trouble->found->awake,
                         trouble_row(t->kind)->title);
}
