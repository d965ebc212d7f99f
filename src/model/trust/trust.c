/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/trust/trust.h"

#include "model/image/image.h"

static const char *const trust_kind_names[] = {
        [TRUST_ANYTHING] = "insecureAcceptAnything",
        [TRUST_REJECT] = "reject",
        [TRUST_SIGNED_BY] = "signedBy",
        [TRUST_SIGSTORE] = "sigstoreSigned",
};
DEFINE_NAMES(trust_kind, enum trust_kind)

static const char *const trust_identity_names[] = {
        [IDENTITY_REPO_DIGEST_OR_EXACT] = "matchRepoDigestOrExact",
        [IDENTITY_EXACT] = "matchExact",
        [IDENTITY_REPOSITORY] = "matchRepository",
        [IDENTITY_EXACT_REFERENCE] = "exactReference",
        [IDENTITY_EXACT_REPOSITORY] = "exactRepository",
        [IDENTITY_REMAP] = "remapIdentity",
};
DEFINE_NAMES(trust_identity, enum trust_identity)

static const char *const trust_asks_names[] = {
        [ASKS_UNKNOWN] = "unknown",
        [ASKS_NOTHING] = "nothing",
        [ASKS_REFUSED] = "refused",
        [ASKS_SIGNATURE] = "signature",
};
DEFINE_NAMES(trust_asks, enum trust_asks)

static const char *const trust_finding_names[] = {
        [SIGNATURE_GOOD] = "good",
        [SIGNATURE_CLAIMED] = "claimed",
        [SIGNATURE_OTHER_KEY] = "other-key",
        [SIGNATURE_OTHER_IMAGE] = "other-image",
        [SIGNATURE_OTHER_NAME] = "other-name",
        [SIGNATURE_BAD] = "bad",
        [SIGNATURE_UNREADABLE] = "unreadable",
};
DEFINE_NAMES(trust_finding, enum trust_finding)

static const char *const trust_attached_names[] = {
        [ATTACHED_UNKNOWN] = "unknown", [ATTACHED_NONE] = "none", [ATTACHED_YES] = "attached"
};
DEFINE_NAMES(trust_attached, enum trust_attached)

static const char *const trust_verdict_names[] = {
        [TRUST_UNKNOWN] = "unknown",   [TRUST_LOCAL] = "local",   [TRUST_REFUSED] = "refused",
        [TRUST_REQUIRED] = "required", [TRUST_MISSING] = "missing", [TRUST_SIGNED] = "signed",
        [TRUST_UNSIGNED] = "unsigned",
};
DEFINE_NAMES(trust_verdict, enum trust_verdict)

static const char *const trust_same_names[] = {
        [SAME_UNKNOWN] = "unknown", [SAME_YES] = "yes", [SAME_NO] = "no"
};
DEFINE_NAMES(trust_same, enum trust_same)

/* ---- ownership ---- */

static void trust_need_done(struct trust_need *need) {
        STRV_FREE_ALL(need->keys, need->data, need->ids);
        FREE_ALL(need->name, need->prefix, need->signed_prefix);
}

void trust_rule_done(struct trust_rule *rule) {
        for (size_t i = 0; i < rule->n; i++)
                trust_need_done(&rule->needs[i]);
        FREE_ALL(rule->needs, rule->file, rule->transport, rule->scope);
        *rule = (struct trust_rule) {};
}

void trust_place_done(struct trust_place *place) {
        FREE_ALL(place->lookaside, place->file, place->attachments_file);
        strv_free(place->wrong);
        *place = (struct trust_place) {};
}

void trust_signature_done(struct trust_signature *s) {
        FREE_ALL(s->where, s->key, s->signer, s->reference, s->digest);
        *s = (struct trust_signature) {};
}

void trust_add_signature(struct trust *t, struct trust_signature signature) {
        t->signatures = xreallocarray(t->signatures, t->n_signatures + 1, sizeof *t->signatures);
        t->signatures[t->n_signatures++] = signature;
}

struct trust *trust_free(struct trust *t) {
        if (!t)
                return NULL;
        trust_rule_done(&t->rule);
        trust_place_done(&t->place);
        error_free(t->rule_error);
        for (size_t i = 0; i < t->n_signatures; i++)
                trust_signature_done(&t->signatures[i]);
        strv_free(t->notes);
        FREE_ALL(t->reference, t->repository, t->digest, t->signatures, t->service);
        free(t);
        return NULL;
}

/* ---- the rule ---- */

enum trust_asks trust_rule_asks(const struct trust_rule *rule) {
        enum trust_asks asks = rule->n ? ASKS_NOTHING : ASKS_UNKNOWN;
        for (size_t i = 0; i < rule->n; i++)
                if (rule->needs[i].kind == TRUST_REJECT)
                        return ASKS_REFUSED;
                else if (rule->needs[i].kind != TRUST_ANYTHING)
                        asks = ASKS_SIGNATURE;
        return asks;
}

static char *trust_need_text(const struct trust_need *need) {
        char *const *names = need->keys ? need->keys : need->ids;
        _cleanup_free_ char *keys = names ? strv_join(names, " or ") : NULL;
        bool sigstore = need->kind == TRUST_SIGSTORE;
        if (keys)
                return str_printf(sigstore ? "a signature of sigstore is needed by the key %s"
                                           : "a signature is needed by the key %s",
                                  keys);
        if (need->data)
                return xstrdup(sigstore ? "a signature of sigstore is needed by the key in the policy itself"
                                        : "a signature is needed by the key in the policy itself");
        return xstrdup("a signature of sigstore is needed by a certificate of the authority in the policy");
}

char *trust_rule_needs(const struct trust_rule *rule) {
        _cleanup_strv_ char **texts = NULL;
        switch (trust_rule_asks(rule)) {
        case ASKS_NOTHING: return xstrdup("any image is accepted, signed or not");
        case ASKS_REFUSED: return xstrdup("every image is refused");
        case ASKS_SIGNATURE: break;
        default: return xstrdup("no rule can be read");
        }
        for (size_t i = 0; i < rule->n; i++)
                if (rule->needs[i].kind != TRUST_ANYTHING)
                        strv_take(&texts, trust_need_text(&rule->needs[i]));
        return strv_join(texts, "; and ");
}

char *trust_rule_place(const struct trust_rule *rule) {
        if (!rule->file)
                return xstrdup("none");
        if (!rule->transport)
                return str_printf("%s, its default", rule->file);
        return str_empty(rule->scope) ? str_printf("%s, all of %s", rule->file, rule->transport)
                                      : str_printf("%s, %s %s", rule->file, rule->transport, rule->scope);
}

const char *trust_transport(const struct source *source) {
        static const char *const names[_SOURCE_TRANSPORT_MAX] = {
                [SOURCE_REGISTRY] = "docker",
                [SOURCE_LAYOUT] = "oci",
                [SOURCE_OCI_ARCHIVE] = "oci-archive",
                [SOURCE_DOCKER_ARCHIVE] = "docker-archive",
                [SOURCE_FOLDER] = "dir",
        };
        return names[source->transport];
}

/* "registry.example.test:5000" is sought by its wildcards without the port. */
static void trust_add_wildcards(char ***scopes, const char *registry) {
        _cleanup_free_ char *host = xstrndup(registry, strcspn(registry, ":"));
        for (const char *dot = strchr(host, '.'); dot; dot = strchr(dot + 1, '.'))
                strv_addf(scopes, "*%s", dot);
}

char **trust_scopes(const struct source *source) {
        char **scopes = NULL;
        _cleanup_free_ char *name = xstrdup(source->at);
        bool registry = source->transport == SOURCE_REGISTRY;
        if (registry && source->digest)
                strv_addf(&scopes, "%s@%s", name, source->digest);
        else if (registry || source->tag)
                strv_addf(&scopes, "%s:%s", name, source->tag ? source->tag : "latest");
        for (char *slash; *name; *slash = '\0') {
                strv_add(&scopes, name);
                slash = strrchr(name, '/');
                if (!slash)
                        break;
        }
        if (registry)
                trust_add_wildcards(&scopes, name);
        return scopes;
}

/* ---- names in signatures ---- */

static char *trust_repository(const char *reference) {
        struct reference_parts p = reference_split(reference);
        return xstrndup(p.repository.at, p.repository.n);
}

static bool trust_same_repository(const char *a, const char *b) {
        _cleanup_free_ char *one = trust_repository(a), *other = trust_repository(b);
        return str_equal(one, other);
}

/* A name of an image with the prefix replaced, on the border of a component; the caller frees. */
static char *trust_remapped(const struct trust_need *need, const char *image) {
        const char *rest = str_starts(image, need->prefix ? need->prefix : "");
        bool whole = rest && (!*rest || strchr("/:@", *rest));
        return whole ? str_printf("%s%s", need->signed_prefix ? need->signed_prefix : "", rest)
                     : xstrdup(image);
}

static bool trust_digest_or_exact(const char *claimed, const char *image) {
        return strchr(image, '@') ? trust_same_repository(claimed, image) : str_equal(claimed, image);
}

bool trust_identity_fits(const struct trust_need *need, const char *claimed, const char *image) {
        if (!claimed || !reference_valid(claimed))
                return false;
        switch (need->identity) {
        case IDENTITY_EXACT: return str_equal(claimed, image);
        case IDENTITY_REPOSITORY: return trust_same_repository(claimed, image);
        case IDENTITY_EXACT_REFERENCE: return str_equal(claimed, need->name);
        case IDENTITY_EXACT_REPOSITORY: return need->name && trust_same_repository(claimed, need->name);
        case IDENTITY_REMAP: {
                _cleanup_free_ char *mapped = trust_remapped(need, image);
                return trust_digest_or_exact(claimed, mapped);
        }
        default: return trust_digest_or_exact(claimed, image);
        }
}
