/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

/* --set and --answers are of an image's parameters. */
static bool verb_check_lacks_image(const struct arguments *a) {
        return !argument_value(a, OPTION_IMAGE) &&
               (a->values[OPTION_SET] || argument_value(a, OPTION_ANSWERS));
}

static int verb_check_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(preflight_freep) struct preflight *p = NULL;
        const char *mode = argument_value(a, OPTION_REALM_KIND);
        const struct preflight_order order = { .domain = a->words ? a->words[0] : NULL,
                                               .wanted = str_equal(mode, "ad")    ? REALM_AD
                                                         : str_equal(mode, "ipa") ? REALM_IPA
                                                                                  : REALM_NONE };
        if (verb_check_lacks_image(a))
                return error_set(&s->error, -EINVAL, "--set and --answers need --image");
        int r = argument_value(a, OPTION_IMAGE) ? join_check(s, a, &p, &s->error)
                                                : session_preflight(s, &order, &p, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                out_json(emit_preflight(p));
        else
                report_preflight(p, VERDICT_WAITING);
        return preflight_worst(p) == VERDICT_FAIL ? EXIT_FAILED : EXIT_DONE;
}

const struct verb check_verb = {
        .name = "check",
        .group = GROUP_REALM,
        .operands = "[DOMAIN]",
        .help = "check all that a join needs, before any password is asked",
        .details = "Host name, earlier joins, DNS, the servers of the realm and their ports, the clock skew, "
                   "the time service, libraries, name lookup and login, disk space, package locks: 8 seconds "
                   "at most. Nothing is changed and nobody logs in. With --image as a join by it would be "
                   "checked, with the same --set and --answers: a named server, the files. Exit status 1 "
                   "when a check fails.",
        .takes = TAKES(OPTION_REALM_KIND) | TAKES(OPTION_IMAGE) | TAKES(OPTION_SET) | TAKES(OPTION_ANSWERS),
        .json = true,
        .run = verb_check_run,
};
