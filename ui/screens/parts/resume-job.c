/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/resume-job.h"

#include <stdlib.h>

#include "ui/dialog.h"
#include "ui/screens/screens.h"

void takeup_done(struct takeup *takeup) {
        op_cancel(takeup->op);
        free(takeup->id);
        strv_free(takeup->names);
        secret_list_free(takeup->secrets);
        *takeup = (struct takeup) {};
}

bool takeup_fits(const struct job *job, enum action action) {
        bool lost = job && job->state == JOB_INTERRUPTED;
        switch (action) {
        case ACTION_RESUME:
                /* Where it was being put back there is nothing else to go on with. */
                return lost && job->way != WAY_UNDO;
        case ACTION_ROLLBACK:
                return lost || (job && (job->state == JOB_BROKEN ||
                                        (job->state == JOB_DONE && job_checks_fail(job))));
        default:
                return true;
        }
}

static void taken_up(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct takeup *takeup = s->state;
        takeup->op = op_cancel(takeup->op);
        if (e)
                dialog_error(s->ui, e);
        else
                screen_replace(s, &job_screen, takeup->id);
}

static void next_secret(struct screen *s);

static void secret_given(struct screen *s, const char *text) {
        struct takeup *takeup = s->state;
        struct secret *secret = text ? secret_new(takeup->names[0]) : NULL;
        if (!secret) {
                takeup_done(takeup);
                screen_say(s, "Nothing was done: a secret was not given");
                return;
        }
        /* Of a field of its own, so it is neither too long nor of two lines; and the list takes it also when
         * it fails. */
        (void) secret_set(secret, text, strlen(text));
        (void) secret_list_take(takeup->secrets, secret);
        char *name = takeup->names[0];
        for (char **p = takeup->names; *p; p++)
                p[0] = p[1];
        free(name);
        next_secret(s);
}

static void next_secret(struct screen *s) {
        struct takeup *takeup = s->state;
        if (takeup->names && takeup->names[0]) {
                _cleanup_free_ char *label = str_printf("%s:", takeup->names[0]);
                screen_ask_secret(s, label ? label : "", secret_given);
                return;
        }
        struct host *host = ui_host(s->ui);
        takeup->op = host_resume_job(host, takeup->id, takeup->how, TAKE(takeup->secrets), taken_up, s);
        screen_invalidate(s);
}

static void resume_job_answered(struct screen *s, bool yes) {
        if (yes)
                next_secret(s);
}

static const char *resume_job_meaning(const struct job *job, enum job_resume how) {
        if (how == RESUME_ROLL_BACK)
                return "Everything the job did is put back as it was. What somebody else changed since "
                       "stays, and is listed.";
        switch (job->way) {
        case WAY_BEGIN:
                return "Nothing was changed yet: it begins at its first step.";
        case WAY_AGAIN:
                return "Its command was cut off, and nobody knows what running it twice does. So what it "
                       "did is put back first, then it "
                       "runs again from the beginning.";
        default:
                return "What is done stays done; it goes on at the step it was cut off at.";
        }
}

void takeup_begin(struct screen *s, const struct job *job, enum action action) {
        struct takeup *takeup = s->state;
        if (takeup->op)
                return;
        takeup_done(takeup);
        takeup->how = action == ACTION_RESUME ? RESUME_ONWARD : RESUME_ROLL_BACK;
        takeup->secrets = secret_list_new();
        if (takeup->how == RESUME_ONWARD && job->secrets)
                takeup->names = strv_copy(job->secrets);
        if (!takeup->secrets || str_replace(&takeup->id, job->id) < 0)
                return;
        bool resume = takeup->how == RESUME_ONWARD;
        _cleanup_free_ char *title = str_printf("%s: %s %s", resume ? "Go on" : "Put back",
                                                plan_verb_name(job->verb), job->name ? job->name : "?");
        const struct question question = {
                .title = title,
                .text = resume_job_meaning(job, takeup->how),
                .yes = resume ? "Go on" : "Put everything back",
        };
        dialog_confirm(s, &question, resume_job_answered);
}
