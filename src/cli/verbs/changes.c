/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

static int verb_changes_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(change_report_freep) struct change_report *report = NULL;
        int r = session_list_changes(s, a->words[0], a->given[OPTION_DIFF], &report, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                return out_json(emit_changes(report));
        report_changes(report, "Nothing changed.");
        return EXIT_DONE;
}

const struct verb changes_verb = {
        .name = "changes",
        .group = GROUP_SERVICES,
        .operands = "SERVICE|JOB",
        .help = "list the files that an install or another job changed",
        .takes = TAKES(OPTION_DIFF),
        .json = true,
        .run = verb_changes_run,
};
