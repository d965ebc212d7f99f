/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* From page to page. Back is possible everywhere and loses nothing. Uninstalling and running an installed
 * service need only the review. */

#include "base/text.h"
#include "ui/dialog.h"

static const struct page *const wizard_pages[_PAGE_MAX] = {
        [PAGE_WHAT] = &what_page,       [PAGE_FORM] = &form_page,     [PAGE_PREFLIGHT] = &preflight_page,
        [PAGE_SECRETS] = &secrets_page, [PAGE_REVIEW] = &review_page,
};

static void wizard_back(struct screen *s) {
        struct wizard *w = s->state;
        if (w->verb == VERB_REHEARSE) {
                wizard_turn(s, false);
                return;
        }
        if (w->verb == VERB_EDIT) {
                screen_replace(s, &edit_screen, &(const struct edit_order){ .unit = w->name, .set = w->set });
                return;
        }
        for (enum page_number page = w->page; page-- > 0;)
                if (wizard_has(w, page)) {
                        wizard_go(s, page);
                        return;
                }
        if (!questions_typed(&w->ask)) {
                screen_close(s);
                return;
        }
        const struct question question = {
                .title = w->anew        ? "Leave the new answers"
                         : w->ask.leave ? "Stay in the realm"
                                        : "Leave this install",
                .text = "Your answers are lost. Nothing was changed on this host.",
                .yes = w->ask.leave ? "Stay in it" : "Leave",
                .no = w->ask.leave ? "Go on" : "Stay",
        };
        dialog_confirm(s, &question, screen_close);
}

/* ---- opened ---- */

/* An install that is tried again begins at the page that repairs its failure; all other answers are kept. */
static void wizard_try_again(struct screen *s) {
        struct wizard *w = s->state;
        if (w->fix == FIX_FORCE)
                questions_say_yes(&w->ask, "force");
        enum page_number page =
                w->fix == FIX_PASSWORD || w->fix == FIX_FORCE ? PAGE_SECRETS
                : w->fix == FIX_CLOCK || w->fix == FIX_HOSTNAME || w->fix == FIX_LEAVE || w->fix == FIX_AGAIN
                        ? PAGE_PREFLIGHT
                        : PAGE_FORM;
        wizard_go(s, wizard_has(w, page) ? page : PAGE_FORM);
        questions_repair(&w->ask, w->fix);
}

static void wizard_found(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        _cleanup_(image_freep) struct image *owned = image;
        w->finding = op_cancel(w->finding);
        s->error = e;
        screen_invalidate(s);
        if (e)
                return;
        _cleanup_error_ struct error *bad = NULL;
        struct profile *profile = NULL;
        host_find_profile(ui_host(s->ui), image, &profile, &bad);
        if (profile)
                questions_ask(&w->ask, profile, w->reference, w->name);
        if (!profile || !profile->n_modes) {
                error_set(&s->error, -EIO, "The questions of this image could not be prepared");
                if (bad)
                        error_hint(&s->error, "%s", bad->message);
                return;
        }
        if (bad)
                screen_say(s, "Its own profile is not used: %s", bad->message);
        struct join join;
        if (w->anew && !questions_join(&w->ask, &join))
                wizard_go(s, PAGE_FORM);
        else if (w->fix != FIX_NONE)
                wizard_try_again(s);
        else
                wizard_plan(s);
}

static void wizard_open(struct screen *s, const void *arg) {
        const struct wizard_order *order = arg;
        struct wizard *w = s->state;
        w->verb = order->verb;
        w->fix = order->fix;
        w->pages = wizard_pages;
        questions_init(&w->ask, s);
        w->anew = order->verb == VERB_RECONFIGURE;
        w->ask.named = w->anew;
        questions_keep(&w->ask, order->answers, order->mode, w->anew ? FORM_UNCHANGED : NULL);
        w->reference = xstrdup(order->image);
        w->name = xstrdup(order->name);
        if (order->access) {
                w->access = *order->access;
                strv_extend(&w->names, order->access->names);
        }
        w->access.names = w->names;
        strv_extend(&w->set, order->set);
        check_page_init(&w->checks, s, wizard_check);
        w->checks.leads_on = true;
        w->page = w->verb == VERB_INSTALL ? PAGE_WHAT : PAGE_REVIEW;
        s->list = NULL;
        s->pager = &s->text;
        if (w->verb == VERB_INSTALL || w->anew)
                w->finding = host_find_image(ui_host(s->ui), w->reference, wizard_found, s);
        else
                wizard_plan(s);
}

static void wizard_close(struct screen *s) {
        struct wizard *w = s->state;
        op_cancel(w->finding);
        op_cancel(w->planning);
        op_cancel(w->starting);
        check_page_done(&w->checks);
        questions_done(&w->ask);
        plan_free(w->plan);
        error_free(w->no_plan);
        STRV_FREE_ALL(w->allowed, w->names, w->set);
        FREE_ALL(w->reference, w->name);
}

/* ---- the screen ---- */

static void wizard_title(const struct screen *s, struct str *left, struct str *right) {
        const struct wizard *w = s->state;
        const char *name = questions_name(&w->ask),
                   *latest = w->reference ? str_ends(w->reference, ":latest") : NULL;
        _cleanup_free_ char *usual = !name && w->reference ? reference_default_name(w->reference) : NULL;
        if (!name)
                name = w->name ? w->name : w->plan ? w->plan->name : usual ? usual : "";
        bool adopts = w->verb == VERB_ADOPT;
        wizard_title_of(s, adopts ? w->reference : name, left);
        if (w->reference && !w->anew && !adopts)
                str_addf(left, wizard_joins(w) ? " through %.*s" : " from %.*s",
                         latest ? (int) (latest - w->reference) : (int) strlen(w->reference), w->reference);
        unsigned number = 0, all = 0;
        for (enum page_number page = 0; page < _PAGE_MAX; page++)
                if (wizard_has(w, page)) {
                        all++;
                        number += page <= w->page;
                }
        if (all > 1 && !w->finding) /* else its labels may name more */
                str_addf(right, "page %u of %u: ", number, all);
        size_t wrong = wizard_form(w) ? form_wrong(wizard_form(w)) : 0;
        if (wrong)
                str_addf(right, plural(wrong, "%zu error", "%zu errors"), wrong);
        else
                str_add(right, w->page == PAGE_FORM && w->ask.leave ? "the account" : wizard_page(w)->title);
}

static void wizard_draw(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        if (s->error || w->finding)
                screen_draw_text(s, c);
        else
                wizard_page(w)->draw(s, c);
}

static void wizard_status(const struct screen *s, struct str *out) {
        const struct wizard *w = s->state;
        if (w->finding && w->verb == VERB_UNINSTALL)
                str_add(out, "Nothing is run yet.");
        else if (w->starting)
                str_add(out, w->verb == VERB_RUN ? "Starting it ..." : "Starting the job ...");
        else
                wizard_page(w)->status(s, out);
}

/* Whether the action is one of the pages. */
static bool wizard_is_page_action(enum action action) {
        return action != ACTION_ESCAPE && keys_of(wizard_screen.bindings, action) != KEY_NONE;
}

static bool wizard_can(const struct screen *s, enum action action) {
        const struct wizard *w = s->state;
        if (action == ACTION_NEXT && (s->error || w->finding))
                return false;
        return !wizard_is_page_action(action) || wizard_page(w)->can(s, action);
}

static bool wizard_act(struct screen *s, enum action action) {
        const struct wizard *w = s->state;
        if (action == ACTION_BACK || action == ACTION_ESCAPE || action == ACTION_INTERRUPT)
                wizard_back(s);
        else if (action == ACTION_NEXT || action == ACTION_NEXT_PAGE || action == ACTION_CONSENT) {
                if (!s->error && !w->finding)
                        wizard_page(w)->next(s);
        } else
                return wizard_is_page_action(action) && wizard_page(w)->act && wizard_page(w)->act(s, action);
        return true;
}

static bool wizard_typing(const struct screen *s) {
        const struct wizard *w = s->state;
        return wizard_form(w) && !w->finding && !s->error;
}

static unsigned wizard_tick_ms(const struct screen *s) {
        const struct wizard *w = s->state;
        return questions_tick_ms(&w->ask);
}

static void wizard_tick(struct screen *s) {
        struct wizard *w = s->state;
        questions_tick(&w->ask);
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
        .keep = "to the plan",
        .source = &check_page_source,
        .text = PAGER_WORDS,
        .looking = "Reading its labels ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_NEXT },
                                              { KEY_RETURN, ACTION_CONSENT },
                                              { KEY_RETURN, ACTION_LINT, "why it is blocked" },
                                              { KEY_RETURN, ACTION_NEXT_FIELD },
                                              { KEY_RETURN, ACTION_NEXT_PAGE },
                                              { KEY_CTRL('D'), ACTION_NEXT_PAGE },
                                              { KEY_ESC, ACTION_ESCAPE },
                                              { 'a', ACTION_ALLOW },
                                              { 'v', ACTION_VOLUMES },
                                              { 'e', ACTION_UNIT_FILE },
                                              { 'f', ACTION_FIX },
                                              { 'R', ACTION_AGAIN },
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
        .changed = check_page_changed,
        .tick_ms = wizard_tick_ms,
        .tick = wizard_tick,
        .typing = wizard_typing,
        .type = wizard_type,
};
