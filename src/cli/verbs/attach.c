/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/follow.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_attach_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        if (a->words)
                return follow_job(s, a->words[0]);
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        int r = session_list_jobs(s, &jobs, &s->error);
        if (r < 0)
                return r;
        /* newest first: the one that runs, else the last one */
        const struct job *job = jobs->n ? jobs->items[0] : NULL;
        for (size_t i = jobs->n; i-- > 0;)
                if (!job_state_final(jobs->items[i]->state) && jobs->items[i]->state != JOB_INTERRUPTED)
                        job = jobs->items[i];
        if (!job)
                return error_set(&s->error, -ENOENT, "No job was started on this host yet");
        _cleanup_free_ char *what = job_what(job);
        if (!s->json)
                out("Job %s: %s\n", job->id, what);
        return follow_job(s, job->id);
}

const struct verb attach_verb = {
        .name = "attach",
        .group = GROUP_JOBS,
        .operands = "[JOB]",
        .help = "show a job's whole output and follow it to its end",
        .details = "Without JOB: the job that runs, else the last one. Lines that begin with \"| \" are the "
                   "command's output, all others fairlead's own. What "
                   "is typed goes to the command. Ctrl-C leaves; the job goes on. Exit status 0 when the "
                   "job is done, 1 when it failed.",
        .json = true,
        .run = verb_attach_run,
};
