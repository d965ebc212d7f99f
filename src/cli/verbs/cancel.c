/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/follow.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_cancel_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        int r = host_cancel_job(s->host, a->words[0], &s->error);
        if (r < 0)
                return r;
        if (s->json)
                return follow_print_job(s, a->words[0]);
        out("Job %s is being cancelled and rolled back; fairlead attach %s shows it.\n", a->words[0],
            a->words[0]);
        return EXIT_DONE;
}

const struct verb cancel_verb = {
        .name = "cancel",
        .group = GROUP_JOBS,
        .operands = "JOB",
        .help = "stop a running job and roll it back",
        .json = true,
        .run = verb_cancel_run,
};
