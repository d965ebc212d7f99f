/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/known-jobs.h"

#include "ui/screens/parts/job-text.h"

const struct job_list *known_jobs(const struct screen *s) {
        return screen_home(s)->jobs;
}

const struct job *known_jobs_find(const struct screen *s, const char *id) {
        const struct job_list *jobs = known_jobs(s);
        for (size_t i = 0; jobs && i < jobs->n; i++)
                if (str_equal(jobs->items[i]->id, id))
                        return jobs->items[i];
        return NULL;
}

const struct job *known_jobs_open(const struct screen *s) {
        const struct job_list *jobs = known_jobs(s);
        for (size_t i = 0; jobs && i < jobs->n; i++)
                if (!job_state_final(jobs->items[i]->state))
                        return jobs->items[i];
        return NULL;
}

const struct job *known_jobs_of_image(const struct screen *s, const struct image *image) {
        const struct job_list *jobs = known_jobs(s);
        for (size_t i = 0; jobs && i < jobs->n; i++) {
                const struct job *job = jobs->items[i];
                bool sets_up = job->verb == VERB_INSTALL || job->verb == VERB_UPGRADE ||
                               job->verb == VERB_REHEARSE;
                if (sets_up && job->image && job_text_runs(job) && image_matches(image, job->image))
                        return job;
        }
        return NULL;
}

size_t known_jobs_count(const struct screen *s, bool running) {
        const struct job_list *jobs = known_jobs(s);
        size_t n = 0;
        for (size_t i = 0; jobs && i < jobs->n; i++)
                n += running ? job_text_runs(jobs->items[i]) : jobs->items[i]->state == JOB_INTERRUPTED;
        return n;
}

void known_jobs_brief(const struct screen *s, struct str *out) {
        const struct job_list *jobs = known_jobs(s);
        for (size_t i = 0; jobs && i < jobs->n; i++)
                if (job_text_runs(jobs->items[i])) {
                        job_text_brief(jobs->items[i], out);
                        return;
                }
}
