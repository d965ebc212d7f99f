/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job's folder: followed by inotify, and what becomes of the job when its worker ended before it. */
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/jobs/internal.h"
#include "backend/store/host-lock.h"
#include "backend/store/job-folder.h"
#include "backend/store/job-journal.h"

#define BEGIN_SECONDS 20 /* limit for a worker's start */

/* Secrets are in no file: a command that has to run needs them again. */
static void list_secrets(int folder, struct job *job) {
        _cleanup_plan_ struct plan *plan = NULL;
        if (jobfolder_plan(folder, &plan, NULL) < 0)
                return;
        for (size_t i = 0; i < plan->n_secrets; i++)
                strv_add(&job->secrets, plan->secrets[i].name);
}

void jobs_settle(struct jobs *jobs, int folder, struct job *job) {
        struct stat st;
        if (job_state_final(job->state))
                return;
        _cleanup_free_ char *holder = hostlock_holder(&jobs->paths);
        if (str_equal(holder, job->id))
                return;
        bool queued = job->state == JOB_QUEUED;
        /* Either way, in case the clock was set. */
        if (queued && fstat(folder, &st) == 0 &&
            llabs((long long) time(NULL) - st.st_mtim.tv_sec) < BEGIN_SECONDS)
                return;
        char boot[33];
        recorder_boot_id(boot);
        enum job_step step;
        job->way = job_way_on(job, job->verb, job->boot[0] && strcmp(job->boot, boot) != 0, &step);
        if (job->way == WAY_BEGIN || job->way == WAY_AGAIN)
                list_secrets(folder, job);
        job->state = JOB_INTERRUPTED;
        str_replace(&job->message,
                    queued ? "Its worker never started" : "Its worker ended before the job did");
        free(job->hint);
        job->hint =
                str_printf(job->way == WAY_UNDO
                                   ? "fairlead rollback %s finishes rolling everything back"
                                   : "fairlead resume %s goes on, fairlead rollback %s rolls everything back",
                           job->id, job->id);
}

int jobs_follow(const struct paths *paths, const char *id, struct inotify *inotify,
                        struct error **reterr) {
        _cleanup_close_ int folder = jobfolder_open(paths, id, reterr);
        if (folder < 0)
                return folder;
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
        int r = inotify ? inotify_add(inotify, path, IN_CREATE | IN_MODIFY | IN_MOVED_TO) : -EMFILE;
        return r < 0 ? error_errno(reterr, r, "The job cannot be followed") : TAKE_FD(folder);
}
