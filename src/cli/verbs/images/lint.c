/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/emit.h"
#include "cli/labels.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"
#include "model/command/lint.h"

static int verb_lint_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_image_ struct image *image = NULL;
        int r = labels_image(s, a, a->words ? a->words[0] : NULL, &image, &s->error);
        if (r < 0)
                return r;
        _cleanup_(finding_list_done) struct finding_list findings = {};
        enum engine_kind engine;
        const char *version;
        r = labels_engine(a, &engine, &version, &s->error);
        if (r < 0)
                return r;
        /* a file of labels is not judged by the engine that happens to be here */
        const struct host_status *host = a->words ? host_status(s->host) : NULL;
        image_lint(image, host ? host->engine : engine, host ? host->engine_version : version, &findings);
        _cleanup_(profile_freep) struct profile *profile = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (host_find_profile(s->host, image, &profile, &e) < 0)
                finding_report(&findings, "bad-profile", "profile", "%s", e->message);
        lookup_note_profiles(s);
        if (s->json)
                out_json(emit_findings(&findings));
        else if (!findings.n)
                out("Nothing to say against the labels of %s.\n",
                    image_reference(image) ? image_reference(image) : argument_value(a, OPTION_LABELS));
        else
                report_findings(&findings);
        return finding_list_count(&findings, SEVERITY_BLOCK) ? EXIT_REFUSED : EXIT_DONE;
}

const struct verb lint_verb = {
        .name = "lint",
        .group = GROUP_INSTALL,
        .operands = "[IMAGE]",
        .help = "check the command labels and profile of an image",
        .details = "Exit status 3 when a finding blocks. With --labels FILE in the place of IMAGE no engine "
                   "is needed; --engine chooses the one that judges them.",
        .takes = TAKES(OPTION_LABELS) | TAKES(OPTION_IMAGE) | TAKES(OPTION_ENGINE),
        .json = true,
        .run = verb_lint_run,
};
