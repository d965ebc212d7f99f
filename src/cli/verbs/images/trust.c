/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

/* Rows of several lines have their title once. */
static void verb_trust_row(const char *title, enum trust_tone tone, const char *text, void *userdata) {
        out("%-11s %s\n", title, text);
}

static int verb_trust_pin(struct session *s, const struct arguments *a) {
        const char *file = argument_value(a, OPTION_PIN);
        /* The worker is not where we are. */
        _cleanup_free_ char *key = realpath(file, NULL);
        if (!key)
                return error_errno(&s->error, -errno, "The key %s cannot be read", file);
        _cleanup_(order_done) struct order order = { .secrets = secret_list_new() };
        order.port = (struct plan_order){ .verb = VERB_TRUST, .image = a->words[0], .key = key };
        return follow_order(s, &order, a);
}

static int verb_trust_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_trust_ struct trust *trust = NULL;
        if (a->given[OPTION_PIN])
                return verb_trust_pin(s, a);
        int r = session_look_trust(s, a->words[0], &trust, &s->error);
        if (r < 0)
                return r;
        bool needed = a->given[OPTION_REQUIRE_SIGNATURE];
        bool refused = !trust_permits(trust) || (needed && trust_verdict(trust) != TRUST_REQUIRED);
        if (s->json)
                out_json(emit_trust(trust));
        else {
                trust_rows(trust, verb_trust_row, NULL);
                if (trust_verdict(trust) == TRUST_SIGNED || trust_verdict(trust) == TRUST_UNSIGNED)
                        out("\nTo have the policy ask for a signature: fairlead trust --pin KEYFILE %s\n",
                            trust->repository);
        }
        return refused ? EXIT_REFUSED : EXIT_DONE;
}

const struct verb trust_verb = {
        .name = "trust",
        .group = GROUP_INSTALL,
        .operands = "IMAGE",
        .help = "show who signed an image, and what the policy asks of it",
        .details =
                "The rule of policy.json that applies to it (containers-policy.json(5)), where its "
                "signatures are looked for (containers-registries.d(5)), who signed it, whether provenance "
                "and an SBOM are attached, and whether an installed service of the same repository has an "
                "image by the same signer. IMAGE is one of the engine's, or docker://HOST/NAME[:TAG]; "
                "nothing is pulled. Fairlead enforces none of that: Podman and skopeo do, at each pull.\n"
                "--pin KEYFILE has policy.json ask for a signature by this public key (GPG's, or cosign's) "
                "at each pull of the image's repository. All else in the file stays as it is. It is a job, "
                "shown first: fairlead rollback JOB restores the files.\n"
                "Exit status 3 when a pull would be refused, and with --require-signature when the policy "
                "does not ask for a signature that is there.",
        .takes = OPTIONS(OPTION_PIN, OPTION_REQUIRE_SIGNATURE, OPTION_YES, OPTION_CONSENT, OPTION_DETACH),
        .json = true,
        .run = verb_trust_run,
};
