/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/follow.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"
#include "model/job/rollback.h"

static bool verb_rollback_consented(struct session *s, const struct job *job, const struct arguments *a) {
        if (job->state != JOB_DONE || a->given[OPTION_YES])
                return true;
        if (!in_is_terminal()) {
                out_note("fairlead: Nothing was done. Add --yes to roll back a job that is done.\n");
                return false;
        }
        _cleanup_(job_list_freep) struct job_list *all = NULL;
        _cleanup_free_ char *text = NULL;
        if (rollback_fits(job) && session_list_jobs(s, &all, NULL) >= 0)
                text = rollback_text(job, all);
        out("The %s of %s is done. %s\n", plan_verb_name(job->verb), job->name ? job->name : "?",
            text ? text : "All its changes are undone.");
        return ask_yes("Roll it back?");
}

static int verb_rollback_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(job_freep) struct job *job = NULL;
        int r = find_job(s, a->words[0], &job, &s->error);
        if (r < 0)
                return r;
        if (!verb_rollback_consented(s, job, a))
                return EXIT_REFUSED;
        return follow_resumed(s, job, RESUME_ROLL_BACK, NULL, a->given[OPTION_DETACH]);
}

const struct verb rollback_verb = {
        .name = "rollback",
        .group = GROUP_JOBS,
        .operands = "JOB",
        .help = "undo everything that an interrupted or finished job did",
        .details = "Files are restored byte for byte and attribute for attribute; those that were changed "
                   "since by others are kept and listed. A rollback that failed can be tried again. Exit "
                   "status 0 when everything is restored.",
        .takes = TAKES(OPTION_YES) | TAKES(OPTION_DETACH),
        .run = verb_rollback_run,
};
