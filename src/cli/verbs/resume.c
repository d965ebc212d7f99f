/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/typed-secret.h"
#include "cli/verbs/verbs.h"

/* Asks for the secrets that --secret left out on a terminal; without one the worker reports the missing
 * ones. */
static int ask_missing(const struct job *job, struct secret_list *secrets, struct error **reterr) {
        for (char **name = job->secrets; name && *name; name++) {
                if (secret_list_find(secrets, *name) || !in_is_terminal())
                        continue;
                _cleanup_(secret_freep) struct secret *secret = secret_new(*name);
                int r = typed_secret(*name, secret);
                r = r < 0 ? r : secret_list_take(secrets, TAKE(secret));
                if (r < 0)
                        return error_set(reterr, r, "The secret %s was not given", *name);
        }
        return 0;
}

static int verb_resume_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(job_freep) struct job *job = NULL;
        _cleanup_(secret_list_freep) struct secret_list *secrets = secret_list_new();
        _cleanup_strv_ char **names = NULL;
        int r = find_job(s, a->words[0], &job, &s->error);
        for (char **p = a->values[OPTION_SECRET]; r >= 0 && p && *p; p++)
                r = order_read_secret(*p, &names, secrets, &s->error);
        if (r >= 0)
                r = ask_missing(job, secrets, &s->error);
        if (r < 0)
                return r;
        if (job->way == WAY_AGAIN)
                out("Its command was cut off: it is rolled back and run again.\n");
        return follow_resumed(s, job, RESUME_ONWARD, TAKE(secrets), a->given[OPTION_DETACH]);
}

const struct verb resume_verb = {
        .name = "resume",
        .group = GROUP_JOBS,
        .operands = "JOB",
        .help = "go on with a job that was interrupted",
        .details = "A job is interrupted when the host went down or its worker was killed. Steps that are "
                   "done stay done; a command that was cut off is rolled back and run again. Secrets are "
                   "stored nowhere: they must be given again when the command has to run.",
        .takes = TAKES(OPTION_SECRET) | TAKES(OPTION_DETACH),
        .run = verb_resume_run,
};
