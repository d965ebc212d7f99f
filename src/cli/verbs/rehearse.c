/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

/* The changes are the purpose of a rehearsal, also when the installer failed. */
int rehearse_show_changes(struct session *s, const struct job *job, const struct arguments *a) {
        _cleanup_(change_report_freep) struct change_report *report = NULL;
        int status = job->state == JOB_DONE ? EXIT_DONE : EXIT_FAILED;
        /* without: it failed before, for the reason in its result */
        int r = session_list_changes(s, job->id, a->given[OPTION_DIFF], &report, NULL);
        if (s->json && r < 0)
                out_json(emit_job(job));
        else if (s->json)
                out_json(emit_changes(report));
        else if (r >= 0) {
                out("\n");
                report_changes(report, "It would change nothing.");
        }
        return status;
}

static int verb_rehearse_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(order_done) struct order order = {};
        int r = order_read_image(s, a, VERB_REHEARSE, &order, &s->error);
        return r < 0 ? r : follow_order_to(s, &order, a, rehearse_show_changes);
}

const struct verb rehearse_verb = {
        .name = "rehearse",
        .group = GROUP_INSTALL,
        .operands = "IMAGE",
        .rest = "[ARG…]",
        .help = "run INSTALL on a copy of the host's files, show the changes",
        .details = "The copy is discarded: no file of the host changes. What a copy cannot hold (the "
                   "network, processes of the host, sockets, devices) is shown before you consent. With "
                   "--json the changes are printed as by fairlead changes --json.",
        .takes = ORDER_OPTIONS | TAKES(OPTION_SECRET) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) |
                 TAKES(OPTION_DETACH) | TAKES(OPTION_DIFF),
        .json = true,
        .run = verb_rehearse_run,
};
