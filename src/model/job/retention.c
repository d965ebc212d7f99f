/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/retention.h"

#include <sys/stat.h>

#include "base/ini.h"
#include "base/str.h"

#define LIMIT_MAX 100000
#define DAY_SECONDS 86400

static unsigned retention_limit(const char *text, const char *key, unsigned otherwise) {
        _cleanup_free_ char *value = text ? ini_value(text, "jobs", key) : NULL;
        long long n;
        return value && str_to_int(value, 0, LIMIT_MAX, &n) >= 0 ? (unsigned) n : otherwise;
}

struct retention retention_parse(const char *text) {
        return (struct retention){ .jobs = retention_limit(text, "keep", RETENTION_JOBS),
                                   .days = retention_limit(text, "days", RETENTION_DAYS) };
}

/* A rehearsal changes nothing, and renewed keys have no way back. */
static bool retention_can_be_undone(const struct past_job *past) {
        const struct job *job = past->job;
        return job->state == JOB_DONE && job->verb != VERB_REHEARSE && job->verb != VERB_RENEW &&
               !past->leaves;
}

/* The last job of its service decides what an undo would meet. */
static bool retention_is_last(const struct past_job *jobs, size_t i) {
        for (size_t k = 0; k < i; k++) {
                const struct job *later = jobs[k].job;
                if (later->state == JOB_DONE && later->verb != VERB_REHEARSE && later->verb != VERB_RENEW &&
                    str_equal(later->name, jobs[i].job->name))
                        return false;
        }
        return jobs[i].job->name;
}

static bool retention_is_open(const struct past_job *jobs, size_t i, int64_t now) {
        const struct past_job *past = &jobs[i];
        const struct job *job = past->job;
        /* A request whose worker never began has changed nothing. */
        if (job->state == JOB_QUEUED)
                return job_id_time(job->id) > now - DAY_SECONDS;
        if (!job_state_final(job->state) || past->recorded)
                return true;
        return (job->state == JOB_BROKEN || retention_can_be_undone(past)) && retention_is_last(jobs, i);
}

static int64_t retention_time(const struct job *job) {
        return job->ended ? job->ended : job_id_time(job->id);
}

void retention_judge(struct past_job *jobs, size_t n, const struct retention *limits, int64_t now) {
        for (size_t i = 0; i < n; i++)
                jobs[i].fate = retention_is_open(jobs, i, now) ? FATE_OPEN : FATE_CLOSED;
        /* Undone, an upgrade leaves its service to the job before it, which an uninstall then needs. One step
         * back: from there on it is for that job to be undone, and its own earlier one may be gone. */
        for (size_t i = 0; i < n; i++)
                for (size_t k = i + 1; jobs[i].fate == FATE_OPEN && jobs[i].earlier && k < n; k++)
                        if (str_equal(jobs[k].job->id, jobs[i].earlier) && jobs[k].fate == FATE_CLOSED)
                                jobs[k].fate = _JOB_FATE_MAX;
        for (size_t i = 0; i < n; i++) {
                bool old = limits->days && i >= RETENTION_LEAST &&
                           retention_time(jobs[i].job) < now - (int64_t) limits->days * DAY_SECONDS;
                bool beyond = limits->all || (limits->jobs && i >= limits->jobs) || old;
                if (jobs[i].fate == _JOB_FATE_MAX)
                        jobs[i].fate = FATE_OPEN;
                else if (jobs[i].fate == FATE_CLOSED && beyond)
                        jobs[i].fate = FATE_REMOVED;
        }
}

bool retention_is_private(const struct manifest *m, const struct entry *e) {
        if (!S_ISREG(e->mode) || !e->digest[0] || e->size == 0)
                return false;
        if (!(e->mode & S_IROTH))
                return true;
        for (const char *slash = strchr(e->path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                _cleanup_free_ char *path = xstrndup(e->path, (size_t) (slash - e->path));
                const struct entry *folder = manifest_find(m, path);
                if (folder && !(folder->mode & S_IXOTH))
                        return true;
        }
        return false;
}

void pruning_done(struct pruning *p) {
        STRV_FREE_ALL(p->removed, p->closed, p->volumes);
}
