/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Each service with the image that it runs and the newest one at its source, as they were seen last; c asks
 * the sources, and each row fills in when it is answered. */

#include "base/text.h"
#include "ui/dialog.h"
#include "ui/screens/parts/job-text.h"

#define DIGEST_SHOWN 10

struct updates_state {
        struct update_list *list; /* NULL: no answer yet */
        struct op *asking;        /* the sources are asked now */
        struct op *applying;      /* fairlead-apply.service is at work */
        bool news;                /* since the list was arranged */
        char *held;               /* the service that a date is asked for */
};

static struct update *updates_view_at(const struct screen *s, size_t row) {
        const struct updates_state *st = s->state;
        return st->list && row < st->list->n ? &st->list->items[row] : NULL;
}

/* ---- rows ---- */

enum { COLUMN_SERVICE, COLUMN_STATE, COLUMN_INSTALLED, COLUMN_NEWEST, COLUMN_AGE };

static const struct column columns[] = {
        [COLUMN_SERVICE] = { "SERVICE", 8, 30, 0, .fit = true },
        [COLUMN_STATE] = { "STATE", 8, 9, 0 },
        [COLUMN_INSTALLED] = { "INSTALLED", 12, 24, 2, .fit = true, .optional = true },
        [COLUMN_NEWEST] = { "NEWEST", 12, 24, 1, .grow = true, .optional = true },
        [COLUMN_AGE] = { "AGE", 8, 9, 3, .optional = true },
};

static bool updates_view_held(const struct screen *s, const struct update *u) {
        return u->held > ui_now(s->ui);
}

static void updates_view_cell_state(const struct screen *s, const struct update *u, struct cell *ret) {
        enum update_state state = update_state(u);
        ret->text = u->asking                            ? "asking ..."
                    : state != UPDATE_NEWER && u->failed ? "failed"
                    : state == UPDATE_NONE               ? "-"
                                                         : update_state_word(u, ui_now(s->ui));
        ret->style = u->asking                                          ? STYLE_BUSY
                     : u->failed                                        ? STYLE_BAD
                     : state == UPDATE_NEWER && !updates_view_held(s, u) ? STYLE_STRONG
                                                                        : STYLE_PLAIN;
}

static void updates_view_cell_image(const struct update_image *image, struct cell *ret) {
        const char *hex = image->digest ? str_starts(image->digest, "sha256:") : NULL;
        if (!hex)
                hex = image->id;
        if (!hex)
                return;
        snprintf(ret->buffer, sizeof ret->buffer, image->version ? "%.10s %.*s" : "%.0s%.*s",
                 image->version ? image->version : "", DIGEST_SHOWN, hex);
        ret->text = ret->buffer;
}

static void updates_view_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct screen *s = owner;
        const struct update *u = updates_view_at(s, row);
        switch (column) {
        case COLUMN_SERVICE: ret->text = u->name; break;
        case COLUMN_STATE: updates_view_cell_state(s, u, ret); break;
        case COLUMN_INSTALLED: updates_view_cell_image(&u->installed, ret); break;
        case COLUMN_NEWEST: updates_view_cell_image(&u->newest, ret); break;
        default:
                ret->ordered = true;
                ret->order = ui_now(s->ui) - u->newest.created;
                if (u->newest.created)
                        ret->text = text_age(ret->buffer, ret->order);
        }
}

static const char *updates_view_identity(const void *owner, size_t row) {
        return updates_view_at(owner, row)->name;
}

static char updates_view_flag(const void *owner, size_t row) {
        const struct screen *s = owner;
        return update_waits(updates_view_at(s, row), ui_now(s->ui)) ? '!' : ' ';
}

static const struct list_source updates_view_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = updates_view_cell,
        .identity = updates_view_identity,
        .flag = updates_view_flag,
};

/* ---- answers ---- */

static void updates_view_take(struct screen *s, struct update_list *list, struct error *e) {
        struct updates_state *st = s->state;
        if (list) {
                update_list_free(st->list);
                st->list = list;
        }
        screen_loaded(s, st->list ? st->list->n : 0, e, TOPIC_SERVICES);
}

static void updates_view_loaded(struct update_list *list, struct error *e, void *userdata) {
        updates_view_take(userdata, list, e);
}

static void updates_view_seen(const struct update *u, void *userdata) {
        struct screen *s = userdata;
        struct updates_state *st = s->state;
        struct update *mine = st->list ? update_list_find(st->list, u->name) : NULL;
        if (mine)
                update_copy(u, mine);
        st->news = true;
        screen_invalidate(s);
}

static void updates_view_asked(struct update_list *list, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct updates_state *st = s->state;
        size_t waits = 0;
        st->asking = op_cancel(st->asking);
        for (size_t i = 0; list && i < list->n; i++)
                waits += update_waits(&list->items[i], ui_now(s->ui));
        if (list)
                screen_say(s, waits ? plural(waits, "All sources were asked: %zu newer image",
                                             "All sources were asked: %zu newer images")
                                    : "All sources were asked: nothing newer waits",
                           waits);
        updates_view_take(s, list, e);
}

/* What is asked now comes by itself. */
static void updates_view_load(struct screen *s, unsigned topics) {
        const struct updates_state *st = s->state;
        if (!st->asking && reload_wanted(&s->loading, topics))
                s->loading.op = host_list_updates(ui_host(s->ui), false, NULL, NULL, updates_view_loaded, s);
}

static void updates_view_ask(struct screen *s) {
        struct updates_state *st = s->state;
        s->loading.op = op_cancel(s->loading.op);
        op_cancel(st->asking);
        st->asking = host_list_updates(ui_host(s->ui), true, NULL, updates_view_seen, updates_view_asked, s);
        screen_say(s, "Asking the sources ...");
}

static void updates_view_begin(struct screen *s, const void *arg) {
        if (arg)
                list_focus(s->list, arg);
}

static void updates_view_close(struct screen *s) {
        struct updates_state *st = s->state;
        op_cancel(st->asking);
        op_cancel(st->applying);
        update_list_free(st->list);
        free(st->held);
}

/* ---- holding ---- */

static void updates_view_hold(struct screen *s, int64_t until) {
        struct updates_state *st = s->state;
        struct error *e = NULL;
        char when[24];
        if (host_hold_update(ui_host(s->ui), st->held, until, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        if (until)
                screen_say(s, "It is held until %s; z ends that",
                           job_text_when(when, until, ui_now(s->ui)));
        else
                screen_say(s, "It is not held any more");
        updates_view_load(s, TOPIC_SERVICES);
}

static void updates_view_until_asked(struct screen *s, const char *text) {
        int64_t until = text ? trouble_sleep_until(text, ui_now(s->ui)) : 0;
        if (until)
                updates_view_hold(s, until);
        else if (text)
                screen_say(s, "Not a time to come: a number of days, or a date as in 2026-12-24");
}

/* ---- approved ones ---- */

static void updates_view_unapprove(struct screen *s, const char *name) {
        struct error *e = NULL;
        if (host_approve_update(ui_host(s->ui), name, NULL, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        screen_say(s, "The update of %s is not approved any more", name);
        updates_view_load(s, TOPIC_SERVICES);
}

static size_t updates_view_ready(const struct screen *s) {
        const struct updates_state *st = s->state;
        size_t n = 0;
        for (size_t i = 0; st->list && i < st->list->n; i++)
                n += update_ready(&st->list->items[i], ui_now(s->ui));
        return n;
}

/* Those that wait for an approval. */
static size_t updates_view_open(const struct screen *s) {
        const struct updates_state *st = s->state;
        size_t n = 0;
        for (size_t i = 0; st->list && i < st->list->n; i++)
                n += update_waits(&st->list->items[i], ui_now(s->ui)) &&
                     !update_approved(&st->list->items[i]);
        return n;
}

static void updates_view_applied(char *report, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct updates_state *st = s->state;
        st->applying = op_cancel(st->applying);
        screen_say(s,
                   e ? "Not all were applied: their jobs say why (4)" : "All approved updates were applied");
        free(report);
        error_free(e);
        updates_view_load(s, TOPIC_SERVICES);
}

/* By the timer's service: it goes on when this console is closed, and is the same as in the window. */
static void updates_view_apply(struct screen *s) {
        struct updates_state *st = s->state;
        op_cancel(st->applying);
        st->applying = host_act_on_unit(ui_host(s->ui), "fairlead-apply.service", UNIT_START, 0,
                                        updates_view_applied, s);
        screen_open(s->ui, &jobs_screen, NULL);
}

static void updates_view_ask_apply(struct screen *s) {
        const struct updates_state *st = s->state;
        size_t n = updates_view_ready(s);
        _cleanup_str_ struct str text = {};
        for (size_t i = 0; i < st->list->n; i++) {
                const struct update *u = &st->list->items[i];
                if (!update_ready(u, ui_now(s->ui)))
                        continue;
                str_addf(&text, "%s", u->name);
                if (u->installed.version && u->newest.version)
                        str_addf(&text, ": from version %.16s to %.16s", u->installed.version,
                                 u->newest.version);
                str_add(&text, "\n");
        }
        str_add(&text,
                "Each is a job: exactly the plan that was approved. The service is checked; a job that "
                "fails is rolled back, and the next one goes on.");
        const struct question question = { .title = n > 1 ? "Apply the approved updates"
                                                          : "Apply the approved update",
                                           .text = text.text,
                                           .yes = n > 1 ? "Apply them" : "Apply it" };
        dialog_confirm(s, &question, updates_view_apply);
}

/* ---- the screen ---- */

static void updates_view_title(const struct screen *s, struct str *left, struct str *right) {
        const struct updates_state *st = s->state;
        size_t asking = 0;
        int64_t tried = 0;
        char when[24];
        for (size_t i = 0; st->list && i < st->list->n; i++) {
                asking += st->list->items[i].asking;
                if (st->list->items[i].tried > tried)
                        tried = st->list->items[i].tried;
        }
        if (asking)
                str_addf(right, plural(asking, "%zu source is asked", "%zu sources are asked"), asking);
        else if (st->applying)
                str_add(right, "approved ones are applied");
        else if (tried && !st->asking)
                str_addf(right, "asked %s", job_text_when(when, tried, ui_now(s->ui)));
        else if (!st->asking && st->list && st->list->n)
                str_add(right, "not asked yet");
}

static void updates_view_draw(struct screen *s, const struct canvas *c) {
        struct updates_state *st = s->state;
        if (st->news) {
                st->news = false;
                list_set(&s->rows, st->list ? st->list->n : 0);
        }
        screen_draw_rows(s, c, "service",
                         "No service is installed. To install one press 2 and choose an image.");
}

static void updates_view_status(const struct screen *s, struct str *out) {
        const struct update *u = updates_view_at(s, list_settled_row(s->list));
        char when[24], size[16];
        if (!u)
                return;
        if (u->failed)
                str_addf(out, "%s.", u->failed);
        else if (update_state(u) == UPDATE_NEWER && updates_view_held(s, u))
                str_addf(out, "It is held until %s.", job_text_when(when, u->held, ui_now(s->ui)));
        else if (update_approved(u))
                str_addf(out, "Approved %s%s%s: A applies it now.",
                         job_text_when(when, u->approved.given, ui_now(s->ui)),
                         u->approved.by ? " by " : "", u->approved.by ? u->approved.by : "");
        else if (update_state(u) == UPDATE_NEWER && u->newest.size)
                str_addf(out, "Its source has a newer image, %s: Enter shows what changes.",
                         text_size(size, u->newest.size));
        else if (update_state(u) == UPDATE_NEWER)
                str_addf(out, "A newer image of %s is on this host: Enter shows what changes.", u->name);
        else if (u->none)
                str_addf(out, "%s.", u->none);
        else if (update_state(u) == UPDATE_CURRENT)
                str_addf(out, "%s has nothing newer.", u->reference);
        else
                str_addf(out, "c asks for %s.", u->reference);
}

static bool updates_view_can(const struct screen *s, enum action action) {
        const struct updates_state *st = s->state;
        const struct update *u = updates_view_at(s, list_row(s->list));
        switch (action) {
        case ACTION_OPEN:
        case ACTION_UPGRADE: return u && update_state(u) == UPDATE_NEWER;
        case ACTION_HOLD: return u && !updates_view_held(s, u);
        case ACTION_UNHOLD: return u && updates_view_held(s, u);
        case ACTION_APPROVE: return u && update_state(u) == UPDATE_NEWER && !update_approved(u);
        case ACTION_UNAPPROVE: return u && update_approved(u);
        case ACTION_APPLY_ALL: return updates_view_ready(s) && !st->applying;
        case ACTION_CONSENTS: return updates_view_open(s) > 0;
        case ACTION_ASK: return !st->asking;
        default: return true;
        }
}

static bool updates_view_act(struct screen *s, enum action action) {
        struct updates_state *st = s->state;
        const struct update *u = updates_view_at(s, list_row(s->list));
        if (action == ACTION_ASK)
                updates_view_ask(s);
        else if (action == ACTION_OPEN && u)
                screen_open(s->ui, &update_screen, u->name);
        else if (action == ACTION_UPGRADE && u)
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order) { .verb = VERB_UPGRADE, .name = u->name });
        else if (action == ACTION_APPROVE && u)
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order){
                                    .verb = VERB_UPGRADE, .name = u->name, .approves = true });
        else if (action == ACTION_UNAPPROVE && u)
                updates_view_unapprove(s, u->name);
        else if (action == ACTION_CONSENTS)
                screen_open(s->ui, &consents_screen, NULL);
        else if (action == ACTION_APPLY_ALL)
                updates_view_ask_apply(s);
        else if ((action == ACTION_HOLD || action == ACTION_UNHOLD) && u) {
                str_replace(&st->held, u->name);
                if (action == ACTION_UNHOLD)
                        updates_view_hold(s, 0);
                else
                        screen_ask(s, "Held for (days, or until a date):", "7", NULL,
                                   updates_view_until_asked);
        } else
                return false;
        return true;
}

const struct screen_class updates_screen = {
        .name = "updates",
        .title = "Updates",
        .way = "1 U ",
        .help = "The installed services, the image that each runs, and the newest one under the same name at "
                "its source, as it was seen last. c asks the sources now: for a digest each, side by side; "
                "nothing is pulled, and a registry that hangs or refuses says so in its row. "
                "fairlead-updates.timer does the same once a day when it is enabled.\n"
                "Enter shows what a newer image changes: labels, findings, packages. u upgrades: its plan is "
                "shown first, the service is checked afterwards, and a job that fails goes back by itself. z "
                "holds an update for some days or until a date, or no longer.\n"
                "a approves the newest image of a service: the plan of its upgrade is shown, and exactly "
                "that is what may be carried out later on, at A (all that are approved, a job each) or in "
                "the window of fairlead-apply.timer, when it is enabled. y shows all that waits for an "
                "approval in one text. A newer image than the approved one is not approved, and what is "
                "held is not applied.",
        .size = sizeof(struct updates_state),
        .topics = TOPIC_SERVICES | TOPIC_IMAGES | TOPIC_JOBS,
        .source = &updates_view_source,
        .looking = "Looking for newer images ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN, "what changes" },
                                              { 'u', ACTION_UPGRADE },
                                              { 'a', ACTION_APPROVE },
                                              { 'a', ACTION_UNAPPROVE },
                                              { 'A', ACTION_APPLY_ALL },
                                              { 'z', ACTION_HOLD },
                                              { 'z', ACTION_UNHOLD },
                                              { 'c', ACTION_ASK },
                                              { 'y', ACTION_CONSENTS },
                                              {} },
        .open = updates_view_begin,
        .close = updates_view_close,
        .title_text = updates_view_title,
        .draw = updates_view_draw,
        .status = updates_view_status,
        .can = updates_view_can,
        .act = updates_view_act,
        .changed = updates_view_load,
};
