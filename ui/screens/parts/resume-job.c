/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/resume-job.h"

#include "ui/dialog.h"
#include "ui/screens/screens.h"

void resume_job_done(struct resume_job *resume) {
        op_cancel(resume->op);
        free(resume->id);
        strv_free(resume->names);
        secret_list_free(resume->secrets);
        *resume = (struct resume_job) {};
}

bool resume_job_fits(const struct job *job, enum action action) {
        bool lost = job && job->state == JOB_INTERRUPTED;
        switch (action) {
        case ACTION_RESUME:
                /* An interrupted rollback can only be finished. */
                return lost && job->way != WAY_UNDO;
        case ACTION_ROLLBACK:
                return lost || (job && (job->state == JOB_BROKEN ||
                                        (job->state == JOB_DONE && job_checks_fail(job))));
        default:
                return true;
        }
}

static void resume_job_started(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct resume_job *resume = s->resume;
        resume->op = op_cancel(resume->op);
        if (e)
                dialog_error(s->ui, e);
        else
                screen_replace(s, &job_screen, resume->id);
}

static void resume_job_next_secret(struct screen *s);

static void resume_job_secret_given(struct screen *s, const char *text) {
        struct resume_job *resume = s->resume;
        struct secret *secret = text ? secret_new(resume->names[0]) : NULL;
        if (!secret) {
                resume_job_done(resume);
                screen_say(s, "Nothing was done: a secret is missing");
                return;
        }
        /* From a field of its own, so neither too long nor of two lines; the list takes it also on
         * failure. */
        (void) secret_set(secret, text, strlen(text));
        (void) secret_list_take(resume->secrets, secret);
        char *name = resume->names[0];
        for (char **p = resume->names; *p; p++)
                p[0] = p[1];
        free(name);
        resume_job_next_secret(s);
}

static void resume_job_next_secret(struct screen *s) {
        struct resume_job *resume = s->resume;
        if (resume->names && resume->names[0]) {
                _cleanup_free_ char *label = str_printf("%s:", resume->names[0]);
                screen_ask_secret(s, label ? label : "", resume_job_secret_given);
                return;
        }
        struct host *host = ui_host(s->ui);
        resume->op =
                host_resume_job(host, resume->id, resume->how, TAKE(resume->secrets), resume_job_started, s);
        screen_invalidate(s);
}

static void resume_job_answered(struct screen *s, bool yes) {
        if (yes)
                resume_job_next_secret(s);
}

static const char *resume_job_meaning(const struct job *job, enum job_resume how) {
        if (how == RESUME_ROLL_BACK)
                return "Everything that the job changed is restored. Files that were changed since then stay "
                       "as they are, and are listed.";
        switch (job->way) {
        case WAY_BEGIN:
                return "Nothing was changed yet: the job starts at its first step.";
        case WAY_AGAIN:
                return "Its command was interrupted, and running it twice may do harm. So everything it "
                       "changed is restored first, then it runs again from the beginning.";
        default:
                return "Finished steps stay as they are; the job continues at the step that was interrupted.";
        }
}

void resume_job_begin(struct screen *s, const struct job *job, enum action action) {
        struct resume_job *resume = s->resume;
        if (resume->op)
                return;
        resume_job_done(resume);
        resume->how = action == ACTION_RESUME ? RESUME_ONWARD : RESUME_ROLL_BACK;
        resume->secrets = secret_list_new();
        if (resume->how == RESUME_ONWARD && job->secrets)
                resume->names = strv_copy(job->secrets);
        str_replace(&resume->id, job->id);
        bool onward = resume->how == RESUME_ONWARD;
        _cleanup_free_ char *title = str_printf("%s: %s %s", onward ? "Resume" : "Roll back",
                                                plan_verb_name(job->verb), job->name ? job->name : "?");
        const struct question question = {
                .title = title,
                .text = resume_job_meaning(job, resume->how),
                .yes = onward ? "Resume" : "Roll back",
        };
        dialog_confirm(s, &question, resume_job_answered);
}
