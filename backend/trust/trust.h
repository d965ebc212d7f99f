/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files of containers/image that say whom this host trusts, and signatures: read as Podman and skopeo
 * read them for root, and never enforced here. All of it is foreign bytes with ceilings; an error is a
 * sentence with the file and the line. Nothing here runs a program or asks a network: backend/host/trust.c
 * does. */

#include "backend/format/json.h"
#include "model/trust/trust.h"

/* ---- policy.json (policy.c) ---- */

#define POLICY_FILE "/etc/containers/policy.json"
#define POLICY_BYTES_MAX (256U * 1024)
#define POLICY_SCOPES_MAX 4096U
#define POLICY_NEEDS_MAX 16U
#define POLICY_KEYS_MAX 32U

struct policy {
        char *file, *text;
        size_t n;
        struct json_value *root;
};
void policy_done(struct policy *policy);

/* The policy of root below this folder ("": the host's): that of root's home where there is one, else
 * POLICY_FILE. -ENOENT, -EBADMSG, …, each with a sentence: then the engine pulls nothing. */
int policy_read(const char *root, struct policy *ret, struct error **reterr);
/* One text; takes it, also on failure. */
int policy_parse(const char *file, char *text, size_t n, struct policy *ret, struct error **reterr);
/* The rule for an image; *ret is the caller's. */
void policy_rule(const struct policy *policy, const struct source *source, struct trust_rule *ret);

/* ---- registries.d (places.c) ---- */

#define PLACES_FOLDER "/etc/containers/registries.d"
#define PLACES_BYTES_MAX (256U * 1024)
#define PLACES_FILES_MAX 64U
#define PLACES_MAX 4096U
/* Where root's signatures are when no file says else. */
#define PLACES_LOOKASIDE "file:///var/lib/containers/sigstore"

struct places_entry {
        char *scope; /* NULL: of default-docker */
        char *file;
        char *lookaside;
        int attachments; /* -1: does not say */
};
struct places {
        struct places_entry *items;
        size_t n;
        char **wrong; /* "/etc/containers/registries.d/x.yaml:3: …" */
};
void places_done(struct places *places);
void places_read(const char *root, struct places *ret);
/* One file's text, behind what is there. */
void places_parse(const char *file, const char *text, size_t n, struct places *ret);
/* The place for an image of a registry; *ret is the caller's. */
void places_find(const struct places *places, const struct source *source, struct trust_place *ret);

/* The file or URL of the signature number i (from 1) of a digest of this repository; the caller frees. */
char *places_signature(const char *lookaside, const char *repository, const char *digest, unsigned i);

/* ---- signatures (signature.c) ---- */

#define SIGNATURE_BYTES_MAX (128U * 1024)
#define SIGNATURES_MAX 8U
#define SIGNATURE_KEYS_MAX (512U * 1024) /* of all keys of a rule */

/* What is signed, of both kinds: {"critical": {"identity": {"docker-reference"}, "image":
 * {"docker-manifest-digest"}, "type"}, "optional": {"creator", "timestamp"}}. Fills reference, digest and
 * time. -EBADMSG. */
int signature_read_payload(const char *text, size_t n, enum trust_kind kind, struct trust_signature *ret,
                           struct error **reterr);
/* What gpg --status-fd reports: fills finding (good, other key, bad, unreadable), key, signer. */
void signature_read_status(const char *text, size_t n, struct trust_signature *ret);
/* A key in armour or not, or (base64) in base64 without armour, to the packets that it is. false: it is no
 * key. */
bool signature_key(const char *text, size_t n, bool base64, struct str *ret);
/* The fingerprint of the first of such packets; NULL: it has none of the usual kind. The caller frees. */
char *signature_fingerprint(const char *packets, size_t n);
/* Compares what it says with the image and the rule's need of its kind (NULL: there is none): refines
 * finding. */
void signature_judge(struct trust_signature *signature, const struct trust_need *need, const char *repository,
                     char *const *digests, const char *image);
