/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* What the newer image of a service changes: labels word by word, findings, packages. */

#include "base/text.h"

struct update_view_state {
        struct update_detail *detail; /* NULL: no answer yet */
        bool fetch;
};

static void update_view_row(const char *name, const char *text, bool bad, void *userdata) {
        pager_row(userdata, name, bad ? DOC_WARN : DOC_PLAIN, "%s", text);
}

static void update_view_came(struct update_detail *detail, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct update_view_state *st = s->state;
        if (st->fetch && detail && detail->here)
                screen_say(s, "The newer image is on this host now");
        if (detail) {
                update_detail_free(st->detail);
                st->detail = detail;
                pager_clear(s->pager);
                update_detail_rows(detail, ui_now(s->ui), update_view_row, s->pager);
        }
        st->fetch = false;
        screen_loaded(s, 0, e, 0);
}

static void update_view_load(struct screen *s, unsigned topics) {
        struct update_view_state *st = s->state;
        if (reload_wanted(&s->loading, topics))
                s->loading.op =
                        host_show_update(ui_host(s->ui), s->about, st->fetch, update_view_came, s);
}

static void update_view_close(struct screen *s) {
        struct update_view_state *st = s->state;
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
        return action != ACTION_FETCH || (st->detail && !st->detail->here && !st->fetch);
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
                "that. u upgrades; the plan is shown first. a approves exactly that plan for a job later on.",
        .about = true,
        .size = sizeof(struct update_view_state),
        .text = PAGER_WORDS,
        .name_width = 12,
        .looking = "Comparing the images ...",
        .bindings =
                (const struct binding[]){
                        { 'f', ACTION_FETCH }, { 'u', ACTION_UPGRADE }, { 'a', ACTION_APPROVE }, {} },
        .close = update_view_close,
        .title_text = update_view_title,
        .can = update_view_can,
        .act = update_view_act,
        .changed = update_view_load,
};
