/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's jobs and changes: what backend/jobs/jobs.h reads from folders at once is given from the loop. */
#include <errno.h>

#include "backend/host/internal.h"
#include "backend/io/defer.h"

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

/* ---- read, then told ---- */

struct reading {
        struct backend *backend;
        char *of;
        bool diffs;
        jobs_done_t jobs;
        report_done_t report;
        void *userdata;
};

static void host_jobs_reading_free(void *state) {
        struct reading *r = state;
        free(r->of);
        free(r);
}

static void give_jobs(void *state) {
        struct reading r = *(struct reading *) state;
        host_jobs_reading_free(state);
        struct job_list *jobs = NULL;
        struct error *e = NULL;
        (void) jobs_list(r.backend->jobs, &jobs, &e);
        r.jobs(jobs, e, r.userdata);
}

static void give_report(void *state) {
        struct reading r = *(struct reading *) state;
        struct change_report *report = NULL;
        struct error *e = NULL;
        (void) jobs_changes(r.backend->jobs, r.of, r.diffs, &report, &e);
        host_jobs_reading_free(state);
        r.report(report, e, r.userdata);
}

int backend_job_plan(struct host *host, const char *id, struct plan **ret, struct error **reterr) {
        return jobs_plan(backend_of(host)->jobs, id, ret, reterr);
}

struct op *backend_list_jobs(struct host *host, jobs_done_t done, void *userdata) {
        struct reading *r = calloc(1, sizeof *r);
        if (!r)
                return NULL;
        *r = (struct reading) { .backend = backend_of(host), .jobs = done, .userdata = userdata };
        return defer_new(r->backend->event, give_jobs, host_jobs_reading_free, r);
}

struct op *backend_list_changes(struct host *host, const char *of, bool diffs, report_done_t done,
                                void *userdata) {
        struct reading *r = calloc(1, sizeof *r);
        if (!r)
                return NULL;
        *r = (struct reading) { .backend = backend_of(host),
                               .of = strdup(of),
                               .diffs = diffs,
                               .report = done,
                               .userdata = userdata };
        if (!r->of) {
                host_jobs_reading_free(r);
                return NULL;
        }
        return defer_new(r->backend->event, give_report, host_jobs_reading_free, r);
}
