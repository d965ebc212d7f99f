/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/job-actions.h"

#include "base/secret.h"
#include "model/job/rollback.h"
#include "model/realm/failure.h"
#include "ui/dialog.h"
#include "ui/screens/screens.h"

/* The job itself is not kept: a question may be open for long. */
struct job_acting {
        struct op *op;
        enum job_resume how;
        char **names; /* of the secrets to ask for */
        size_t given; /* so many of them were */
        struct secret_list *secrets;
        enum fix fix;
};

void job_acting_done(struct screen *s) {
        struct job_acting *acting = s->job_acting;
        if (!acting)
                return;
        op_cancel(acting->op);
        strv_free(acting->names);
        secret_list_free(acting->secrets);
        free(acting);
        s->job_acting = NULL;
}

bool job_acting_runs(const struct screen *s) {
        return s->job_acting && s->job_acting->op;
}

/* The reason why this job failed, where it can be fixed; NULL. */
static const struct failure *job_actions_failure(const struct job *job) {
        bool leave = job->verb == VERB_UNINSTALL;
        const struct failure *f = job->failure;
        if (job->state != JOB_FAILED || !f || f->fix == FIX_NONE)
                return NULL;
        if (leave)
                return f->fix == FIX_PASSWORD || f->fix == FIX_ACCOUNT || f->fix == FIX_AGAIN ? f : NULL;
        return job->verb == VERB_INSTALL ? f : NULL;
}

bool job_action_fits(const struct job *job, enum action action) {
        bool lost = job && job->state == JOB_INTERRUPTED;
        switch (action) {
        case ACTION_RESUME:
                /* An interrupted rollback can only be finished. */
                return lost && job->way != WAY_UNDO;
        case ACTION_ROLLBACK: return lost || (job && (job->state == JOB_BROKEN || rollback_fits(job)));
        case ACTION_FIX: return job && job_actions_failure(job);
        default: return true;
        }
}

/* ---- resume, roll back ---- */

static void job_actions_started(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct job_acting *acting = s->job_acting;
        acting->op = op_cancel(acting->op);
        if (e)
                dialog_error(s->ui, e);
        else
                screen_replace(s, &job_screen, s->about);
}

static void job_actions_resume(struct screen *s);

static void job_actions_secret_given(struct screen *s, const char *text) {
        struct job_acting *acting = s->job_acting;
        if (!text) {
                job_acting_done(s);
                screen_say(s, "Nothing was done: a secret is missing");
                return;
        }
        /* From a field of its own, so neither too long nor of two lines. */
        struct secret *secret = secret_new(acting->names[acting->given++]);
        (void) secret_set(secret, text, strlen(text));
        (void) secret_list_take(acting->secrets, secret);
        job_actions_resume(s);
}

/* Asks for the next secret; with all of them the job goes on. */
static void job_actions_resume(struct screen *s) {
        struct job_acting *acting = s->job_acting;
        if (acting->names && acting->names[acting->given]) {
                _cleanup_free_ char *label = str_printf("%s:", acting->names[acting->given]);
                screen_ask_secret(s, label, job_actions_secret_given);
                return;
        }
        acting->op = host_resume_job(ui_host(s->ui), s->about, acting->how, TAKE(acting->secrets),
                                     job_actions_started, s);
        screen_invalidate(s);
}

static const char *job_actions_meaning(const struct job *job, bool onward) {
        if (!onward)
                return "Everything that the job changed is restored. Files that were changed since then stay "
                       "as they are, and are listed.";
        switch (job->way) {
        case WAY_BEGIN: return "Nothing was changed yet: the job starts at its first step.";
        case WAY_AGAIN:
                return "Its command was interrupted, and running it twice may do harm. So everything it "
                       "changed is restored first, then it runs again from the beginning.";
        default:
                return "Finished steps stay as they are; the job continues at the step that was interrupted.";
        }
}

/* One that is done: later jobs may have built on it, so all of them are looked at first. */
static void job_actions_listed(struct job_list *all, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct job_acting *acting = s->job_acting;
        const struct job *job = NULL;
        acting->op = op_cancel(acting->op);
        for (size_t i = 0; all && i < all->n; i++)
                if (str_equal(all->items[i]->id, s->about))
                        job = all->items[i];
        if (!e && job)
                (void) rollback_check(job, all, &e);
        if (e || !job) {
                job_list_free(all);
                job_acting_done(s);
                if (e)
                        dialog_error(s->ui, e);
                else
                        screen_say(s, "This job is not on this host any more");
                return;
        }
        acting->how = RESUME_ROLL_BACK;
        acting->secrets = secret_list_new();
        _cleanup_free_ char *text = rollback_text(job, all),
                            *what = job_what(job),
                            *title = str_printf("Roll back: %s", what);
        dialog_confirm(s, &(const struct question){ .title = title, .text = text, .yes = "Roll back" },
                       job_actions_resume);
        job_list_free(all);
}

static void job_actions_ask_resume(struct screen *s, const struct job *job, bool onward) {
        struct job_acting *acting = s->job_acting;
        acting->how = onward ? RESUME_ONWARD : RESUME_ROLL_BACK;
        acting->secrets = secret_list_new();
        acting->names = onward ? strv_copy(job->secrets) : NULL;
        const char *yes = onward ? "Resume" : "Roll back";
        _cleanup_free_ char *what = job_what(job), *title = str_printf("%s: %s", yes, what);
        const struct question question = { .title = title,
                                           .text = job_actions_meaning(job, onward),
                                           .yes = yes };
        dialog_confirm(s, &question, job_actions_resume);
}

/* ---- try again ---- */

static void job_actions_retry(struct screen *s) {
        const struct job_acting *acting = s->job_acting;
        struct error *e = NULL;
        _cleanup_(plan_freep) struct plan *plan = NULL;
        if (host_job_plan(ui_host(s->ui), s->about, &plan, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        bool leave = plan->verb == VERB_UNINSTALL;
        const struct wizard_order order = { .verb = plan->verb,
                                            .image = leave ? NULL : plan->pin.reference,
                                            .name = plan->name,
                                            .answers = leave ? NULL : plan->given.answers,
                                            .mode = leave ? NULL : plan->given.mode,
                                            .fix = acting->fix };
        screen_open(s->ui, &wizard_screen, &order);
}

static void job_actions_ask_retry(struct screen *s, const struct failure *f) {
        s->job_acting->fix = f->fix;
        if (!f->consequence) {
                job_actions_retry(s);
                return;
        }
        _cleanup_free_ char *text = str_printf("%s.\n%s", f->hint, f->consequence);
        const struct question question = {
                .title = fix_title(f->fix), .text = text, .yes = "Go on", .no = "Back"
        };
        dialog_confirm(s, &question, job_actions_retry);
}

void job_acting_begin(struct screen *s, const struct job *job, enum action action) {
        if (job_acting_runs(s))
                return;
        job_acting_done(s);
        s->job_acting = new0(struct job_acting);
        if (action == ACTION_ROLLBACK && job->state == JOB_DONE)
                s->job_acting->op = host_list_jobs(ui_host(s->ui), job_actions_listed, s);
        else if (action == ACTION_FIX)
                job_actions_ask_retry(s, job_actions_failure(job));
        else
                job_actions_ask_resume(s, job, action == ACTION_RESUME);
}

int job_action_draw_fix(const struct job *job, const struct canvas *c, int row) {
        const struct failure *f = job_actions_failure(job);
        if (!f)
                return 0;
        canvas_text(c, row, 2, 1, STYLE_KEY, "f");
        return canvas_paragraph(c, row, 5, c->columns - 7, STYLE_STRONG, fix_title(f->fix));
}
