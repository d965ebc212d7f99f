/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

/* Who signed an image, by its name; and plans that say what is asked of one, or that pin a signer. */

#define DIGEST "sha256:4b1d1c5b1a4cf5a3d3c1a6d8f39b2a4f3c1c3b9f0a5b6c7d8e9fa0b1c2d3e4f5"
#define FINGERPRINT "EDFCD48D42E1BF9F14A9EF21DAA1FA2D522B29B2"

static struct trust *trust_new(const char *reference) {
        struct trust *t = new0(struct trust);
        const char *name = str_starts(reference, "docker://");
        t->reference = xstrdup(reference);
        t->digest = xstrdup(DIGEST);
        t->looked = true;
        t->repository = xstrndup(name ? name : reference, strcspn(name ? name : reference, ":"));
        t->place.lookaside = xstrdup("file:///var/lib/containers/sigstore");
        t->provenance = t->sbom = ATTACHED_NONE;
        return t;
}

static void trust_set_rule(struct trust *t, enum trust_kind kind, const char *scope, const char *key) {
        t->rule = (struct trust_rule) { .file = xstrdup("/etc/containers/policy.json"),
                                        .line = 2,
                                        .transport = xstrdup(scope ? "docker" : NULL),
                                        .scope = xstrdup(scope),
                                        .needs = new0(struct trust_need),
                                        .n = 1 };
        t->rule.needs[0].kind = kind;
        if (key)
                strv_add(&t->rule.needs[0].keys, key);
}

static void trust_sign(struct trust *t, enum trust_finding finding, const char *signer, const char *reference) {
        trust_add_signature(t, (struct trust_signature) {
                                       .kind = TRUST_SIGNED_BY,
                                       .finding = finding,
                                       .where = xstrdup("/var/lib/containers/sigstore/team/demo@sha256=4b1d/signature-1"),
                                       .key = xstrdup(FINGERPRINT),
                                       .signer = xstrdup(signer),
                                       .reference = xstrdup(reference),
                                       .digest = xstrdup(DIGEST),
                                       .time = FIXTURE_NOW });
}

static struct trust *trust_none(const char *reference) {
        struct trust *t = trust_new(reference);
        trust_set_rule(t, TRUST_ANYTHING, NULL, NULL);
        return t;
}

static struct trust *trust_signed(const char *reference) {
        struct trust *t = trust_new(reference);
        trust_set_rule(t, TRUST_SIGNED_BY, "registry.example.test/team", "/etc/pki/team.asc");
        trust_sign(t, SIGNATURE_GOOD, "Team <team@example.test>", "registry.example.test/team/demo:8");
        str_replace(&t->place.file, "/etc/containers/registries.d/team.yaml");
        t->provenance = t->sbom = ATTACHED_YES;
        t->service = xstrdup("demo");
        t->same = SAME_NO;
        strv_add(&t->notes, "The engine has this image already: the rule holds at the next pull");
        return t;
}

/* All that is foreign wants to break the screen. */
static struct trust *trust_hostile(const char *reference) {
        struct trust *t = trust_new(reference);
        trust_set_rule(t, TRUST_SIGNED_BY, HOSTILE_ESCAPE, HOSTILE_BIDI);
        trust_sign(t, SIGNATURE_OTHER_KEY, HOSTILE_ESCAPE, HOSTILE_LONG);
        trust_sign(t, SIGNATURE_OTHER_NAME, HOSTILE_MARKS, HOSTILE_WIDE);
        strv_add(&t->place.wrong, HOSTILE_ESCAPE);
        strv_add(&t->notes, HOSTILE_LONG);
        return t;
}

static struct trust *trust_local(const char *reference) {
        struct trust *t = trust_new(reference);
        trust_set_rule(t, TRUST_ANYTHING, NULL, NULL);
        t->local = true;
        return t;
}

static struct trust *trust_unread(const char *reference) {
        struct trust *t = trust_new(reference);
        error_set(&t->rule_error, -EBADMSG, "/etc/containers/policy.json:3: there is no requirement of the type \"prNew\"");
        t->looked = false;
        return t;
}

/* ---- plans ---- */

static int trust_pinned(const struct plan_order *order, struct plan **ret, struct error **reterr) {
#define POLICY_DEFAULT "    \"default\": [\n        {\n            \"type\": \"insecureAcceptAnything\"\n        }\n    ]\n}\n"
        static const char text[] = "{\n    \"transports\": {\n        \"docker\": {\n            \"registry.example.test/team/demo\": [\n"
                                   "                {\n                    \"type\": \"signedBy\",\n                    \"keyType\": \"GPGKeys\",\n"
                                   "                    \"keyData\": \"mDMEaw20RRYJKwYB\"\n                }\n            ]\n        }\n    },\n" POLICY_DEFAULT;
        struct plan *plan = new0(struct plan);
        plan->verb = VERB_TRUST;
        plan->name = xstrdup("registry.example.test/team/demo");
        plan->given.answers = new0(struct answers);
        plan->file.path = xstrdup(PLAN_POLICY_FILE);
        plan->file.was = xstrdup("{\n" POLICY_DEFAULT);
        plan->file.text = xstrdup(text);
        plan->file.sentence = xstrdup("Each pull of registry.example.test/team/demo needs a signature by the key " FINGERPRINT);
        *ret = plan;
        return 0;
}

static int (*trust_planned_before)(const struct plan_order *order, struct plan **ret, struct error **reterr);

static int trust_planned(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        if (order->verb == VERB_TRUST)
                return trust_pinned(order, ret, reterr);
        int r = trust_planned_before(order, ret, reterr);
        if (r < 0)
                return r;
        (*ret)->trust = (struct plan_trust) { ASKS_NOTHING, xstrdup("any image is accepted, signed or not"),
                                              xstrdup("/etc/containers/policy.json, its default") };
        return r;
}

bool fixture_use_trust(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "trust", "none", offsetof(struct fake_host, trust), (void *) trust_none },
                { "trust", "signed", offsetof(struct fake_host, trust), (void *) trust_signed },
                { "trust", "hostile", offsetof(struct fake_host, trust), (void *) trust_hostile },
                { "trust", "local", offsetof(struct fake_host, trust), (void *) trust_local },
                { "trust", "unread", offsetof(struct fake_host, trust), (void *) trust_unread },
        };
        if (str_equal(what, "plan") && str_equal(which, "trusted")) {
                trust_planned_before = fake->plan;
                fake->plan = trust_planned;
                return true;
        }
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
