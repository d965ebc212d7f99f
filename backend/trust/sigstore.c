/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cosign attaches to an image: in the registry, under tags that are made of its digest. */
#include "backend/trust/sigstore.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "backend/io/base64.h"

#define SIGNATURE_NOTE "dev.cosignproject.cosign/signature"
#define LAYER_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"
#define KEY_MAX (64 * 1024)

static const struct json_limits sigstore_limits = { SIGSTORE_MANIFEST_MAX, 12, 20000 };

void sigstore_done(struct sigstore *s) {
        for (size_t i = 0; i < s->n; i++)
                FREE_ALL(s->items[i].payload, s->items[i].signature);
        free(s->items);
        *s = (struct sigstore) {};
}

static bool sigstore_is_digest(const char *digest) {
        const char *hex = digest ? str_starts(digest, "sha256:") : NULL;
        return hex && strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

int sigstore_read(const char *text, size_t n, struct sigstore *ret, struct error **reterr) {
        _cleanup_json_value_ struct json_value *o = NULL;
        *ret = (struct sigstore) {};
        if (json_parse(text, n, &sigstore_limits, &o, NULL, reterr) < 0 || !json_is(o, SHAPE_OBJECT))
                return error_wrap(reterr, -EBADMSG, "The image's signatures of sigstore cannot be read");
        const struct json_value *layers = json_member(o, "layers");
        for (const struct json_value *v = json_is(layers, SHAPE_LIST) ? layers->first : NULL;
             v && ret->n < SIGNATURES_MAX; v = v->next) {
                const char *digest = json_text(json_member(v, "digest"));
                const char *note = json_text(json_member(json_member(v, "annotations"), SIGNATURE_NOTE));
                int64_t size = json_integer(json_member(v, "size"));
                if (!str_equal(json_text(json_member(v, "mediaType")), LAYER_TYPE) || !note ||
                    !sigstore_is_digest(digest) || size <= 0 || size > SIGNATURE_BYTES_MAX)
                        continue;
                ret->items = xreallocarray(ret->items, ret->n + 1, sizeof *ret->items);
                ret->items[ret->n++] = (struct sigstore_signature) { xstrdup(digest), xstrdup(note) };
        }
        return 0;
}

/* ---- attestations ---- */

static void sigstore_take_type(const char *type, struct attachments *ret) {
        if (!type)
                return;
        ret->provenance = ret->provenance || strstr(type, "slsa.dev/provenance");
        ret->sbom = ret->sbom || strstr(type, "spdx") || strstr(type, "cyclonedx");
}

static void sigstore_take_descriptor(const struct json_value *v, struct attachments *ret) {
        sigstore_take_type(json_text(json_member(v, "mediaType")), ret);
        sigstore_take_type(json_text(json_member(v, "artifactType")), ret);
        const struct json_value *notes = json_member(v, "annotations");
        for (const struct json_value *note = json_is(notes, SHAPE_OBJECT) ? notes->first : NULL; note;
             note = note->next)
                if (strcasestr(note->name, "predicatetype"))
                        sigstore_take_type(json_text(note), ret);
}

int sigstore_read_attached(const char *text, size_t n, struct attachments *ret, struct error **reterr) {
        static const char *const lists[] = { "layers", "manifests" };
        _cleanup_json_value_ struct json_value *o = NULL;
        if (json_parse(text, n, &sigstore_limits, &o, NULL, reterr) < 0 || !json_is(o, SHAPE_OBJECT))
                return error_wrap(reterr, -EBADMSG, "What is attached to the image cannot be read");
        for (size_t i = 0; i < ELEMENTS(lists); i++) {
                const struct json_value *list = json_member(o, lists[i]);
                for (const struct json_value *v = json_is(list, SHAPE_LIST) ? list->first : NULL; v;
                     v = v->next)
                        sigstore_take_descriptor(v, ret);
        }
        return 0;
}

/* ---- a signature ---- */

static EVP_PKEY *sigstore_key(const char *pem, size_t n) {
        if (n > KEY_MAX)
                return NULL;
        BIO *bio = BIO_new_mem_buf(pem, (int) n);
        EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
        BIO_free(bio);
        return key;
}

bool sigstore_key_valid(const char *pem, size_t n) {
        EVP_PKEY *key = sigstore_key(pem, n);
        EVP_PKEY_free(key);
        return key;
}

bool sigstore_verify(const char *pem, size_t n_pem, const char *payload, size_t n, const char *signature) {
        size_t n_raw;
        _cleanup_free_ char *raw = base64_read(signature, strlen(signature), &n_raw);
        EVP_PKEY *key = sigstore_key(pem, n_pem);
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        bool good = key && context && raw && n_raw &&
                    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                    EVP_DigestVerify(context, (const unsigned char *) raw, n_raw,
                                     (const unsigned char *) payload, n) == 1;
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(key);
        return good;
}
