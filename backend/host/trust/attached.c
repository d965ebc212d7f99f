/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sigstore attached to an image in its registry: signatures, attestations, what refers to it. */
#include <fcntl.h>

#include "backend/host/trust/internal.h"
#include "backend/io/base64.h"
#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "base/readfile.h"

/* ---- what is attached in the registry ---- */

static char *trust_look_tag(const struct trust_look *l, const char *suffix) {
        for (char **digest = l->digests; digest && *digest; digest++) {
                const char *hex = str_starts(*digest, "sha256:");
                _cleanup_free_ char *tag = hex ? str_printf("sha256-%s%s", hex, suffix) : NULL;
                if (tag && strv_contains(l->tags, tag))
                        return TAKE(tag);
        }
        return NULL;
}

static struct op *trust_look_ask_tag(struct trust_look *l, const char *tag, skopeo_bytes_done_t done) {
        _cleanup_(source_done) struct source source = {};
        source_copy(&l->source, &source);
        str_replace(&source.tag, tag);
        str_replace(&source.digest, NULL);
        return skopeo_manifest(l->backend->skopeo, &source, done, l);
}

static void trust_look_take_attached(struct trust_look *l, struct str *answer, struct error *e) {
        struct attachments found = {};
        if (!e)
                sigstore_read_attached(answer->text ? answer->text : "", answer->length, &found, &e);
        trust_look_note(l, e);
        if (found.provenance)
                l->trust->provenance = ATTACHED_YES;
        if (found.sbom)
                l->trust->sbom = ATTACHED_YES;
}

static void trust_look_on_referrers(struct str *answer, struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        trust_look_take_attached(l, answer, e);
        trust_look_compare(l);
}

static void trust_look_referrers(struct trust_look *l) {
        _cleanup_free_ char *tag = trust_look_tag(l, "");
        if (tag)
                op_wait(&l->op, trust_look_ask_tag(l, tag, trust_look_on_referrers));
        else
                trust_look_compare(l);
}

static void trust_look_on_attestations(struct str *answer, struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        trust_look_take_attached(l, answer, e);
        trust_look_referrers(l);
}

static void trust_look_attestations(struct trust_look *l) {
        _cleanup_free_ char *tag = trust_look_tag(l, ".att"), *sbom = trust_look_tag(l, ".sbom");
        l->trust->provenance = ATTACHED_NONE;
        l->trust->sbom = sbom ? ATTACHED_YES : ATTACHED_NONE;
        if (tag)
                op_wait(&l->op, trust_look_ask_tag(l, tag, trust_look_on_attestations));
        else
                trust_look_referrers(l);
}

/* ---- sigstore's signatures ---- */

/* The key of the rule that made it, as people know it; NULL: none did. */
static char *trust_look_sigstore_key(const struct trust_look *l, const struct trust_need *need,
                                     const char *payload, size_t n, const char *signature) {
        for (char **path = need ? need->keys : NULL; path && *path; path++) {
                _cleanup_free_ char *pem = NULL, *whole = str_printf("%s%s", l->backend->paths.root, *path);
                size_t length;
                if (readfile(whole, SIGNATURE_KEYS_MAX, &pem, &length, NULL) >= 0 &&
                    sigstore_verify(pem, length, payload, n, signature))
                        return xstrdup(*path);
        }
        for (char **data = need ? need->data : NULL; data && *data; data++) {
                size_t length;
                _cleanup_free_ char *pem = base64_read(*data, strlen(*data), &length);
                if (pem && sigstore_verify(pem, length, payload, n, signature)) {
                        char hex[DIGEST_HEX];
                        digest_bytes(pem, length, hex);
                        return str_printf("sha256:%s", hex);
                }
        }
        return NULL;
}

static void trust_look_take_sigstore(struct trust_look *l, int folder, const struct sigstore_signature *s,
                                     const char *tag) {
        const struct trust_need *need = trust_look_need(l, TRUST_SIGSTORE);
        struct trust_signature signature = { .kind = TRUST_SIGSTORE, .where = xstrdup(tag) };
        _cleanup_free_ char *payload = NULL;
        char hex[DIGEST_HEX] = "";
        size_t n = 0;
        bool whole = files_read(folder, s->payload + strlen("sha256:"), SIGNATURE_BYTES_MAX, &payload, &n,
                                NULL) >= 0;
        if (whole)
                digest_bytes(payload, n, hex);
        if (whole && str_equal(hex, s->payload + strlen("sha256:")) &&
            signature_read_payload(payload, n, TRUST_SIGSTORE, &signature, NULL) >= 0) {
                signature.key = trust_look_sigstore_key(l, need, payload, n, s->signature);
                signature.finding = signature.key ? SIGNATURE_GOOD : SIGNATURE_OTHER_KEY;
        } else
                signature.finding = SIGNATURE_UNREADABLE;
        signature_judge(&signature, need, l->trust->repository, l->digests, l->image);
        trust_add_signature(l->trust, signature);
}

static void trust_look_on_payloads(struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        _cleanup_free_ char *path = str_printf("%s/attached", l->folder), *tag = trust_look_tag(l, ".sig");
        _cleanup_close_ int folder = e ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (size_t i = 0; folder >= 0 && i < l->sigstore.n; i++)
                trust_look_take_sigstore(l, folder, &l->sigstore.items[i], tag);
        if (e)
                l->trust->looked = false;
        trust_look_note(l, e);
        trust_look_attestations(l);
}

static void trust_look_on_sigstore(struct str *answer, struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        _cleanup_(source_done) struct source source = {};
        char hex[DIGEST_HEX];
        if (!e)
                sigstore_read(answer->text ? answer->text : "", answer->length, &l->sigstore, &e);
        if (!e)
                trust_look_folder(l, &e);
        if (e || !l->sigstore.n) {
                l->trust->looked = l->trust->looked && !e;
                trust_look_note(l, e);
                trust_look_attestations(l);
                return;
        }
        /* Exactly what was read. */
        digest_bytes(answer->text, answer->length, hex);
        source_copy(&l->source, &source);
        str_replace(&source.tag, NULL);
        free(source.digest);
        source.digest = str_printf("sha256:%s", hex);
        _cleanup_free_ char *path = str_printf("%s/attached", l->folder);
        op_wait(&l->op, skopeo_copy(l->backend->skopeo, &source, path, trust_look_on_payloads, l));
}

static void trust_look_on_tags(char **tags, struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        l->tags = tags;
        if (e) {
                l->trust->looked = l->trust->looked && !l->trust->place.attachments;
                trust_look_note(l, e);
                trust_look_compare(l);
                return;
        }
        _cleanup_free_ char *tag = trust_look_tag(l, ".sig");
        if (tag && l->trust->place.attachments)
                op_wait(&l->op, trust_look_ask_tag(l, tag, trust_look_on_sigstore));
        else {
                if (tag)
                        strv_addf(&l->trust->notes,
                                  "The registry has signatures of sigstore (%s), which the engine does not "
                                  "look at: no file of registries.d says use-sigstore-attachments",
                                  tag);
                trust_look_attestations(l);
        }
}

void trust_look_attached(struct trust_look *l) {
        op_wait(&l->op, skopeo_tags(l->backend->skopeo, &l->source, trust_look_on_tags, l));
}
