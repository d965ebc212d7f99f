/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/jobs/internal.h"
#include "backend/store/control.h"
#include "backend/store/host-lock.h"
#include "backend/store/job-folder.h"
#include "backend/store/job-journal.h"
#include "backend/store/retention.h"
#include "backend/store/services.h"
#include "model/plan/diff.h"

#define JOBS_MAX 500     /* shown; older ones exist, but a list of more is not useful */

struct jobs *jobs_new(sd_event *event, const struct paths *paths, struct units *units) {
        struct jobs *jobs = new0(struct jobs);
        *jobs = (struct jobs){ .event = sd_event_ref(event),
                               .paths = paths ? *paths : paths_default,
                               .units = units,
                               .control = -1 };
        return jobs;
}

static void drop_control(struct jobs *jobs) {
        if (jobs->control >= 0)
                close(jobs->control);
        jobs->control = -1;
        free(jobs->control_id);
        jobs->control_id = NULL;
}

struct jobs *jobs_free(struct jobs *jobs) {
        if (!jobs)
                return NULL;
        op_cancel(jobs->listening);
        drop_control(jobs);
        sd_event_unref(jobs->event);
        free(jobs);
        return NULL;
}

/* ---- reading ---- */

int jobs_read(struct jobs *jobs, const char *id, struct job **ret, struct error **reterr) {
        _cleanup_close_ int folder = jobfolder_open(&jobs->paths, id, reterr);
        if (folder < 0)
                return folder;
        *ret = jobfolder_job(folder, id);
        jobs_settle(jobs, folder, *ret);
        return 0;
}

int jobs_prune(struct jobs *jobs, bool all, bool really, struct pruning *ret, struct error **reterr) {
        *ret = (struct pruning){};
        int r = paths_prepare(&jobs->paths, reterr);
        _cleanup_close_ int lock = r < 0 || !really ? -1 : hostlock_take(&jobs->paths, "", NULL, reterr);
        if (r < 0 || (really && lock < 0))
                return r < 0 ? r : lock;
        if (really)
                sweep_run(&jobs->paths);
        const struct retention every = { .all = true };
        return retention_run(&jobs->paths, all ? &every : NULL, really, ret, reterr);
}

int jobs_plan(struct jobs *jobs, const char *id, struct plan **ret, struct error **reterr) {
        _cleanup_close_ int folder = jobfolder_open(&jobs->paths, id, reterr);
        return folder < 0 ? folder : jobfolder_plan(folder, ret, reterr);
}

static int is_job(const struct dirent *item) {
        return job_id_valid(item->d_name);
}

static int newest_first(const struct dirent **a, const struct dirent **b) {
        return strcmp((*b)->d_name, (*a)->d_name);
}

static int jobs_unseen(int code, const char *path, struct error **reterr) {
        error_errno(reterr, code, "The jobs in %s cannot be listed", path);
        if (code == -EACCES)
                error_hint(reterr, "Only root may look at them: run fairlead as root");
        return code;
}

int jobs_list(struct jobs *jobs, struct job_list **ret, struct error **reterr) {
        _cleanup_free_ char *path = str_printf("%s/jobs", jobs->paths.state);
        struct dirent **items = NULL;
        int n = scandir(path, &items, is_job, newest_first);
        if (n < 0 && errno != ENOENT)
                return jobs_unseen(-errno, path, reterr);
        struct job_list *list = new0(struct job_list);
        _cleanup_free_ char *sizes = retention_sizes(&jobs->paths);
        for (int i = 0; i < n; i++) {
                struct job *job = NULL;
                /* A job removed in between must not fail the list. */
                if (i < JOBS_MAX && jobs_read(jobs, items[i]->d_name, &job, NULL) >= 0) {
                        job->size = retention_size(sizes, job->id);
                        job_list_take(list, job);
                }
                free(items[i]);
        }
        free(items);
        *ret = list;
        return 0;
}

/* ---- packets to a worker ---- */

static int jobs_send(struct jobs *jobs, const char *id, enum packet kind, const void *bytes, size_t n,
                     struct error **reterr) {
        if (!job_id_valid(id))
                return error_set(reterr, -ENOENT, "\"%s\" is not the id of a job", id);
        if (!str_equal(jobs->control_id, id)) {
                drop_control(jobs);
                jobs->control = control_connect(&jobs->paths, id, reterr);
                if (jobs->control < 0)
                        return jobs->control;
                str_replace(&jobs->control_id, id);
        }
        int r = control_send(jobs->control, kind, bytes, n, reterr);
        if (r < 0)
                drop_control(jobs);
        return r;
}

int jobs_cancel(struct jobs *jobs, const char *id, struct error **reterr) {
        _cleanup_(job_freep) struct job *job = NULL;
        int r = jobs_read(jobs, id, &job, reterr);
        if (r < 0)
                return r;
        /* A worker that is about to exit still accepts packets, but without effect. */
        if (job_state_final(job->state) || job->state == JOB_INTERRUPTED)
                return error_set(reterr, -ESRCH, "The job is not running");
        return jobs_send(jobs, id, PACKET_CANCEL, "", 0, reterr);
}

int jobs_input(struct jobs *jobs, const char *id, const void *bytes, size_t n, struct error **reterr) {
        return jobs_send(jobs, id, PACKET_INPUT, bytes, n, reterr);
}

int jobs_size(struct jobs *jobs, const char *id, unsigned rows, unsigned columns) {
        char size[32];
        int n = snprintf(size, sizeof size, "%u %u", rows, columns);
        return jobs_send(jobs, id, PACKET_SIZE, size, (size_t) n, NULL);
}

/* ---- changes ---- */

/* The content of one side of a change: "" for a missing side. False: not text, or not saved. */
static bool read_side(int blobs, const struct entry *e, char **ret, size_t *ret_n) {
        *ret = NULL;
        *ret_n = 0;
        if (!e->path)
                return true;
        if (!S_ISREG(e->mode) || !e->digest[0] || e->size > JOBFOLDER_TEXT_MAX)
                return false;
        return files_read(blobs, e->digest, JOBFOLDER_TEXT_MAX, ret, ret_n, NULL) >= 0 &&
               diff_is_text(*ret, *ret_n);
}

static char *jobs_diff_of(int blobs, const struct change *change) {
        _cleanup_free_ char *before = NULL, *after = NULL;
        size_t before_n, after_n;
        if (change->before.path && change->after.path && !(change->what & CHANGE_CONTENT))
                return NULL;
        if (!read_side(blobs, &change->before, &before, &before_n) ||
            !read_side(blobs, &change->after, &after, &after_n))
                return NULL;
        return diff_unified(change->before.path ? change->path : "/dev/null", before ? before : "", before_n,
                            change->after.path ? change->path : "/dev/null", after ? after : "", after_n);
}

int jobs_changes(struct jobs *jobs, const char *of, bool diffs, struct change_report **ret,
                 struct error **reterr) {
        _cleanup_(change_report_freep) struct change_report *report = new0(struct change_report);
        _cleanup_(service_freep) struct service *service = NULL;
        bool by_id = job_id_valid(of);
        int r = by_id ? 0 : services_read(&jobs->paths, of, &service, reterr);
        if (r < 0)
                return r;
        report->changes = new0(struct changes);
        report->job = xstrdup(by_id ? of : service->job);
        if (!report->job)
                return error_set(reterr, -ENODATA, "The record of the service does not name its install");
        _cleanup_close_ int folder = jobfolder_open(&jobs->paths, report->job, reterr);
        if (folder < 0)
                return folder;
        r = by_id ? jobfolder_changes(folder, report->changes, reterr)
                  : jobfolder_service_changes(folder, report->changes, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int blobs = diffs ? jobfolder_snapshot(folder, "blobs", false, NULL) : -1;
        if (diffs)
                report->diffs = xcalloc(report->changes->n + 1, sizeof *report->diffs);
        for (size_t i = 0; blobs >= 0 && i < report->changes->n; i++)
                report->diffs[i] = jobs_diff_of(blobs, &report->changes->items[i]);
        *ret = TAKE(report);
        return 0;
}
