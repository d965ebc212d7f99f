/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/retry-join.h"

#include "ui/dialog.h"
#include "ui/screens/screens.h"

const struct failure *retry_join_reason(const struct job *job) {
        bool leave = job && job->verb == VERB_UNINSTALL;
        const struct failure *f = job && (job->verb == VERB_INSTALL || leave) && job->state == JOB_FAILED
                                          ? job->failure
                                          : NULL;
        if (!f || f->fix == FIX_NONE)
                return NULL;
        return !leave || f->fix == FIX_PASSWORD || f->fix == FIX_ACCOUNT || f->fix == FIX_AGAIN ? f : NULL;
}

int retry_join_draw(const struct job *job, const struct canvas *c, int row) {
        const struct failure *f = retry_join_reason(job);
        if (!f)
                return 0;
        canvas_text(c, row, 2, 1, STYLE_KEY, "m");
        return canvas_paragraph(c, row, 5, c->columns - 7, STYLE_STRONG, fix_title(f->fix));
}

/* From here on only the job's id is kept: the question may have been open for long. */
static void retry_join_go(struct screen *s, enum fix fix) {
        struct resume_job *resume = s->resume;
        struct host *host = ui_host(s->ui);
        struct error *e = NULL;
        struct plan *plan = NULL;
        if (host_job_plan(host, resume->id, &plan, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        bool leave = plan->verb == VERB_UNINSTALL;
        const struct wizard_order order = { .verb = plan->verb,
                                            .image = leave ? NULL : plan->pin.reference,
                                            .name = plan->name,
                                            .answers = leave ? NULL : plan->given.answers,
                                            .mode = leave ? NULL : plan->given.mode,
                                            .fix = fix };
        screen_open(s->ui, &wizard_screen, &order);
        plan_free(plan);
}

static void retry_join_forced(struct screen *s, bool yes) {
        if (yes)
                retry_join_go(s, FIX_FORCE);
}

void retry_join_begin(struct screen *s, const struct job *job) {
        struct resume_job *resume = s->resume;
        const struct failure *f = retry_join_reason(job);
        if (!f)
                return;
        str_replace(&resume->id, job->id);
        if (!f->consequence) {
                retry_join_go(s, f->fix);
                return;
        }
        _cleanup_free_ char *text = str_printf("%s.\n%s", f->hint, f->consequence);
        const struct question question = {
                .title = fix_title(f->fix), .text = text ? text : f->consequence, .yes = "Go on", .no = "Back"
        };
        dialog_confirm(s, &question, retry_join_forced);
}
