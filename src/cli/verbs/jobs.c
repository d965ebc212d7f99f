/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "base/text.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

static int verb_jobs_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        int r = session_list_jobs(s, &jobs, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                return out_json(emit_jobs(jobs));
        struct out_table t = { .columns = 6 };
        out_table_row(&t, "JOB", "WHAT", "STATE", "STARTED", "SIZE", "RESULT", NULL);
        for (size_t i = 0; i < jobs->n; i++) {
                const struct job *job = jobs->items[i];
                char started[24], size[16];
                report_time(started, job->started);
                _cleanup_free_ char *what = job_what(job);
                const char *now = job_state_final(job->state)
                                          ? job->message
                                          : job_step_title(job_current_step(job), job->verb);
                out_table_row(&t, job->id, what, job_state_word(job), started,
                              job->size ? text_size(size, job->size) : "", now ? now : "", NULL);
        }
        out_table_print(&t);
        return EXIT_DONE;
}

const struct verb jobs_verb = {
        .name = "jobs",
        .group = GROUP_JOBS,
        .help = "list the jobs, newest first",
        .json = true,
        .run = verb_jobs_run,
};
