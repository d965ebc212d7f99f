/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* What the newer image of a service changes: labels word by word, findings, packages. */

#include "base/text.h"
#include "ui/dialog.h"

struct update_view_state {
        struct update_detail *detail; /* NULL: no answer yet */
        struct op *recalling;         /* what people decided of it meanwhile is asked for */
        bool fetch;
};

static void update_view_row(const char *name, const char *text, bool bad, void *userdata) {
        pager_row(userdata, name, bad ? DOC_WARN : DOC_PLAIN, "%s", text);
}

static void update_view_fill(struct screen *s) {
        const struct update_view_state *st = s->state;
        pager_clear(s->pager);
        update_detail_rows(st->detail, ui_now(s->ui), update_view_row, s->pager);
        screen_invalidate(s);
}

static void update_view_came(struct update_detail *detail, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct update_view_state *st = s->state;
        if (st->fetch && detail && detail->here)
                screen_say(s, "The newer image is on this host now");
        if (detail) {
                update_detail_free(st->detail);
                st->detail = detail;
                update_view_fill(s);
        }
        st->fetch = false;
        screen_loaded(s, 0, e, 0);
}

/* An approval is seen at once: the images are not compared anew for that. */
static void update_view_recalled(struct update_list *list, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct update_view_state *st = s->state;
        const struct update *now = list ? update_list_find(list, s->about) : NULL;
        st->recalling = op_cancel(st->recalling);
        if (now && st->detail) {
                update_decided(&st->detail->update, now);
                update_view_fill(s);
        }
        update_list_free(list);
        error_free(e);
}

static void update_view_load(struct screen *s, unsigned topics) {
        struct update_view_state *st = s->state;
        if (st->detail && !st->fetch && topics != ~0U) {
                op_cancel(st->recalling);
                st->recalling = host_list_updates(ui_host(s->ui), false, NULL, NULL, update_view_recalled, s);
                return;
        }
        if (reload_wanted(&s->loading, topics))
                s->loading.op =
                        host_show_update(ui_host(s->ui), s->about, st->fetch, update_view_came, s);
}

static void update_view_close(struct screen *s) {
        struct update_view_state *st = s->state;
        op_cancel(st->recalling);
        update_detail_free(st->detail);
}

static void update_view_title(const struct screen *s, struct str *left, struct str *right) {
        str_add(left, s->about);
        pager_place(s->pager, right);
}

static bool update_view_can(const struct screen *s, enum action action) {
        const struct update_view_state *st = s->state;
        if (action == ACTION_APPROVE)
                return st->detail && !update_approved(&st->detail->update);
        if (action == ACTION_UNAPPROVE)
                return st->detail && update_approved(&st->detail->update);
        return action != ACTION_FETCH || (st->detail && !st->detail->here && !st->fetch);
}

static void update_view_unapprove(struct screen *s) {
        struct error *e = NULL;
        if (host_approve_update(ui_host(s->ui), s->about, NULL, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        screen_say(s, "The update of %s is not approved any more", s->about);
        update_view_load(s, TOPIC_SERVICES);
}

static bool update_view_act(struct screen *s, enum action action) {
        struct update_view_state *st = s->state;
        if (action == ACTION_UPGRADE)
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order) { .verb = VERB_UPGRADE, .name = s->about });
        else if (action == ACTION_APPROVE)
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order){
                                    .verb = VERB_UPGRADE, .name = s->about, .approves = true });
        else if (action == ACTION_UNAPPROVE)
                update_view_unapprove(s);
        else if (action == ACTION_FETCH) {
                st->fetch = true;
                screen_say(s, "Fetching the newer image ...");
                update_view_load(s, ~0U);
        } else
                return false;
        return true;
}

const struct screen_class update_screen = {
        .name = "update",
        .title = "Update",
        .help = "What the newer image of a service changes: the words of its command labels, the findings "
                "about them that are new and that are gone, and its packages, read from the files of both "
                "images; neither is run.\n"
                "f fetches the newer image, so that its packages can be compared; nothing is upgraded by "
                "that. u upgrades; the plan is shown first. a approves exactly that plan for a job later on, "
                "and takes that back.",
        .about = true,
        .size = sizeof(struct update_view_state),
        .topics = TOPIC_SERVICES,
        .text = PAGER_WORDS,
        .name_width = 12,
        .looking = "Comparing the images ...",
        .bindings =
                (const struct binding[]){
                        { 'f', ACTION_FETCH },
                        { 'u', ACTION_UPGRADE },
                        { 'a', ACTION_APPROVE },
                        { 'a', ACTION_UNAPPROVE },
                        {} },
        .close = update_view_close,
        .title_text = update_view_title,
        .can = update_view_can,
        .act = update_view_act,
        .changed = update_view_load,
};
