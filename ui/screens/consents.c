/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* All that waits for an approval, one service after the other in one text: what its newer image changes, and
 * the plan that brings it, word for word. One key approves the one under the cursor, or all of them. */

#include "ui/dialog.h"
#include "ui/screens/parts/plan-text.h"

struct consent {
        char *name;
        struct update_detail *detail; /* NULL: `error` says why, or it is not read yet */
        struct plan *plan;            /* the same */
        struct error *error;          /* why it cannot be approved */
        bool approved;
        uint64_t line; /* the first of its text */
};

struct consents_state {
        struct consent *items;
        size_t n, read;     /* those before have all that can be known */
        bool anew;          /* the list is on its way, and no answer is about these any more */
        size_t first, upto; /* of the question: what comes while it stands was not shown */
};

/* ---- the text ---- */

static void consents_row(const char *name, const char *text, bool bad, void *userdata) {
        pager_row(userdata, name, bad ? DOC_WARN : DOC_PLAIN, "%s", text);
}

static bool consents_open_still(const struct consent *c) {
        return c->plan && !c->error && !c->approved;
}

static void consents_fill(struct screen *s) {
        const struct consents_state *st = s->state;
        pager_clear(s->pager);
        for (size_t i = 0; i < st->read; i++) {
                struct consent *c = &st->items[i];
                if (i)
                        pager_end(s->pager);
                c->line = lines_end(s->pager->lines);
                pager_addf(s->pager, DOC_HEAD, c->approved ? "%s: approved" : "%s", c->name);
                if (c->detail)
                        update_detail_rows(c->detail, ui_now(s->ui), consents_row, s->pager);
                if (c->error) {
                        pager_addf(s->pager, DOC_WARN, "It cannot be approved:");
                        plan_text_error(s->pager, DOC_WARN, c->error);
                }
                if (c->plan) {
                        pager_end(s->pager);
                        plan_text_plan(s->pager, c->plan, false);
                }
        }
        if (!st->n)
                pager_addf(s->pager, DOC_PLAIN,
                           "Nothing waits for an approval: no newer image is known that is not held or "
                           "approved. c on Updates asks the sources.");
        screen_invalidate(s);
}

static size_t consents_left(const struct consents_state *st) {
        size_t n = 0;
        for (size_t i = 0; i < st->read; i++)
                n += consents_open_still(&st->items[i]);
        return n;
}

/* The one whose text has the cursor; NULL: none is read yet. */
static struct consent *consents_at(const struct screen *s) {
        const struct consents_state *st = s->state;
        uint64_t point = pager_point(s->pager);
        struct consent *at = NULL;
        for (size_t i = 0; i < st->read; i++)
                if (i == 0 || st->items[i].line <= point)
                        at = &st->items[i];
        return at;
}

/* ---- one query after the other ---- */

static void consents_read_next(struct screen *s);

static void consents_forget(struct consents_state *st) {
        for (size_t i = 0; i < st->n; i++) {
                free(st->items[i].name);
                update_detail_free(st->items[i].detail);
                plan_free(st->items[i].plan);
                error_free(st->items[i].error);
        }
        free(st->items);
        *st = (struct consents_state){};
}

static void consents_planned(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct consents_state *st = s->state;
        struct consent *c = &st->items[st->read++];
        s->loading.op = op_cancel(s->loading.op);
        c->plan = plan;
        if (e) {
                error_free(c->error);
                c->error = e;
        } else if (!c->error)
                (void) plan_unattended(plan, &c->error);
        consents_read_next(s);
}

static void consents_compared(struct update_detail *detail, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct consents_state *st = s->state;
        struct consent *c = &st->items[st->read];
        s->loading.op = op_cancel(s->loading.op);
        c->detail = detail;
        c->error = e;
        s->loading.op = host_make_plan(ui_host(s->ui),
                                       &(const struct plan_order){ .verb = VERB_UPGRADE, .name = c->name },
                                       consents_planned, s);
}

static void consents_read_next(struct screen *s) {
        struct consents_state *st = s->state;
        if (st->read || !st->n) {
                consents_fill(s);
                s->loaded = true;
        }
        if (st->read < st->n)
                s->loading.op = host_show_update(ui_host(s->ui), st->items[st->read].name, false,
                                                 consents_compared, s);
}

static void consents_listed(struct update_list *list, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct consents_state *st = s->state;
        consents_forget(st);
        for (size_t i = 0; list && i < list->n; i++)
                if (update_waits(&list->items[i], ui_now(s->ui)) && !update_approved(&list->items[i])) {
                        st->items = xreallocarray(st->items, st->n + 1, sizeof *st->items);
                        st->items[st->n++] = (struct consent){ .name = xstrdup(list->items[i].name) };
                }
        update_list_free(list);
        if (e) { /* nothing of before can be approved, so its text goes, too */
                s->loaded = false;
                screen_loaded(s, 0, e, 0);
                return;
        }
        s->loading.op = op_cancel(s->loading.op);
        consents_read_next(s);
}

/* Only R reads anew: what people read is what they approve. */
static void consents_load(struct screen *s, unsigned topics) {
        struct consents_state *st = s->state;
        if (!reload_wanted(&s->loading, topics))
                return;
        st->anew = true;
        s->loading.op = host_list_updates(ui_host(s->ui), false, NULL, NULL, consents_listed, s);
}

static void consents_begin(struct screen *s, const void *arg) {
        s->pager->picks = true;
}

static void consents_close(struct screen *s) {
        consents_forget(s->state);
}

/* ---- the approval ---- */

static void consents_approve(struct screen *s) {
        struct consents_state *st = s->state;
        struct error *e = NULL;
        size_t n = 0;
        for (size_t i = st->first; i < st->upto && !e; i++) {
                struct consent *c = &st->items[i];
                if (!consents_open_still(c))
                        continue;
                if (host_approve_update(ui_host(s->ui), c->name, c->plan, &e) >= 0) {
                        c->approved = true;
                        n++;
                }
        }
        if (n && st->read == st->n && !consents_left(st) && !e) {
                screen_say(s, "All that can be approved is approved: A on Updates applies it, or its window");
                screen_close(s);
                return;
        }
        consents_fill(s);
        if (e)
                dialog_error(s->ui, e);
        else if (n)
                screen_say(s, plural(n, "%zu update is approved", "%zu updates are approved"), n);
}

static void consents_ask(struct screen *s, bool all) {
        struct consents_state *st = s->state;
        const struct consent *at = consents_at(s);
        _cleanup_str_ struct str text = {};
        st->first = all || !at ? 0 : (size_t) (at - st->items);
        st->upto = all ? st->read : st->first + 1;
        for (size_t i = st->first; i < st->upto; i++) {
                const struct consent *c = &st->items[i];
                if (consents_open_still(c))
                        str_addf(&text, "%s: the image %.19s\n", c->name,
                                 c->plan->pin.digest     ? c->plan->pin.digest
                                 : c->plan->pin.image_id ? c->plan->pin.image_id
                                                         : "");
        }
        str_add(&text, "Nothing runs now. Fairlead may carry out exactly what was shown later on, while "
                       "nobody looks: at A on Updates, or in the window of fairlead-apply.timer. A newer "
                       "image is not approved by that.");
        const struct question question = { .title = all ? "Approve these updates" : "Approve this update",
                                           .text = text.text,
                                           .yes = all ? "Approve all" : "Approve",
                                           .no = "Back" };
        dialog_confirm(s, &question, consents_approve);
}

/* ---- the screen ---- */

static void consents_title(const struct screen *s, struct str *left, struct str *right) {
        const struct consents_state *st = s->state;
        if (st->read < st->n)
                str_addf(right, "%zu of %zu read", st->read, st->n);
        else
                pager_place(s->pager, right);
}

static void consents_status(const struct screen *s, struct str *out) {
        const struct consents_state *st = s->state;
        const struct consent *at = consents_at(s);
        size_t left = consents_left(st);
        if (!at)
                return;
        if (at->approved)
                str_addf(out, "%s is approved.", at->name);
        else if (at->error)
                str_addf(out, "%s cannot be approved.", at->name);
        else
                str_addf(out, "a approves %s as it is shown here.", at->name);
        if (left > 1 || (left && !consents_open_still(at)))
                str_addf(out, plural(left, " A approves %zu more.", " A approves all %zu."), left);
}

static bool consents_can(const struct screen *s, enum action action) {
        const struct consents_state *st = s->state;
        const struct consent *at = consents_at(s);
        switch (action) {
        case ACTION_APPROVE: return !st->anew && at && consents_open_still(at);
        case ACTION_APPROVE_ALL: return !st->anew && consents_left(st);
        default: return true;
        }
}

static bool consents_act(struct screen *s, enum action action) {
        if (action != ACTION_APPROVE && action != ACTION_APPROVE_ALL)
                return false;
        if (consents_can(s, action))
                consents_ask(s, action == ACTION_APPROVE_ALL);
        return true;
}

const struct screen_class consents_screen = {
        .name = "consents",
        .title = "Approve",
        .help = "Each service with a newer image that is neither held nor approved: what it changes, and "
                "below it the plan of the upgrade, word for word. a approves the one that the cursor is in, "
                "A all that can be approved; both ask once. Exactly what is shown here may then be carried "
                "out later on, at A on Updates or in the window of fairlead-apply.timer. What wants a person "
                "at its job says so, and is passed over.\n"
                "Nothing is pulled: f on the update of one service fetches its image, to compare packages. "
                "R reads all anew.",
        .size = sizeof(struct consents_state),
        .text = PAGER_WORDS,
        .name_width = 12,
        .looking = "Reading what waits for an approval ...",
        .bindings = (const struct binding[]){ { 'a', ACTION_APPROVE }, { 'A', ACTION_APPROVE_ALL }, {} },
        .open = consents_begin,
        .close = consents_close,
        .title_text = consents_title,
        .status = consents_status,
        .can = consents_can,
        .act = consents_act,
        .changed = consents_load,
};
