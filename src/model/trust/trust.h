/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether an image may be fetched, and who signed it: the rule of containers-policy.json(5) that applies to
 * it, the place where its signatures are (containers-registries.d(5)), and what was found there. The engine
 * enforces the rule at a pull; this explains it. */

#include "base/base.h"
#include "base/names.h"
#include "model/image/source.h"

/* ---- the rule ---- */

/* A type of requirement of policy.json. */
enum trust_kind {
        TRUST_ANYTHING,
        TRUST_REJECT,
        TRUST_SIGNED_BY, /* GPG, "simple signing" */
        TRUST_SIGSTORE,
        _TRUST_KIND_MAX,
};
DECLARE_NAMES(trust_kind, enum trust_kind); /* "insecureAcceptAnything", "reject", "signedBy",
                                             * "sigstoreSigned" */

/* Which names in a signature are accepted. */
enum trust_identity {
        IDENTITY_REPO_DIGEST_OR_EXACT, /* what applies where the rule does not say */
        IDENTITY_EXACT,
        IDENTITY_REPOSITORY,
        IDENTITY_EXACT_REFERENCE,  /* trust_need.name */
        IDENTITY_EXACT_REPOSITORY, /* trust_need.name */
        IDENTITY_REMAP,            /* trust_need.prefix becomes trust_need.signed_prefix */
        _TRUST_IDENTITY_MAX,
};
DECLARE_NAMES(trust_identity, enum trust_identity); /* "matchRepoDigestOrExact", "matchExact", … */

struct trust_need {
        enum trust_kind kind;
        char **keys; /* files of keys */
        char **data; /* keys in the policy itself, in base64 */
        char **ids;  /* their fingerprints, where they have one */
        bool other;  /* it takes certificates, which Fairlead does not check: fulcio, pki */
        enum trust_identity identity;
        char *name, *prefix, *signed_prefix;
};

/* All needs must be met. */
struct trust_rule {
        char *file;     /* "/etc/containers/policy.json"; NULL: no rule is known */
        unsigned line;  /* of its list */
        char *transport; /* "docker"; NULL: the default of everything */
        char *scope;     /* "registry.example.test/team"; "": the transport's default; NULL with transport */
        struct trust_need *needs;
        size_t n;
};
void trust_rule_done(struct trust_rule *rule);

/* What a rule comes to. */
enum trust_asks {
        ASKS_UNKNOWN, /* no rule can be read, or none is asked: see the sentence */
        ASKS_NOTHING,
        ASKS_REFUSED,
        ASKS_SIGNATURE,
        _TRUST_ASKS_MAX,
};
DECLARE_NAMES(trust_asks, enum trust_asks); /* "unknown", "nothing", "refused", "signature" */
enum trust_asks trust_rule_asks(const struct trust_rule *rule);
/* "any image is accepted", "a signature is needed by the key /etc/keys/team.asc"; the caller frees. */
char *trust_rule_needs(const struct trust_rule *rule);
/* "/etc/containers/policy.json, docker registry.example.test/team"; the caller frees. */
char *trust_rule_place(const struct trust_rule *rule);

/* The scopes of policy.json and registries.d under which an image is sought, the first that is there decides:
 * of a registry the name with its tag or digest, its repository, each namespace, the registry, then without
 * its port each wildcard ("*.example.test"); of a path it and its folders. The caller frees. */
char **trust_scopes(const struct source *source);
/* "docker", "oci", …: as policy.json names a transport. */
const char *trust_transport(const struct source *source);

/* Whether a signature that names this reference is one for the image at "REPOSITORY:TAG" or
 * "REPOSITORY@DIGEST". */
bool trust_identity_fits(const struct trust_need *need, const char *claimed, const char *image);

/* ---- what was found ---- */

/* Where signatures are looked for. */
struct trust_place {
        char *lookaside;  /* "file:///var/lib/containers/sigstore" */
        char *file;       /* that says so; NULL: what applies where none does */
        bool attachments; /* sigstore's are sought in the registry, beside the image */
        char *attachments_file;
        char **wrong; /* lines that could not be read */
};
void trust_place_done(struct trust_place *place);

enum trust_finding {
        SIGNATURE_GOOD,       /* by a key of the rule, for this image */
        SIGNATURE_CLAIMED,    /* the rule names no key, or certificates: it is shown as it says of itself */
        SIGNATURE_OTHER_KEY,  /* by a key that the rule does not name */
        SIGNATURE_OTHER_IMAGE, /* it signs another digest */
        SIGNATURE_OTHER_NAME, /* it signs another name */
        SIGNATURE_BAD,        /* it is not by the key that it names, or that key is past its time */
        SIGNATURE_UNREADABLE,
        _TRUST_FINDING_MAX,
};
DECLARE_NAMES(trust_finding, enum trust_finding); /* "good", "claimed", "other-key", "other-image",
                                                   * "other-name", "bad", "unreadable" */

struct trust_signature {
        enum trust_kind kind; /* TRUST_SIGNED_BY, TRUST_SIGSTORE */
        enum trust_finding finding;
        char *where;     /* its file or tag */
        char *key;       /* fingerprint or id; of sigstore the key's file; NULL: not known */
        char *signer;    /* "Team <team@example.test>", as the key says; NULL */
        char *reference; /* what it names; NULL: unreadable */
        char *digest;    /* what it signs; NULL: unreadable */
        int64_t time;    /* 0: not known */
};

enum trust_attached {
        ATTACHED_UNKNOWN,
        ATTACHED_NONE,
        ATTACHED_YES,
        _TRUST_ATTACHED_MAX,
};
DECLARE_NAMES(trust_attached, enum trust_attached); /* "unknown", "none", "attached" */

/* The answer in one word. */
enum trust_verdict {
        TRUST_UNKNOWN,
        TRUST_LOCAL,    /* it came from no registry, and no rule refuses that */
        TRUST_REFUSED,
        TRUST_REQUIRED, /* signed, and the rule asks for that */
        TRUST_MISSING,  /* the rule asks for a signature, and there is none that it takes */
        TRUST_SIGNED,   /* signed, and the rule does not ask for that */
        TRUST_UNSIGNED, /* not signed, and the rule does not ask for that */
        _TRUST_VERDICT_MAX,
};
DECLARE_NAMES(trust_verdict, enum trust_verdict); /* "unknown", "local", "refused", "required", "missing",
                                                   * "signed", "unsigned" */

enum trust_same {
        SAME_UNKNOWN, /* no service has an image of this repository, or one of both is not signed */
        SAME_YES,
        SAME_NO,
        _TRUST_SAME_MAX,
};
DECLARE_NAMES(trust_same, enum trust_same); /* "unknown", "yes", "no" */

struct trust {
        char *reference; /* "docker://registry.example.test/team/rsyslog:8", or the engine's name of it */
        char *repository; /* "registry.example.test/team/rsyslog"; NULL: local */
        char *digest;    /* NULL: not known */
        bool local;
        bool here;       /* the engine has it already */
        struct trust_rule rule;
        struct error *rule_error; /* why no rule can be read; NULL */
        struct trust_place place;
        struct trust_signature *signatures;
        size_t n_signatures;
        bool looked;     /* all places could be looked at */
        enum trust_attached provenance, sbom;
        char *service;   /* an installed one whose image is of this repository; NULL */
        enum trust_same same;
        char **notes;    /* whole sentences without a full stop */
};
struct trust *trust_free(struct trust *trust);
DEFINE_CLEANUP(struct trust, trust_free)
#define _cleanup_trust_ _cleanup_(trust_freep)
void trust_add_signature(struct trust *trust, struct trust_signature signature); /* takes its strings */
void trust_signature_done(struct trust_signature *signature);

enum trust_verdict trust_verdict(const struct trust *trust);
/* Whether a pull of it goes through, as far as is known. */
bool trust_permits(const struct trust *trust);
/* The verdict in a sentence without a full stop; the caller frees. */
char *trust_sentence(const struct trust *trust);

/* How a row is meant. */
enum trust_tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD };
/* The sheet, a row after the other: title "" continues the one before. */
typedef void (*trust_row_t)(const char *title, enum trust_tone tone, const char *text, void *userdata);
void trust_rows(const struct trust *trust, trust_row_t row, void *userdata);
