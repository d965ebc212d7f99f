/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host's policy asks of the image of a plan; and the plan of VERB_TRUST, which has the policy ask
 * for a signature by one key. */
#include "backend/host/internal.h"
#include "backend/format/registries.h"
#include "backend/io/turn.h"
#include "backend/trust/pin.h"
#include "base/readfile.h"

/* Podman 4.3.1 of Debian 12 refuses such a rule as unknown, and with it every pull. */
#define SIGSTORE_SINCE "4.4"

int backend_registry_source(const struct backend *b, const char *name, struct source *ret,
                            struct error **reterr) {
        _cleanup_strv_ char **names = NULL;
        _cleanup_free_ char *why = NULL, *text = NULL;
        if (source_named(name)) {
                int r = source_parse(name, NULL, ret, reterr);
                return r < 0 || ret->transport == SOURCE_REGISTRY
                               ? r
                               : error_set(reterr, -EINVAL, "%s is not in a registry", name);
        }
        struct reference_parts p = reference_split(name);
        if (span_equal(p.registry, reference_split("localhost/x").registry))
                return error_set(reterr, -EINVAL, "%s is an image of this host alone", name);
        _cleanup_(registries_done) struct registries registries = {};
        registries_read(b->paths.root, &registries);
        int r = registries_resolve(&registries, name, &names, &why, reterr);
        if (r < 0)
                return r;
        text = str_printf("docker://%s", names[0]);
        return source_parse(text, NULL, ret, reterr);
}

/* ---- the rule for a plan ---- */

static void trust_report_needed(enum engine_kind engine, bool local, struct plan *plan) {
        const struct plan_trust *trust = &plan->trust;
        if (local)
                finding_report(&plan->findings, "no-signature", "image",
                               "The image came from no registry, so nobody asks for a signature of it");
        else if (engine == ENGINE_DOCKER)
                finding_report(&plan->findings, "no-signature", "image",
                               "Docker does not read the host's policy, so it asks for no signature");
        else if (trust->asks != ASKS_SIGNATURE && trust->asks != ASKS_REFUSED)
                finding_report(&plan->findings, "no-signature", "image",
                               "The rule that applies asks for no signature (%s): %s", trust->place,
                               trust->rule);
        else if (!plan->pin.source)
                finding_report(&plan->findings, "signature-unchecked", "image",
                               "The engine has the image already, so it is not fetched, and the rule is not "
                               "asked");
}

void backend_report_trust(const struct backend *b, enum engine_kind engine, bool needed, struct plan *plan) {
        _cleanup_(policy_done) struct policy policy = {};
        _cleanup_(source_done) struct source source = {};
        _cleanup_(trust_rule_done) struct trust_rule rule = {};
        _cleanup_error_ struct error *e = NULL;
        struct plan_trust *trust = &plan->trust;
        const char *from = plan->pin.source ? plan->pin.source : plan->pin.reference;
        if (!plan_sets_up(plan->verb) || !from)
                return;
        bool local = (source_named(from) ? source_parse(from, NULL, &source, NULL)
                                         : backend_registry_source(b, from, &source, NULL)) < 0 ||
                     source.transport != SOURCE_REGISTRY;
        if (!local && !source.digest)
                source.digest = xstrdup(plan->pin.digest);
        if (!source.at)
                trust->rule = xstrdup("local only: it came from no registry");
        else if (policy_read(b->paths.root, &policy, &e) < 0) {
                trust->rule = xstrdup(e->message);
                trust->place = xstrdup(POLICY_FILE);
        } else {
                policy_rule(&policy, &source, &rule);
                trust->asks = trust_rule_asks(&rule);
                trust->rule = trust_rule_needs(&rule);
                trust->place = trust_rule_place(&rule);
        }
        if (needed)
                trust_report_needed(engine, local, plan);
}

/* ---- the plan that pins a signer ---- */

struct trust_planning {
        struct op op; /* inner: the search for the engine */
        struct backend *backend;
        char *reference, *key;
        plan_done_t done;
        void *userdata;
};

static void trust_planning_drop(struct op *op) {
        struct trust_planning *t = container_of(op, struct trust_planning, op);
        FREE_ALL(t->reference, t->key);
}

/* The engine has to know the rule, and has to have what it needs for it. */
static int trust_planning_check_engine(const struct trust_planning *t, const struct pin_key *key,
                                       struct error **reterr) {
        const struct engine_about *about = engine_about(t->backend->engine);
        if (about && about->kind == ENGINE_DOCKER) {
                error_set(reterr, -ENOTSUP,
                          "Docker does not read the policy, so a rule would protect nothing");
                return error_hint(reterr, "Podman and skopeo read it");
        }
        if (key->kind == TRUST_SIGSTORE && about && str_compare_natural(about->version, SIGSTORE_SINCE) < 0) {
                error_set(reterr, -ENOTSUP,
                          "Podman %s does not know rules of sigstore, and would then refuse every pull",
                          about->version);
                return error_hint(reterr, "Podman " SIGSTORE_SINCE " or newer does; a GPG key works on this "
                                          "one, too");
        }
        if (key->kind == TRUST_SIGNED_BY && access(t->backend->paths.gpg, X_OK) < 0) {
                error_set(reterr, -ENOENT, "gpg is not installed, with which Podman checks signatures");
                return error_hint(reterr, "Install the package gpg");
        }
        return 0;
}

static int trust_planning_read_key(const struct trust_planning *t, struct pin_key *ret,
                                   struct error **reterr) {
        _cleanup_free_ char *text = NULL, *path = str_printf("%s%s", t->backend->paths.root, t->key);
        size_t n;
        int r = readfile(path, SIGNATURE_KEYS_MAX, &text, &n, reterr);
        if (r < 0)
                return error_wrap(reterr, -EINVAL, "The key %s cannot be read", t->key);
        return pin_read_key(t->key, text, n, ret, reterr);
}

static int trust_planning_places(const struct trust_planning *t, const char *repository,
                                 struct plan_file *ret, struct error **reterr) {
        _cleanup_(places_done) struct places places = {};
        _cleanup_free_ char *path = NULL, *text = NULL;
        size_t n;
        places_read(t->backend->paths.root, &places);
        int r = pin_places(&places, repository, &path, &text, reterr);
        if (r < 0 || !text)
                return r;
        ret->was = paths_read(t->backend->paths.root, path, &n);
        if (!ret->was)
                ret->was = xstrdup("");
        ret->path = TAKE(path);
        ret->text = TAKE(text);
        return 0;
}

static int trust_planning_make(const struct trust_planning *t, struct plan **ret, struct error **reterr) {
        _cleanup_(policy_done) struct policy policy = {};
        _cleanup_(source_done) struct source source = {};
        _cleanup_(pin_key_done) struct pin_key key = {};
        _cleanup_plan_ struct plan *plan = new0(struct plan);
        int r = backend_registry_source(t->backend, t->reference, &source, reterr);
        if (r >= 0)
                r = trust_planning_read_key(t, &key, reterr);
        if (r >= 0)
                r = trust_planning_check_engine(t, &key, reterr);
        if (r >= 0)
                r = policy_read(t->backend->paths.root, &policy, reterr);
        if (r < 0)
                return r;
        if (!str_equal(policy.file, PLAN_POLICY_FILE)) {
                error_set(reterr, -ENOTSUP, "This host goes by %s, which belongs to a person", policy.file);
                return error_hint(reterr, "Write the rule into it, or remove it: then " PLAN_POLICY_FILE
                                          " applies");
        }
        plan->given.answers = new0(struct answers);
        plan->verb = VERB_TRUST;
        str_replace(&plan->name, source.at);
        str_replace(&plan->pin.reference, source.at);
        str_replace(&plan->pin.image, source.at);
        plan->file.path = xstrdup(PLAN_POLICY_FILE);
        plan->file.was = xstrdup(policy.text);
        r = pin_policy(&policy, source.at, &key, &plan->file.text, reterr);
        if (r >= 0 && key.kind == TRUST_SIGSTORE)
                r = trust_planning_places(t, source.at, &plan->beside, reterr);
        if (r < 0)
                return r;
        plan->file.sentence = str_printf("Each pull of %s needs a signature by the key %s", source.at,
                                         key.name ? key.name : t->key);
        strv_add(&plan->paths, "/etc/containers");
        *ret = TAKE(plan);
        return 0;
}

static void trust_planning_on_engine(struct error *e, void *userdata) {
        struct trust_planning *t = userdata;
        struct plan *plan = NULL;
        error_free(e); /* without an engine it holds for skopeo, and for the engine that comes */
        e = NULL;
        (void) trust_planning_make(t, &plan, &e);
        op_end(&t->op);
        t->done(plan, e, t->userdata);
}

struct op *backend_trust_plan(struct backend *b, const char *reference, const char *key, plan_done_t done,
                              void *userdata) {
        struct trust_planning *t = new0(struct trust_planning);
        *t = (struct trust_planning) { .op.drop = trust_planning_drop,
                                       .backend = b,
                                       .reference = xstrdup(reference),
                                       .key = xstrdup(key),
                                       .done = done,
                                       .userdata = userdata };
        return op_wait(&t->op, engine_find(b->engine, trust_planning_on_engine, t));
}
