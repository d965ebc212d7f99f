/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <unistd.h>

#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

/* Standard output becomes a new file: what is there stays. */
static int verb_attach_open(const char *path, struct error **reterr) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return error_errno(reterr, -errno, "%s cannot be made", path);
        dup2(fd, STDOUT_FILENO);
        close(fd);
        return 0;
}

static int verb_attach_show(struct session *s, const char *id, const struct arguments *a) {
        const char *path = argument_value(a, OPTION_WRITE);
        pid_t pager = 0;
        int r = path                        ? verb_attach_open(path, &s->error)
                : a->given[OPTION_PAGER] ? spawn_pager(&pager, &s->error)
                                            : 0;
        if (r < 0)
                return r;
        if (!path && !pager)
                return follow_job(s, id);
        r = follow_job_output(s, id, path);
        if (pager)
                spawn_pager_wait(pager);
        else if (fflush(stdout) != 0)
                return error_errno(&s->error, -errno, "%s cannot be written", path);
        else if (r >= 0)
                out_note("The output of job %s was written to %s\n", id, path);
        /* what became of the job is for people to read here */
        return r < 0 ? r : EXIT_DONE;
}

static int verb_attach_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        if (s->json && (a->given[OPTION_PAGER] || a->given[OPTION_WRITE]))
                return error_set(&s->error, -EINVAL, "--json has no output to show or write");
        if (a->words)
                return verb_attach_show(s, a->words[0], a);
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
        return verb_attach_show(s, job->id, a);
}

const struct verb attach_verb = {
        .name = "attach",
        .group = GROUP_JOBS,
        .operands = "[JOB]",
        .help = "show a job's whole output and follow it to its end",
        .details = "Without JOB: the job that runs, else the last one. Lines that begin with \"| \" are the "
                   "command's output, all others fairlead's own. What "
                   "is typed goes to the command. Ctrl-C leaves; the job goes on. Exit status 0 when the "
                   "job is done, 1 when it failed. --pager shows it in your pager (PAGER, else less), as it "
                   "comes; --write FILE puts what is there into a new file, and ends.",
        .takes = TAKES(OPTION_PAGER) | TAKES(OPTION_WRITE),
        .json = true,
        .run = verb_attach_run,
};
