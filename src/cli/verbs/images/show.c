/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/emit.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"
#include "model/command/lint.h"
#include "model/image/recipe.h"

static void verb_show_print_label(const struct image *image, enum command_label which) {
        const struct label *label = label_find(image, which, NULL);
        if (label)
                out("  %-10s %s\n", label->key, label->value);
}

static void verb_show_print(const struct image *image) {
        char created[24];
        report_time(created, image->created);
        const char *summary = image_summary(image), *version = image_version(image),
                   *vendor = image_vendor(image);
        out("%s\n", image_reference(image));
        if (summary)
                out("  %s\n", summary);
        out("  version    %s\n  vendor     %s\n  built      %s\n  digest     %s\n  id         %s\n",
            version ? version : "-", vendor ? vendor : "-", created, image->digest ? image->digest : "-",
            image->id ? image->id : "-");
        for (size_t i = 1; image->names && image->names[0] && image->names[i]; i++)
                out("  also       %s\n", image->names[i]);
        out("\nCommand labels:\n");
        if (!label_set(image))
                out("  none: this image does not say how to install or run it\n");
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++)
                verb_show_print_label(image, which);
        out("\nAll labels:\n");
        for (size_t i = 0; i < image->labels.n; i++)
                out("  %s: %s\n", image->labels.items[i].key, image->labels.items[i].value);
}

static int verb_show_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_image_ struct image *image = NULL;
        int r = session_find_image(s, a->words[0], &image, &s->error);
        if (r < 0)
                return r;
        _cleanup_(finding_list_done) struct finding_list findings = {};
        const struct host_status *host = host_status(s->host);
        image_lint(image, host->engine, host->engine_version, &findings);
        if (s->json)
                return out_json(emit_image(image, &findings));
        verb_show_print(image);
        if (findings.n) {
                out("\nFindings:\n");
                report_findings(&findings);
        }
        return EXIT_DONE;
}

const struct verb show_verb = {
        .name = "show",
        .group = GROUP_INSTALL,
        .operands = "IMAGE",
        .help = "show an image, its labels, and what lint finds in them",
        .json = true,
        .run = verb_show_run,
};
