/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/wizard/internal.h"

/* The two pages that show a plan. The first has the effects of the install, with the answers it begins with;
 * the review the exact words that will run: from there to a rehearsal, or by consent to the job. */

#include <stdlib.h>

#include "ui/dialog.h"
#include "ui/screens/parts/plan-text.h"

/* ---- the plan of the answers so far ---- */

static void review_write(struct screen *s) {
        const struct wizard *w = s->state;
        pager_clear(&s->text);
        if (w->no_plan)
                plan_text_error(&s->text, DOC_BAD, w->no_plan);
        if (wizard_page(w)->write && (w->plan || w->no_plan))
                wizard_page(w)->write(s);
        screen_invalidate(s);
}

/* An uninstall that leaves a realm asks about the account that may be deleted before anything is shown; where
 * it cannot be deleted, only the review remains. */
static void review_leaves(struct image *image, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        struct profile *profile = NULL;
        w->finding = op_cancel(w->finding);
        error_free(e);
        if (image)
                host_find_profile(ui_host(s->ui), image, &profile, NULL);
        image_free(image);
        const struct mode *mode =
                profile && w->plan && w->plan->given.mode ? profile_mode(profile, w->plan->given.mode) : NULL;
        if (!mode || !mode->leave) {
                profile_free(profile);
                screen_invalidate(s);
                return;
        }
        questions_keep(&w->ask, w->plan->given.answers, NULL, "of the join");
        if (w->fix != FIX_NONE)
                questions_delete(&w->ask);
        questions_leave(&w->ask, profile, mode->leave);
        wizard_go(s, w->fix == FIX_PASSWORD ? PAGE_SECRETS : PAGE_FORM);
}

static void review_planned(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        w->planning = op_cancel(w->planning);
        w->plan = plan;
        w->no_plan = e;
        if (plan && w->verb == VERB_UNINSTALL && plan->joins != REALM_NONE && !w->looked) {
                w->looked = true;
                w->finding = host_find_image(ui_host(s->ui), plan->pin.image, review_leaves, s);
        }
        review_write(s);
}

void wizard_plan(struct screen *s) {
        struct wizard *w = s->state;
        bool early = w->page == PAGE_WHAT; /* nothing was asked yet */
        _cleanup_(answers_freep) struct answers *answers = questions_answers(&w->ask, early);
        _cleanup_strv_ char **secrets = questions_secrets(&w->ask);
        const struct plan_order order = {
                .verb = w->verb,
                .image = w->anew ? NULL : w->reference,
                .name = questions_name(&w->ask) ? questions_name(&w->ask) : w->name,
                .mode = questions_mode(&w->ask),
                .answers = wizard_asks(w) || questions_deletes(&w->ask) ? answers : NULL,
                .all_answers = w->anew,
                .deletes_account = questions_deletes(&w->ask),
                .removes_volumes = w->removes_volumes,
                .removes_unit = w->removes_unit,
                .access = w->verb == VERB_ACCESS ? &w->access : NULL,
                .set = w->set,
                .secrets = early ? NULL : secrets,
                .allowed = w->allowed,
        };
        op_cancel(w->planning);
        w->planning = host_make_plan(ui_host(s->ui), &order, review_planned, s);
        w->plan = plan_free(w->plan);
        w->no_plan = error_free(w->no_plan);
        review_write(s);
}

static void review_open(struct screen *s, bool onward) {
        wizard_plan(s);
}

static void review_draw(struct screen *s, const struct canvas *c) {
        const struct wizard *w = s->state;
        if (w->planning) {
                canvas_text(c, 1, 2, 0, STYLE_BUSY, "Making the plan ...");
                return;
        }
        struct canvas text = canvas_part(c, 0, 0, c->rows - 1, -1);
        pager_draw(s->pager, &text);
        if (!s->pager->more && !s->pager->top)
                return;
        _cleanup_str_ struct str place = {};
        pager_place(s->pager, &place);
        canvas_textf(c, c->rows - 1, 2, 0, STYLE_DIM, s->pager->more ? "%s, more below" : "%s, the end",
                     place.text);
}

/* ---- findings that refuse it ---- */

static size_t review_refused(const struct wizard *w) {
        return w->plan ? finding_list_count(&w->plan->findings, SEVERITY_BLOCK) : 0;
}

/* The next one that can be allowed; NULL: none, or another blocks it all the same. */
static const struct finding *review_allowable(const struct wizard *w) {
        const struct finding *next = NULL;
        for (size_t i = 0; w->plan && i < w->plan->findings.n; i++) {
                const struct finding *f = &w->plan->findings.items[i];
                if (f->severity != SEVERITY_BLOCK || f->allowed)
                        continue;
                if (!finding_can_be_allowed(f))
                        return NULL;
                next = next ? next : f;
        }
        return next;
}

static void review_allow(struct screen *s) {
        struct wizard *w = s->state;
        const struct finding *f = review_allowable(w);
        if (!f)
                return;
        strv_add(&w->allowed, f->id);
        wizard_plan(s);
}

static void review_ask_allow(struct screen *s) {
        const struct finding *f = review_allowable(s->state);
        if (!f)
                return;
        _cleanup_free_ char *title = str_printf("Allow %s", f->id);
        _cleanup_free_ char *text = str_printf("%s%s%s.\n%s", f->where ? f->where : "", f->where ? ": " : "",
                                               f->message, f->hint ? finding_hint_on_screen(f) : "");
        dialog_confirm(s, &(const struct question){ .title = title, .text = text, .yes = "Allow it" },
                       review_allow);
}

/* The sentence of a plan that is not refused is the page's own. */
static void review_put_status(const struct wizard *w, struct str *out, const char *page) {
        if (review_refused(w))
                str_add(out, review_allowable(w)
                                     ? "A finding blocks this plan; a allows it, if you know better."
                                     : "Findings block this plan, and they cannot be allowed.");
        else if (w->plan)
                str_add(out, page);
}

static void review_show_findings(struct screen *s) {
        size_t n = review_refused(s->state);
        pager_act(s->pager, ACTION_FIRST);
        screen_say(s,
                   plural(n, "Blocked by %zu finding; Esc goes back to the answers",
                          "Blocked by %zu findings; Esc goes back to the answers"),
                   n);
}

static bool review_act(struct screen *s, enum action action) {
        struct wizard *w = s->state;
        if (action == ACTION_VOLUMES) {
                w->removes_volumes = !w->removes_volumes;
                wizard_plan(s);
        } else if (action == ACTION_UNIT_FILE) {
                w->removes_unit = !w->removes_unit;
                wizard_plan(s);
        } else if (action == ACTION_ALLOW)
                review_ask_allow(s);
        else if (action == ACTION_LINT)
                review_show_findings(s);
        else
                wizard_turn(s, action == ACTION_REHEARSE);
        return true;
}

/* ---- the first page ---- */

static void review_what_write(struct screen *s) {
        const struct wizard *w = s->state;
        const struct profile *profile = w->ask.profile;
        if (w->no_plan) {
                pager_end(&s->text);
                pager_addf(&s->text, DOC_PLAIN,
                           "The next page asks the questions; the last one shows the exact commands before "
                           "anything is run.");
                return;
        }
        if (profile && !profile_is_generic(profile)) {
                pager_addf(&s->text, DOC_STRONG, "%s", profile->title);
                if (profile->help)
                        pager_addf(&s->text, DOC_PLAIN, "  %s", profile->help);
                pager_end(&s->text);
        }
        plan_text_plan(&s->text, w->plan, true);
}

static void review_what_status(const struct screen *s, struct str *out) {
        review_put_status(s->state, out,
                          "Read what it does. Enter goes to the questions; nothing is run yet.");
}

static bool review_what_can(const struct screen *s, enum action action) {
        return action == ACTION_NEXT || (action == ACTION_ALLOW && review_allowable(s->state));
}

/* Of a service that is installed it is known. */
static bool review_what_has(const struct wizard *w) {
        return wizard_asks(w) && !w->anew;
}

const struct page what_page = {
        .title = "what it does",
        .has = review_what_has,
        .open = review_open,
        .write = review_what_write,
        .draw = review_draw,
        .status = review_what_status,
        .can = review_what_can,
        .act = review_act,
        .next = wizard_forth,
};

/* ---- the review ---- */

static void review_write_plan(struct screen *s) {
        const struct wizard *w = s->state;
        const struct realm *realm = w->checks.preflight ? w->checks.preflight->realm : NULL;
        struct join join;
        if (!w->plan)
                return;
        bool asks = w->verb == VERB_INSTALL || w->verb == VERB_REHEARSE || w->verb == VERB_RUN ||
                    w->verb == VERB_UPGRADE;
        if (asks && !w->anew) {
                plan_text_answers(&s->text, w->plan, w->ask.profile, NULL);
                if (questions_join(&w->ask, &join) && realm)
                        plan_text_realm(&s->text, realm, &join, host_status(ui_host(s->ui))->hostname);
        }
        /* Of a leave what it does comes first, and what was asked for it alone. */
        plan_text_plan(&s->text, w->plan, false);
        if (questions_deletes(&w->ask)) {
                pager_end(&s->text);
                plan_text_answers(&s->text, w->plan, w->ask.profile, w->ask.leave);
        }
        if (w->anew) {
                pager_end(&s->text);
                plan_text_answers(&s->text, w->plan, w->ask.profile, NULL);
        }
}

static void review_status(const struct screen *s, struct str *out) {
        const struct wizard *w = s->state;
        review_put_status(w, out,
                          w->verb == VERB_EDIT ? "systemd has read it and refuses nothing. Enter: consent."
                                               : "This is exactly what will run. Enter: consent.");
}

static void review_started(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        w->starting = op_cancel(w->starting);
        if (e) {
                dialog_error(s->ui, e);
                if (wizard_has(w, PAGE_SECRETS))
                        wizard_go(s, PAGE_SECRETS); /* the worker got them; they must be typed again */
                return;
        }
        if (w->verb != VERB_REHEARSE) {
                screen_replace(s, &job_screen, job_id);
                return;
        }
        /* The install stays below its rehearsal, with all its answers; only secrets must be typed again. */
        screen_open(s->ui, &job_screen, job_id);
        w->verb = w->anew ? VERB_RECONFIGURE : VERB_INSTALL;
        wizard_go(s, wizard_has(w, PAGE_SECRETS) ? PAGE_SECRETS : PAGE_REVIEW);
}

/* A command that people use has the terminal itself: no job, so no lock of the host and no record. */
static void review_run(enum container_state state, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct wizard *w = s->state;
        const struct command *command = w->plan->command;
        w->starting = op_cancel(w->starting);
        if (e) {
                dialog_error(s->ui, e);
                return;
        }
        if (state == CONTAINER_RUNNING && command->name) {
                screen_say(s, "%s is running already", command->name);
                screen_close(s);
                return;
        }
        const char *engine = host_engine_path(ui_host(s->ui));
        _cleanup_strv_ char **argv = plan_run_argv(w->plan, engine, state == CONTAINER_STOPPED);
        _cleanup_strv_ char **environment = plan_run_environment(w->plan, getenv("TERM"));
        if (screen_lend(s, w->plan->name, argv, environment, !command->interactive))
                screen_close(s);
}

static void review_start(struct screen *s) {
        struct wizard *w = s->state;
        if (!w->plan || w->starting)
                return;
        if (w->verb == VERB_RUN) {
                const char *name = w->plan->command->name;
                w->starting = host_find_container(ui_host(s->ui), name ? name : "", review_run, s);
                screen_invalidate(s);
                return;
        }
        w->starting =
                host_start_job(ui_host(s->ui), w->plan, questions_hand_over(&w->ask), review_started, s);
        screen_invalidate(s);
}

static void review_next(struct screen *s) {
        static const char *const yes[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = "Install",  [VERB_UNINSTALL] = "Uninstall",     [VERB_RUN] = "Run",
                [VERB_UPGRADE] = "Upgrade",  [VERB_REHEARSE] = "Rehearse",       [VERB_ACCESS] = "Change it",
                [VERB_RENEW] = "Renew them", [VERB_RECONFIGURE] = "Reconfigure", [VERB_EDIT] = "Write it",
                [VERB_ADOPT] = "Adopt it",
        };
        struct wizard *w = s->state;
        if (!w->plan || w->starting || (w->verb == VERB_RUN && !w->plan->command))
                return;
        if (review_refused(w))
                return;
        _cleanup_str_ struct str title = {}, text = {};
        bool joins = w->verb == VERB_INSTALL && w->plan->joins != REALM_NONE;
        wizard_title_of(s, w->plan->name, &title);
        plan_text_consent(w->plan, &text);
        const struct question question = {
                .title = title.text, .text = text.text, .yes = joins ? "Join" : yes[w->verb], .no = "Back"
        };
        dialog_confirm(s, &question, review_start);
}

/* An uninstall of a service whose unit file somebody edited. */
static bool review_edited(const struct wizard *w) {
        return w->plan && (finding_list_find(&w->plan->findings, "unit-kept") ||
                           finding_list_find(&w->plan->findings, "unit-removed"));
}

static bool review_can(const struct screen *s, enum action action) {
        const struct wizard *w = s->state;
        switch (action) {
        case ACTION_CONSENT:
                return w->plan && !review_refused(w) && !w->starting && !w->finding &&
                       (w->verb != VERB_RUN || w->plan->command);
        case ACTION_REHEARSE:
                return (w->verb == VERB_INSTALL || w->verb == VERB_RECONFIGURE) && w->plan &&
                       w->plan->command && !w->starting && !review_refused(w) &&
                       !(w->ask.profile && w->ask.profile->no_rehearsal);
        case ACTION_LINT: return review_refused(w);
        case ACTION_NO_REHEARSAL: return w->verb == VERB_REHEARSE && !w->starting;
        case ACTION_VOLUMES: return w->verb == VERB_UNINSTALL && w->plan && w->plan->volumes;
        case ACTION_UNIT_FILE: return review_edited(w);
        case ACTION_ALLOW: return review_allowable(w);
        default: return false;
        }
}

const struct page review_page = {
        .title = "last look",
        .open = review_open,
        .write = review_write_plan,
        .draw = review_draw,
        .status = review_status,
        .can = review_can,
        .act = review_act,
        .next = review_next,
};
