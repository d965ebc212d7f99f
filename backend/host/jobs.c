/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's jobs and changes: backend/jobs/jobs.h reads folders at once, the results come from the loop. */

#include "backend/host/internal.h"
#include "backend/io/turn.h"

struct op *backend_start_job(struct host *host, const struct plan *plan, struct secret_list *secrets,
                             started_done_t done, void *userdata) {
        return jobs_start(backend_of(host)->jobs, plan, secrets, done, userdata);
}

struct op *backend_resume_job(struct host *host, const char *id, enum job_resume how,
                              struct secret_list *secrets, started_done_t done, void *userdata) {
        return jobs_resume(backend_of(host)->jobs, id, how, secrets, done, userdata);
}

struct op *backend_watch_job(struct host *host, const char *id, const struct job_watcher *watcher) {
        return jobs_watch(backend_of(host)->jobs, id, watcher);
}

int backend_cancel_job(struct host *host, const char *id, struct error **reterr) {
        return jobs_cancel(backend_of(host)->jobs, id, reterr);
}

int backend_job_input(struct host *host, const char *id, const void *bytes, size_t n, struct error **reterr) {
        return jobs_input(backend_of(host)->jobs, id, bytes, n, reterr);
}

int backend_job_size(struct host *host, const char *id, unsigned rows, unsigned columns) {
        return jobs_size(backend_of(host)->jobs, id, rows, columns);
}

int backend_job_plan(struct host *host, const char *id, struct plan **ret, struct error **reterr) {
        return jobs_plan(backend_of(host)->jobs, id, ret, reterr);
}

static void host_jobs_list(void *state) {
        struct host_call *c = state;
        struct job_list *jobs = NULL;
        struct error *e = NULL;
        jobs_list(c->backend->jobs, &jobs, &e);
        op_end(&c->op);
        c->done.jobs(jobs, e, c->userdata);
}

struct op *backend_list_jobs(struct host *host, jobs_done_t done, void *userdata) {
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.jobs = done;
        return op_answer(&c->op, c->backend->event, host_jobs_list);
}

static void host_jobs_report(void *state) {
        struct host_call *c = state;
        struct change_report *report = NULL;
        struct error *e = NULL;
        jobs_changes(c->backend->jobs, c->text, c->flag, &report, &e);
        op_end(&c->op);
        c->done.report(report, e, c->userdata);
}

struct op *backend_list_changes(struct host *host, const char *of, bool diffs, report_done_t done,
                                void *userdata) {
        struct host_call *c = host_call_new(host, userdata, of);
        c->flag = diffs;
        c->done.report = done;
        return op_answer(&c->op, c->backend->event, host_jobs_report);
}
