/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/follow.h"
#include "cli/verbs/verbs.h"

static int verb_attach_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        return follow_job(s, a->words[0]);
}

const struct verb attach_verb = {
        .name = "attach",
        .group = GROUP_JOBS,
        .operands = "JOB",
        .help = "show a job's whole output and follow it to its end",
        .details = "Lines that begin with \"| \" are the command's output, all others fairlead's own. What "
                   "is typed goes to the command. Ctrl-C leaves; the job goes on. Exit status 0 when the "
                   "job is done, 1 when it failed.",
        .json = true,
        .run = verb_attach_run,
};
