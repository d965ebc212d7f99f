/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* From an image to a job, page by page: what it does, the questions, secrets last, a last look at the very
 * words, consent. Back is possible everywhere and loses nothing. Uninstalling and running an installed
 * service need only the last look. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/dialog.h"
#include "ui/screens/parts/check-page.h"
#include "ui/screens/parts/plan-text.h"
#include "ui/screens/parts/questions.h"

enum page {
        PAGE_WHAT,              /* what it does, with the answers it begins with */
        PAGE_FORM,
        PAGE_PREFLIGHT,         /* where the mode joins a realm: all that it needs, before any secret is
                                 * asked */
        PAGE_SECRETS,
        PAGE_REVIEW,
        _PAGE_MAX,
};

struct wizard_state {
        enum plan_verb verb;
        char *reference;                /* of the image; NULL: an installed service */
        char *name;                     /* of the service, as given */
        struct op *finding, *planning, *starting;
        struct image *image;
        struct error *error;            /* the image was not found */
        struct questions ask;
        char **allowed;                 /* ids of findings */
        struct plan *plan;              /* NULL: none yet, or no_plan says why */
        struct error *no_plan;
        struct pager pager;
        struct finder finder;
        struct checkpage checks;
        enum page page;
        char *allowing;                 /* the finding that is being asked about */
        enum fix fix;                   /* of an install that is tried again: FIX_NONE: it is not */
        struct access_change access;    /* VERB_ACCESS */
        char **names;                   /* its */
        bool looked;                    /* an uninstall: the image was looked at for what leaving its realm
                                         * asks */
};

static const char *wizard_name(const struct wizard_state *st) {
        const char *name = questions_name(&st->ask);
        return name ? name : st->name ? st->name : st->plan ? st->plan->name : NULL;
}

/* ---- pages ---- */

/* The form of the page that is shown; NULL: it is one to read. */
static struct form *wizard_form(const struct wizard_state *st) {
        return st->page == PAGE_FORM ? st->ask.form : st->page == PAGE_SECRETS ? st->ask.secret_form : NULL;
}

/* An install asks all that the image wants to know; so does its rehearsal. */
static bool wizard_asks(const struct wizard_state *st) {
        return st->verb == VERB_INSTALL || st->verb == VERB_REHEARSE;
}

static bool wizard_has(const struct wizard_state *st, enum page page) {
        switch (page) {
        case PAGE_WHAT:
                return wizard_asks(st);
        case PAGE_FORM:
                return wizard_asks(st) || st->ask.leave;
        case PAGE_PREFLIGHT:
                return wizard_asks(st) && questions_chosen(&st->ask) &&
                       questions_chosen(&st->ask)->joins != REALM_NONE;
        case PAGE_SECRETS:
                return st->ask.secret_form && !form_empty(st->ask.secret_form);
        default:
                return true;
        }
}

static bool wizard_reads(const struct wizard_state *st) {
        return st->page == PAGE_WHAT || st->page == PAGE_REVIEW;
}

static const char *wizard_verb(const struct wizard_state *st) {
        static const char *const verbs[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = "Install",
                [VERB_UNINSTALL] = "Uninstall",
                [VERB_RUN] = "Run",
                [VERB_UPGRADE] = "Upgrade",
                [VERB_REHEARSE] = "Rehearse",
                [VERB_ACCESS] = "Change who may log in:",
                [VERB_RENEW] = "Renew the keys:",
        };
        return verbs[st->verb] ? verbs[st->verb] : "";
}

/* ---- the text of the pages to read ---- */

static void wizard_write_answers(struct screen *s) {
        struct wizard_state *st = s->state;
        struct join join;
        plantext_answers(&st->pager, st->plan, st->ask.profile);
        if (wizard_asks(st) && questions_join(&st->ask, &join) && join.kind != REALM_NONE &&
            st->checks.preflight && st->checks.preflight->realm)
                plantext_realm(&st->pager, st->checks.preflight->realm, &join,
                               host_status(ui_host(s->ui))->hostname);
}

static void wizard_write(struct screen *s) {
        struct wizard_state *st = s->state;
        struct pager *pager = &st->pager;
        pager_clear(pager);
        if (st->no_plan) {
                plantext_error(pager, DOC_BAD, st->no_plan);
                if (st->page == PAGE_WHAT) {
                        pager_end(pager);
                        pager_addf(pager, DOC_PLAIN, "The next page asks; the last one shows the exact "
                                                     "words before anything is run.");
                }
        } else if (st->plan) {
                if (st->page == PAGE_WHAT && st->ask.profile && !profile_is_generic(st->ask.profile))
                        plantext_profile(pager, st->ask.profile);
                if (st->page == PAGE_REVIEW && st->verb != VERB_ACCESS && st->verb != VERB_RENEW)
                        wizard_write_answers(s);
                plantext_plan(pager, st->plan, st->page == PAGE_WHAT);
        }
        screen_invalidate(s);
}

static void wizard_look_for_leave(struct screen *s);

static void wizard_planned(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard_state *st = s->state;
        st->planning = op_cancel(st->planning);
        plan_free(st->plan);
        error_free(st->no_plan);
        st->plan = plan;
        st->no_plan = e;
        if (plan && st->verb == VERB_UNINSTALL && plan->joins != REALM_NONE && !st->looked)
                wizard_look_for_leave(s);
        wizard_write(s);
}

static void wizard_plan(struct screen *s) {
        struct wizard_state *st = s->state;
        _cleanup_(answers_freep) struct answers *answers = questions_answers(&st->ask, st->page == PAGE_WHAT);
        _cleanup_strv_ char **secrets = questions_secrets(&st->ask);
        if (!answers || !secrets)
                return;
        const struct plan_order order = {
                .verb = st->verb,
                .image = st->reference,
                .name = questions_name(&st->ask) ? questions_name(&st->ask) : st->name,
                .mode = questions_mode(&st->ask),
                .answers = wizard_asks(st) || questions_deletes(&st->ask) ? answers : NULL,
                .deletes_account = questions_deletes(&st->ask),
                .access = st->verb == VERB_ACCESS ? &st->access : NULL,
                .secrets = st->page == PAGE_WHAT ? NULL : secrets,      /* NULL: not asked for yet */
                .allowed = st->allowed,
        };
        op_cancel(st->planning);
        st->planning = host_make_plan(ui_host(s->ui), &order, wizard_planned, s);
        st->plan = plan_free(st->plan);
        st->no_plan = error_free(st->no_plan);
        wizard_write(s);
}

/* The realm is looked for as the domain is typed. */
static void wizard_want(struct wizard_state *st) {
        struct join join;
        bool joins = st->page == PAGE_FORM && wizard_asks(st) && questions_join(&st->ask, &join);
        finder_want(&st->finder, joins ? join.domain : NULL, joins ? join.kind : REALM_NONE);
}

static void wizard_check(struct screen *s) {
        struct wizard_state *st = s->state;
        struct join join;
        if (!questions_join(&st->ask, &join))
                return;
        checkpage_look(&st->checks, &(struct preflight_order) { .domain = join.domain,
                                                               .wanted = join.kind,
                                                               .server = join.server,
                                                               .computer_name = join.computer_name,
                                                               .hostname = join.hostname });
}

static void wizard_go(struct screen *s, enum page page) {
        struct wizard_state *st = s->state;
        bool plan = page == PAGE_REVIEW || (page == PAGE_WHAT && st->page != PAGE_WHAT);
        /* going back to it shows what was seen; a try that began behind it has seen nothing yet */
        if (page == PAGE_PREFLIGHT &&
            (st->page < page || (!st->checks.preflight && !checkpage_looking(&st->checks))))
                wizard_check(s);
        st->page = page;
        s->pager = wizard_reads(st) ? &st->pager : NULL;
        s->list = page == PAGE_PREFLIGHT ? &st->checks.list : NULL;
        if (wizard_reads(st))
                pager_act(&st->pager, ACTION_FIRST);
        if (plan)
                wizard_plan(s);
        wizard_want(st);
        screen_invalidate(s);
}

/* Where the reason of an earlier failure is mended; all other answers are kept. */
static void wizard_mend_at(struct screen *s) {
        struct wizard_state *st = s->state;
        if (st->fix == FIX_FORCE)
                questions_say_yes(&st->ask, "force");
        bool secrets = (st->fix == FIX_PASSWORD || st->fix == FIX_FORCE) && wizard_has(st, PAGE_SECRETS);
        bool checks = (st->fix == FIX_CLOCK || st->fix == FIX_HOSTNAME || st->fix == FIX_LEAVE ||
                       st->fix == FIX_AGAIN) &&
                      wizard_has(st, PAGE_PREFLIGHT);
        wizard_go(s, secrets ? PAGE_SECRETS : checks ? PAGE_PREFLIGHT : PAGE_FORM);
}

static void wizard_found(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard_state *st = s->state;
        st->finding = op_cancel(st->finding);
        st->error = error_free(st->error);
        st->error = e;
        if (!image) {
                screen_invalidate(s);
                return;
        }
        image_free(st->image);
        st->image = image;
        _cleanup_error_ struct error *bad = NULL;
        struct profile *profile = NULL;
        host_find_profile(ui_host(s->ui), image, &profile, &bad);
        if (!profile || questions_ask(&st->ask, profile, st->reference, st->name) < 0 || !profile->n_modes) {
                error_set(&st->error, -EIO, "What this image asks could not be prepared");
                if (bad)
                        error_hint(&st->error, "%s", bad->message);
                screen_invalidate(s);
                return;
        }
        if (bad)
                screen_say(s, "Its own profile is not used: %s", bad->message);
        if (st->fix != FIX_NONE)
                wizard_mend_at(s);
        else
                wizard_plan(s);
}

/* ---- leaving a realm ---- */

/* The account that may be deleted is asked about before anything is shown; where it cannot be, the last look
 * is all there is. */
static void wizard_leave_found(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard_state *st = s->state;
        struct profile *profile = NULL;
        st->finding = op_cancel(st->finding);
        error_free(e);
        if (image)
                host_find_profile(ui_host(s->ui), image, &profile, NULL);
        const struct mode *mode =
                profile && st->plan && st->plan->mode ? profile_mode(profile, st->plan->mode) : NULL;
        image_free(image);
        if (!mode || !mode->leave) {
                profile_free(profile);
                screen_invalidate(s);
                return;
        }
        for (size_t i = 0; i < st->plan->answers->n; i++)
                (void) answers_set(st->ask.answers, st->plan->answers->items[i].name,
                                   st->plan->answers->items[i].value, "of the join");
        if (st->fix != FIX_NONE)
                (void) questions_delete(&st->ask);
        if (questions_leave(&st->ask, profile, mode->leave) < 0) {
                error_set(&st->error, -ENOMEM, "Out of memory");
                screen_invalidate(s);
        } else
                wizard_go(s, st->fix == FIX_PASSWORD ? PAGE_SECRETS : PAGE_FORM);
}

static void wizard_look_for_leave(struct screen *s) {
        struct wizard_state *st = s->state;
        st->looked = true;
        st->finding = host_find_image(ui_host(s->ui), st->plan->image, wizard_leave_found, s);
}

/* ---- the screen ---- */

static int wizard_open(struct screen *s, const void *arg, struct error **reterr) {
        const struct wizard_order *order = arg;
        struct wizard_state *st = s->state;
        st->verb = order->verb;
        st->fix = order->fix;
        if (questions_init(&st->ask, ui_host(s->ui)) < 0 ||
            questions_keep(&st->ask, order->answers, order->mode) < 0 ||
            str_replace(&st->reference, order->image) < 0 ||
            (order->access && strv_extend(&st->names, order->access->names) < 0) ||
            str_replace(&st->name, order->name) < 0 || pager_init(&st->pager, PAGER_WORDS, false) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        if (order->access)
                st->access = *order->access;
        st->access.names = st->names;
        s->pager = &st->pager;
        finder_init(&st->finder, s);
        checkpage_init(&st->checks, s, wizard_check);
        st->checks.leads_on = true;
        st->ask.finder = &st->finder;
        if (st->verb == VERB_INSTALL)
                st->finding = host_find_image(ui_host(s->ui), st->reference, wizard_found, s);
        else {
                st->page = PAGE_REVIEW;
                wizard_plan(s);
        }
        return 0;
}

static void wizard_close(struct screen *s) {
        struct wizard_state *st = s->state;
        op_cancel(st->finding);
        op_cancel(st->planning);
        op_cancel(st->starting);
        finder_done(&st->finder);
        checkpage_done(&st->checks);
        questions_done(&st->ask);
        image_free(st->image);
        error_free(st->error);
        plan_free(st->plan);
        error_free(st->no_plan);
        strv_free(st->allowed);
        strv_free(st->names);
        pager_done(&st->pager);
        free(st->reference);
        free(st->name);
        free(st->allowing);
}

static void wizard_title(const struct screen *s, struct str *left, struct str *right) {
        static const char *const names[_PAGE_MAX] = {
                [PAGE_WHAT] = "what it does",
                [PAGE_FORM] = "questions",
                [PAGE_PREFLIGHT] = "preflight",
                [PAGE_SECRETS] = "secrets",
                [PAGE_REVIEW] = "last look",
        };
        const struct wizard_state *st = s->state;
        const char *name = wizard_name(st),
                   *latest = st->reference ? str_ends(st->reference, ":latest") : NULL;
        str_addf(left, "%s%s%s", st->ask.leave ? "Leave the realm: uninstall" : wizard_verb(st),
                 name ? " " : "", name ? name : "");
        if (st->reference)
                str_addf(left, " from %.*s",
                         (int) (latest ? (size_t) (latest - st->reference) : strlen(st->reference)),
                         st->reference);
        unsigned number = 0, all = 0;
        for (enum page page = 0; page < _PAGE_MAX; page++)
                if (wizard_has(st, page)) {
                        all++;
                        if (page <= st->page)
                                number = all;
                }
        if (all > 1 && !st->finding)    /* else its labels may say that there are more */
                str_addf(right, "page %u of %u: ", number, all);
        size_t wrong = wizard_form(st) ? form_wrong(wizard_form(st)) : 0;
        if (wrong)
                str_addf(right, "%zu to put right", wrong);
        else
                str_add(right, st->page == PAGE_FORM && st->ask.leave ? "the account" : names[st->page]);
}

static void wizard_draw_form(const struct wizard_state *st, struct form *form, const struct canvas *c) {
        const char *help = questions_mode_help(&st->ask);
        int row = 0;
        if (st->page == PAGE_SECRETS)
                row += canvas_paragraph(c, row, 2, c->columns - 4, STYLE_PLAIN,
                                        st->ask.leave ? "These are never stored, shown or logged; they are "
                                                        "handed to the uninstaller when it runs."
                                                      : "These are never stored, shown or logged; they are "
                                                        "handed to the installer when it runs.");
        else if (help && c->rows > 9)
                row += canvas_paragraph(c, row, 2, c->columns - 4, STYLE_PLAIN, help);
        if (row && c->rows - row > 6)
                row++;
        struct canvas fields = canvas_part(c, row, 0, -1, -1);
        form_draw(form, &fields);
}

static void wizard_draw(const struct screen *s, const struct canvas *c) {
        const struct wizard_state *st = s->state;
        if (st->error)
                canvas_error(c, 1, st->error, true);
        else if (st->finding)
                canvas_text(c, 1, 2, 0, STYLE_BUSY, "Reading its labels ...");
        else if (wizard_form(st))
                wizard_draw_form(st, wizard_form(st), c);
        else if (st->page == PAGE_PREFLIGHT)
                checkpage_draw((struct checkpage *) &st->checks, c);
        else if (st->planning)
                canvas_text(c, 1, 2, 0, STYLE_BUSY, "Working out what it would do ...");
        else
                pager_draw(s->pager, c);
}

/* The next finding that refuses the plan and can be allowed; NULL. */
static const struct finding *wizard_allowable(const struct wizard_state *st) {
        for (size_t i = 0; st->plan && i < st->plan->findings.n; i++) {
                const struct finding *f = &st->plan->findings.items[i];
                if (f->severity == SEVERITY_BLOCK && !f->allowed && finding_can_be_allowed(f))
                        return f;
        }
        return NULL;
}

static bool wizard_refused(const struct wizard_state *st) {
        return st->plan && finding_list_count(&st->plan->findings, SEVERITY_BLOCK);
}

static void wizard_status(const struct screen *s, struct str *out) {
        const struct wizard_state *st = s->state;
        struct form *form = wizard_form(st);
        if (st->finding && st->verb == VERB_UNINSTALL)
                str_add(out, "Nothing is run yet.");
        else if (st->starting)
                str_add(out, "Starting the job ...");
        else if (form && form_focus(form))
                str_addf(out, str_empty(form_focus(form)->help) ? "%s%s" : "%s: %s", form_focus(form)->title,
                         form_focus(form)->help ? form_focus(form)->help : "");
        else if (form)
                str_add(out, "Nothing is asked here; Enter goes on.");
        else if (st->page == PAGE_PREFLIGHT)
                checkpage_status(&st->checks, out);
        else if (wizard_refused(st))
                str_add(out, wizard_allowable(st)
                                     ? "A finding refuses this plan; a allows it, if you know better."
                                     : "Findings refuse this plan, and they cannot be allowed.");
        else if (st->page == PAGE_REVIEW && st->plan)
                str_addf(out, "Word for word what will run. Enter asks for your consent, then it is begun.");
        else if (st->plan)
                str_add(out, "Read what it does. Enter goes to the questions; nothing is run yet.");
}

/* ---- going on ---- */

static void wizard_started(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard_state *st = s->state;
        st->starting = op_cancel(st->starting);
        if (e) {
                dialog_error(s->ui, e);
                if (wizard_has(st, PAGE_SECRETS))
                        wizard_go(s, PAGE_SECRETS);     /* the worker got them; they must be typed again */
                return;
        }
        if (st->verb != VERB_REHEARSE) {
                screen_replace(s, &job_screen, job_id);
                return;
        }
        /* Behind the rehearsal stands the install, with all its answers; only secrets must be typed again. */
        screen_open(s->ui, &job_screen, job_id);
        st->verb = VERB_INSTALL;
        wizard_go(s, wizard_has(st, PAGE_SECRETS) ? PAGE_SECRETS : PAGE_REVIEW);
}

static void wizard_turn(struct screen *s, enum plan_verb verb) {
        struct wizard_state *st = s->state;
        st->verb = verb;
        wizard_go(s, PAGE_REVIEW);
}

static void wizard_consented(struct screen *s, bool yes) {
        struct wizard_state *st = s->state;
        if (!yes || !st->plan || st->starting)
                return;
        st->starting =
                host_start_job(ui_host(s->ui), st->plan, questions_hand_over(&st->ask), wizard_started, s);
        screen_invalidate(s);
}

static void wizard_consent(struct screen *s) {
        struct wizard_state *st = s->state;
        struct error *e = NULL;
        if (!st->plan || st->starting)
                return;
        if (plan_permitted(st->plan, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        bool realm = st->verb == VERB_ACCESS || st->verb == VERB_RENEW;
        _cleanup_free_ char *title = str_printf("%s %s", wizard_verb(st), st->plan->name);
        _cleanup_str_ struct str text = {};
        plantext_consent(st->plan, &text);
        if (text.failed)
                return;
        const struct question question = {
                .title = title,
                .text = text.text,
                .yes = !realm ? wizard_verb(st) : st->verb == VERB_ACCESS ? "Change it" : "Renew them",
                .no = "Back",
        };
        dialog_confirm(s, &question, wizard_consented);
}

static void wizard_forth(struct screen *s) {
        struct wizard_state *st = s->state;
        enum page page = st->page + 1;
        while (page < PAGE_REVIEW && !wizard_has(st, page))
                page++;
        wizard_go(s, page);
}

static void wizard_next(struct screen *s) {
        struct wizard_state *st = s->state;
        struct error *e = NULL;
        if (st->error || st->finding)
                return;
        struct form *form = wizard_form(st);
        if (st->page == PAGE_REVIEW) {
                wizard_consent(s);
                return;
        }
        if (st->page == PAGE_PREFLIGHT && (checkpage_looking(&st->checks) || checkpage_fails(&st->checks)))
                return;
        if (form && form_finish(form, &e) < 0) {
                /* The reason stands under the field, which has the focus; here it is said once more. */
                screen_say(s, "%s", e->message);
                error_free(e);
                return;
        }
        wizard_forth(s);
}

static void wizard_left(struct screen *s, bool yes) {
        if (yes)
                screen_close(s);
}

static void wizard_back(struct screen *s) {
        struct wizard_state *st = s->state;
        enum page page = st->page;
        if (st->verb == VERB_REHEARSE) {
                wizard_turn(s, VERB_INSTALL);
                return;
        }
        while (page > 0) {
                page--;
                if (wizard_has(st, page)) {
                        wizard_go(s, page);
                        return;
                }
        }
        if (!questions_typed(&st->ask)) {
                screen_close(s);
                return;
        }
        const struct question question = {
                .title = st->ask.leave ? "Stay in the realm" : "Leave this install",
                .text = "What you answered is lost. Nothing was changed on this host.",
                .yes = st->ask.leave ? "Stay in it" : "Leave",
                .no = st->ask.leave ? "Go on" : "Stay",
        };
        dialog_confirm(s, &question, wizard_left);
}

/* ---- allowing a finding ---- */

static void wizard_allowed(struct screen *s, bool yes) {
        struct wizard_state *st = s->state;
        if (yes && st->allowing && strv_add(&st->allowed, st->allowing) == 0)
                wizard_plan(s);
}

static void wizard_allow(struct screen *s) {
        struct wizard_state *st = s->state;
        const struct finding *f = wizard_allowable(st);
        if (!f || str_replace(&st->allowing, f->id) < 0)
                return;
        _cleanup_free_ char *title = str_printf("Allow %s", f->id);
        _cleanup_free_ char *text = str_printf("%s%s%s.\n%s", f->where ? f->where : "", f->where ? ": " : "",
                                               f->message, f->hint ? f->hint : "");
        const struct question question = { .title = title, .text = text, .yes = "Allow it" };
        dialog_confirm(s, &question, wizard_allowed);
}

/* ---- the preflight ---- */

static void wizard_fix(struct screen *s) {
        struct wizard_state *st = s->state;
        if (!checkpage_mend(&st->checks))
                wizard_go(s, PAGE_FORM);
}

static void wizard_passed_over(struct screen *s, bool yes) {
        if (yes)
                wizard_forth(s);
}

static void wizard_pass_over(struct screen *s) {
        static const struct question question = {
                .title = "Go on all the same",
                .text = "The preflight found what is in the way of a join. If it fails, everything it "
                        "changed on this host is put back.",
                .yes = "Go on",
                .no = "Stay",
        };
        dialog_confirm(s, &question, wizard_passed_over);
}

static bool wizard_can(const struct screen *s, enum action action) {
        const struct wizard_state *st = s->state;
        const struct form *form = wizard_form(st);
        switch (action) {
        case ACTION_ALLOW:
                return st->page == PAGE_PREFLIGHT ? checkpage_fails(&st->checks)
                                                  : wizard_reads(st) && wizard_allowable(st);
        case ACTION_NEXT_FIELD:
                return form && !form_at_last(form);
        case ACTION_NEXT_PAGE:
                return form && !form_wrong(form);
        case ACTION_CONSENT:
                return st->page == PAGE_REVIEW && st->plan && !wizard_refused(st) && !st->starting &&
                       !st->finding;
        case ACTION_NEXT:
                return !form && st->page != PAGE_REVIEW && !st->error && !st->finding &&
                       (st->page != PAGE_PREFLIGHT ||
                        !(checkpage_looking(&st->checks) || checkpage_fails(&st->checks)));
        case ACTION_REHEARSE:
                return st->page == PAGE_REVIEW && st->verb == VERB_INSTALL && st->plan && st->plan->command &&
                       !st->starting && !(st->ask.profile && st->ask.profile->no_rehearsal);
        case ACTION_NO_REHEARSAL:
                return st->verb == VERB_REHEARSE && !st->starting;
        case ACTION_FIX:
                return st->page == PAGE_PREFLIGHT && checkpage_fix(&st->checks) != FIX_NONE;
        case ACTION_AGAIN:
        case ACTION_DETAILS:
                return st->page == PAGE_PREFLIGHT && !checkpage_looking(&st->checks);
        default:
                return true;
        }
}

static bool wizard_act(struct screen *s, enum action action) {
        struct wizard_state *st = s->state;
        switch (action) {
        case ACTION_NEXT:
        case ACTION_NEXT_PAGE:
        case ACTION_CONSENT:
                wizard_next(s);
                return true;
        case ACTION_ALLOW:
                if (st->page == PAGE_PREFLIGHT)
                        wizard_pass_over(s);
                else
                        wizard_allow(s);
                return true;
        case ACTION_REHEARSE:
                wizard_turn(s, VERB_REHEARSE);
                return true;
        case ACTION_NO_REHEARSAL:
                wizard_turn(s, VERB_INSTALL);
                return true;
        case ACTION_FIX:
                wizard_fix(s);
                return true;
        case ACTION_AGAIN:
                wizard_check(s);
                return true;
        case ACTION_DETAILS:
                st->checks.details = !st->checks.details;
                screen_invalidate(s);
                return true;
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
        const struct wizard_state *st = s->state;
        return wizard_form(st) && !st->finding && !st->error;
}

static unsigned wizard_tick_ms(const struct screen *s) {
        const struct wizard_state *st = s->state;
        return finder_tick_ms(&st->finder);
}

static void wizard_tick(struct screen *s) {
        struct wizard_state *st = s->state;
        finder_tick(&st->finder);
}

static bool wizard_type(struct screen *s, int key) {
        struct wizard_state *st = s->state;
        struct form *form = wizard_form(st);
        bool next = false;
        if (!form || !form_key(form, key, &next))
                return false;
        if (next)
                wizard_next(s);
        wizard_want(st);
        return true;
}

static void wizard_changed(struct screen *s, unsigned topics) {
        struct wizard_state *st = s->state;
        checkpage_changed(&st->checks);
}

const struct screen_class wizard_screen = {
        .name = "wizard",
        .title = "",
        .help = "Sets an image up as a service, page by page: what it does, the questions, secrets last, a "
                "last look at the very words "
                "that will run. Nothing is run and nothing is written before you consent on the last page. "
                "There r plans a rehearsal: the "
                "same on a copy of the host's files that is thrown away.\n"
                "Esc goes back a page and loses nothing. In a form Tab and the arrows go from field to "
                "field, Space changes a choice or "
                "a box, Enter goes to the next field and from the last one to the next page; Ctrl-D goes "
                "there from any field. A wrong "
                "answer says why under its field.",
        .size = sizeof(struct wizard_state),
        .topics = TOPIC_SERVICES,
        .keep = true,
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_NEXT },
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
                {}
        },
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
