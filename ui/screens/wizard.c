/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* From page to page. Back is possible everywhere and loses nothing. Uninstalling and running an installed
 * service need only the review. */

#include "base/text.h"
#include "model/image/reference.h"
#include "ui/dialog.h"

static const struct page *const wizard_pages[] = {
        &what_page, &form_page, &preflight_page, &secrets_page, &review_page,
};

static size_t wizard_number(const struct page *page) {
        size_t i = 0;
        while (wizard_pages[i] != page)
                i++;
        return i;
}

bool wizard_asks(const struct wizard *w) {
        return w->verb == VERB_INSTALL || w->verb == VERB_REHEARSE;
}

bool wizard_has(const struct wizard *w, const struct page *page) {
        return !page->has || page->has(w);
}

struct form *wizard_form(const struct wizard *w) {
        return w->page->form ? w->page->form(w) : NULL;
}

/* ---- from page to page ---- */

void wizard_go(struct screen *s, const struct page *page) {
        struct wizard *w = s->state;
        bool onward = wizard_number(w->page) < wizard_number(page);
        w->page = page;
        s->pager = page->write ? &w->pager : NULL;
        s->list = NULL;
        if (s->pager)
                pager_act(s->pager, ACTION_FIRST);
        finder_want(&w->finder, NULL, REALM_NONE);
        if (page->open)
                page->open(s, onward);
        screen_invalidate(s);
}

void wizard_forth(struct screen *s) {
        struct wizard *w = s->state;
        size_t i = wizard_number(w->page) + 1;
        while (!wizard_has(w, wizard_pages[i]))
                i++;            /* every verb has the review */
        wizard_go(s, wizard_pages[i]);
}

void wizard_turn(struct screen *s, enum plan_verb verb) {
        struct wizard *w = s->state;
        w->verb = verb;
        wizard_go(s, &review_page);
}

static void wizard_left(struct screen *s, bool yes) {
        if (yes)
                screen_close(s);
}

static void wizard_back(struct screen *s) {
        struct wizard *w = s->state;
        if (w->verb == VERB_REHEARSE) {
                wizard_turn(s, VERB_INSTALL);
                return;
        }
        for (size_t i = wizard_number(w->page); i-- > 0;)
                if (wizard_has(w, wizard_pages[i])) {
                        wizard_go(s, wizard_pages[i]);
                        return;
                }
        if (!questions_typed(&w->ask)) {
                screen_close(s);
                return;
        }
        const struct question question = {
                .title = w->ask.leave ? "Stay in the realm" : "Leave this install",
                .text = "Your answers are lost. Nothing was changed on this host.",
                .yes = w->ask.leave ? "Stay in it" : "Leave",
                .no = w->ask.leave ? "Go on" : "Stay",
        };
        dialog_confirm(s, &question, wizard_left);
}

/* ---- opened ---- */

/* An install that is tried again begins at the page that repairs its failure; all other answers are kept. */
static void wizard_try_again(struct screen *s) {
        struct wizard *w = s->state;
        if (w->fix == FIX_FORCE)
                questions_say_yes(&w->ask, "force");
        const struct page *page = w->fix == FIX_PASSWORD || w->fix == FIX_FORCE ? &secrets_page
                                  : w->fix == FIX_CLOCK || w->fix == FIX_HOSTNAME || w->fix == FIX_LEAVE ||
                                                  w->fix == FIX_AGAIN
                                          ? &preflight_page
                                          : &form_page;
        wizard_go(s, wizard_has(w, page) ? page : &form_page);
}

static void wizard_found(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        w->finding = op_cancel(w->finding);
        error_free(w->error);
        w->error = e;
        screen_invalidate(s);
        if (!image)
                return;
        image_free(w->image);
        w->image = image;
        _cleanup_error_ struct error *bad = NULL;
        struct profile *profile = NULL;
        host_find_profile(ui_host(s->ui), image, &profile, &bad);
        if (profile)
                questions_ask(&w->ask, profile, w->reference, w->name);
        if (!profile || !profile->n_modes) {
                error_set(&w->error, -EIO, "The questions of this image could not be prepared");
                if (bad)
                        error_hint(&w->error, "%s", bad->message);
                return;
        }
        if (bad)
                screen_say(s, "Its own profile is not used: %s", bad->message);
        if (w->fix != FIX_NONE)
                wizard_try_again(s);
        else
                wizard_plan(s);
}

static int wizard_open(struct screen *s, const void *arg, struct error **reterr) {
        const struct wizard_order *order = arg;
        struct wizard *w = s->state;
        w->verb = order->verb;
        w->fix = order->fix;
        questions_init(&w->ask, ui_host(s->ui));
        questions_keep(&w->ask, order->answers, order->mode);
        w->reference = xstrdup(order->image);
        w->name = xstrdup(order->name);
        pager_init(&w->pager, PAGER_WORDS, false);
        if (order->access) {
                w->access = *order->access;
                strv_extend(&w->names, order->access->names);
        }
        w->access.names = w->names;
        s->pager = &w->pager;
        finder_init(&w->finder, s);
        check_page_init(&w->checks, s, wizard_check);
        w->checks.leads_on = true;
        w->ask.finder = &w->finder;
        if (w->verb == VERB_INSTALL) {
                w->page = &what_page;
                w->finding = host_find_image(ui_host(s->ui), w->reference, wizard_found, s);
        } else {
                w->page = &review_page;
                wizard_plan(s);
        }
        return 0;
}

static void wizard_close(struct screen *s) {
        struct wizard *w = s->state;
        op_cancel(w->finding);
        op_cancel(w->planning);
        op_cancel(w->starting);
        finder_done(&w->finder);
        check_page_done(&w->checks);
        questions_done(&w->ask);
        image_free(w->image);
        error_free(w->error);
        plan_free(w->plan);
        error_free(w->no_plan);
        strv_free(w->allowed);
        strv_free(w->names);
        pager_done(&w->pager);
        free(w->reference);
        free(w->name);
        free(w->allowing);
}

/* ---- the screen ---- */

void wizard_title_of(const struct wizard *w, const char *name, struct str *out) {
        enum plan_verb verb = w->verb;
        str_addf(out,
                 verb == VERB_INSTALL     ? "Install %s"
                 : verb == VERB_UNINSTALL ? "Uninstall %s"
                 : verb == VERB_RUN       ? "Run %s"
                 : verb == VERB_UPGRADE   ? "Upgrade %s"
                 : verb == VERB_REHEARSE  ? "Rehearse %s"
                 : verb == VERB_ACCESS    ? "Change who may log in: %s"
                 : verb == VERB_RENEW     ? "Renew the keys: %s"
                                          : "%s",
                 name);
}

static void wizard_title(const struct screen *s, struct str *left, struct str *right) {
        const struct wizard *w = s->state;
        const char *name = questions_name(&w->ask),
                   *latest = w->reference ? str_ends(w->reference, ":latest") : NULL;
        _cleanup_free_ char *usual = !name && w->reference ? reference_default_name(w->reference) : NULL;
        if (!name)
                name = w->name ? w->name : w->plan ? w->plan->name : usual ? usual : "";
        if (w->ask.leave)
                str_addf(left, "Leave the realm: uninstall %s", name);
        else
                wizard_title_of(w, name, left);
        if (w->reference)
                str_addf(left, " from %.*s",
                         latest ? (int) (latest - w->reference) : (int) strlen(w->reference), w->reference);
        unsigned number = 0, all = 0;
        for (size_t i = 0; i < ELEMENTS(wizard_pages); i++)
                if (wizard_has(w, wizard_pages[i])) {
                        all++;
                        if (i <= wizard_number(w->page))
                                number = all;
                }
        if (all > 1 && !w->finding)     /* else its labels may name more */
                str_addf(right, "page %u of %u: ", number, all);
        size_t wrong = wizard_form(w) ? form_wrong(wizard_form(w)) : 0;
        if (wrong)
                str_addf(right, plural(wrong, "%zu error", "%zu errors"), wrong);
        else
                str_add(right, w->page == &form_page && w->ask.leave ? "the account" : w->page->title);
}

static void wizard_draw(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        if (w->error)
                canvas_error(c, 1, w->error, true);
        else if (w->finding)
                canvas_text(c, 1, 2, 0, STYLE_BUSY, "Reading its labels ...");
        else
                w->page->draw(s, c);
}

static void wizard_status(const struct screen *s, struct str *out) {
        const struct wizard *w = s->state;
        if (w->finding && w->verb == VERB_UNINSTALL)
                str_add(out, "Nothing is run yet.");
        else if (w->starting)
                str_add(out, "Starting the job ...");
        else
                w->page->status(s, out);
}

static bool wizard_can(const struct screen *s, enum action action) {
        const struct wizard *w = s->state;
        switch (action) {
        case ACTION_NEXT:
                return !w->error && !w->finding && w->page->can(w, action);
        case ACTION_NEXT_FIELD:
        case ACTION_NEXT_PAGE:
        case ACTION_CONSENT:
        case ACTION_ALLOW:
        case ACTION_FIX:
        case ACTION_AGAIN:
        case ACTION_DETAILS:
        case ACTION_REHEARSE:
        case ACTION_NO_REHEARSAL:
                return w->page->can(w, action);
        default:
                return true;
        }
}

static bool wizard_act(struct screen *s, enum action action) {
        const struct wizard *w = s->state;
        switch (action) {
        case ACTION_NEXT:
        case ACTION_NEXT_PAGE:
        case ACTION_CONSENT:
                if (!w->error && !w->finding)
                        w->page->next(s);
                return true;
        case ACTION_ALLOW:
        case ACTION_FIX:
        case ACTION_AGAIN:
        case ACTION_DETAILS:
        case ACTION_REHEARSE:
        case ACTION_NO_REHEARSAL:
                return w->page->act(s, action);
        case ACTION_BACK:
        case ACTION_ESCAPE:
        case ACTION_INTERRUPT:
                wizard_back(s);
                return true;
        default:
                return false;
        }
}

static bool wizard_typing(const struct screen *s) {
        const struct wizard *w = s->state;
        return wizard_form(w) && !w->finding && !w->error;
}

static unsigned wizard_tick_ms(const struct screen *s) {
        const struct wizard *w = s->state;
        return finder_tick_ms(&w->finder);
}

static void wizard_tick(struct screen *s) {
        struct wizard *w = s->state;
        finder_tick(&w->finder);
}

static void wizard_changed(struct screen *s, unsigned topics) {
        struct wizard *w = s->state;
        check_page_changed(&w->checks);
}

const struct screen_class wizard_screen = {
        .name = "wizard",
        .title = "",
        .help = "Sets an image up as a service, page by page: what it does, the questions, secrets last, a "
                "last look at the exact commands. Nothing is run and nothing is written before you consent "
                "on the last page. There r plans a rehearsal: the same on a copy of the host's files that is "
                "thrown away.\n"
                "Esc goes back a page and loses nothing. In a form Tab and the arrows go from field to "
                "field, Space changes a choice or a box, Enter goes to the next field and from the last one "
                "to the next page; Ctrl-D goes there from any field. A wrong answer says why under its "
                "field.",
        .size = sizeof(struct wizard),
        .topics = TOPIC_SERVICES,
        .keep = true,
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_NEXT },
                                              { KEY_RETURN, ACTION_CONSENT },
                                              { KEY_RETURN, ACTION_NEXT_FIELD },
                                              { KEY_RETURN, ACTION_NEXT_PAGE },
                                              { KEY_CTRL('D'), ACTION_NEXT_PAGE },
                                              { KEY_ESC, ACTION_ESCAPE },
                                              { 'a', ACTION_ALLOW },
                                              { 'f', ACTION_FIX },
                                              { 'r', ACTION_AGAIN },
                                              { 'r', ACTION_REHEARSE },
                                              { 'r', ACTION_NO_REHEARSAL },
                                              { 'd', ACTION_DETAILS },
                                              {} },
        .open = wizard_open,
        .close = wizard_close,
        .title_text = wizard_title,
        .draw = wizard_draw,
        .status = wizard_status,
        .can = wizard_can,
        .act = wizard_act,
        .changed = wizard_changed,
        .tick_ms = wizard_tick_ms,
        .tick = wizard_tick,
        .typing = wizard_typing,
        .type = wizard_type,
};
